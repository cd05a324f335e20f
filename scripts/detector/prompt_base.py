"""The bare base names the target values of held-out threads (paper A, section D.1, Table 5; requirement A-025).

python -m scripts -- detector.prompt_base --threads results/reddit/single/test.jsonl … --prompt
resources/prompts/A-TVD-R.md --values resources/taxonomy/values.yaml --history '{…}' --top-values 3 --base …
--base-backend local --sampling '{…}' --output results/detector/baselines/llama_reasoning.jsonl
"""

import argparse

from scripts.detector.baselines import add_options, predict
from scripts.llm.own_speaker import open_own, own_options


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    add_options(parser)
    own_options(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with open_own(args) as chat:
        predict(args, chat)


if __name__ == "__main__":
    main()
