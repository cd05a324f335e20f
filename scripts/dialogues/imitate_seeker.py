"""Weights of ours take the seeker's turns in ESConv's test dialogues (paper A, section E.2, Table 29).

python -m scripts -- dialogues.imitate_seeker --dialogues results/corpora/esconv/test.jsonl --prompt
resources/prompts/A-SEEK-0.md --history '{…}' --max-failed 0.1 --base … --base-backend local --sampling '{…}' --output
results/dialogues/seekers/llama_zero.jsonl
"""

import argparse

from scripts.dialogues.seeker_turns import add_options, imitate
from scripts.llm.own_speaker import open_own, own_options


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    add_options(parser)
    own_options(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with open_own(args) as chat:
        imitate(args, chat)


if __name__ == "__main__":
    main()
