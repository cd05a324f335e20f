"""Responses of weights of ours, bare or trained, to every supporter turn of a set (paper B, section 6; B-031, B-038).

python -m scripts -- eva.generate_responses --turns results/scoring/esconv/human/responses.jsonl --prompt
resources/prompts/B-BASE.md --base results/eva/models/mistral/esconv/acq_s42 --base-backend local --adapter
results/eva/models/mistral/esconv/ali_s42 --sampling '{…}' --max-failed 0.1 --output
results/eva/responses/esconv/mistral_eva_s42.jsonl
"""

import argparse

from scripts.eva.responding import add_options, respond
from scripts.llm.own_speaker import open_own, own_options


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    add_options(parser)
    own_options(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with open_own(args) as chat:
        respond(args, chat)


if __name__ == "__main__":
    main()
