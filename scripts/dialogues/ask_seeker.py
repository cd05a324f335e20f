"""A hosted model takes the seeker's turns in ESConv's test dialogues (paper A, section E.2, Table 29).

python -m scripts -- dialogues.ask_seeker --dialogues results/corpora/esconv/test.jsonl --prompt
resources/prompts/A-SEEK-0.md --history '{…}' --max-failed 0.1 --model '{…}' --sampling '{…}' --output
results/dialogues/seekers/gpt_zero.jsonl
"""

import argparse

from scripts.dialogues.seeker_turns import add_options, imitate
from scripts.llm.speaker import hosted_options, open_hosted


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    add_options(parser)
    hosted_options(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with open_hosted(args) as chat:
        imitate(args, chat)


if __name__ == "__main__":
    main()
