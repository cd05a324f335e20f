"""Responses of a hosted model to every supporter turn of a set (paper B, section 6; requirement B-031).

python -m scripts -- eva.ask_responses --turns results/scoring/esconv/human/responses.jsonl --prompt
resources/prompts/B-BASE.md --model '{…}' --sampling '{…}' --max-failed 0.1 --output
results/eva/responses/esconv/gpt35.jsonl
"""

import argparse

from scripts.eva.responding import add_options, respond
from scripts.llm.speaker import hosted_options, open_hosted


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    add_options(parser)
    hosted_options(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with open_hosted(args) as chat:
        respond(args, chat)


if __name__ == "__main__":
    main()
