"""A hosted model rates how ESConv's test dialogues end, from the prompt alone or after examples (paper A, Table 11).

python -m scripts -- judging.ask_intensity --dialogues results/corpora/esconv/test.jsonl --prompt
resources/prompts/A-INT-FS.md --examples-dialogues results/corpora/esconv/train.jsonl --shots 5 --seed 42
--history '{…}' --max-failed 0.2 --model '{…}' --sampling '{…}' --output
results/judging/intensity_models/gpt4o_few.jsonl
"""

import argparse

from scripts.judging.intensity_models import add_options, pick_examples, rate, rated_dialogues
from scripts.llm.speaker import hosted_options, open_hosted


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--examples-dialogues", help="where examples come from (none: the prompt alone)")
    parser.add_argument("--shots", type=int, required=True, help="examples, the five levels in turn")
    parser.add_argument("--seed", type=int, required=True)
    add_options(parser)
    hosted_options(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    examples = None
    if args.examples_dialogues:
        examples = pick_examples(rated_dialogues(args.examples_dialogues), args.shots, args.history, args.seed)
    with open_hosted(args) as chat:
        rate(args, chat, examples)


if __name__ == "__main__":
    main()
