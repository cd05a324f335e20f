"""Weights of ours rate how ESConv's test dialogues end, bare or fine-tuned for it (paper A, Table 11).

python -m scripts -- judging.predict_intensity --dialogues results/corpora/esconv/test.jsonl --prompt
resources/prompts/A-INT.md --history '{…}' --max-failed 0.2 --base … --base-backend local --adapter … --sampling '{…}'
--output results/judging/intensity_models/llama_tuned.jsonl
"""

import argparse

from scripts.judging.intensity_models import add_options, rate
from scripts.llm.own_speaker import open_own, own_options


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    add_options(parser)
    own_options(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with open_own(args) as chat:
        rate(args, chat, None)


if __name__ == "__main__":
    main()
