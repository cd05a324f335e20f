"""A hosted model names the target values of held-out threads (paper A, section D.1, Table 5; requirement A-025).

python -m scripts -- detector.ask_baseline --threads results/reddit/single/test.jsonl … --prompt
resources/prompts/A-TVD-R.md --values resources/taxonomy/values.yaml --history '{…}' --top-values 3 --model '{…}'
--sampling '{…}' --output results/detector/baselines/gpt_reasoning.jsonl
"""

import argparse

from scripts.detector.baselines import add_options, predict
from scripts.llm.speaker import hosted_options, open_hosted


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    add_options(parser)
    hosted_options(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with open_hosted(args) as chat:
        predict(args, chat)


if __name__ == "__main__":
    main()
