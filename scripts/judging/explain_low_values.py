"""What the dialogues that reinforce values least lacked (paper A, section J; requirement A-076).

Reads a system's dialogues and their ratings by `rate_values`; takes the `--count` lowest (by the lower of the two
perspectives, then their mean, then a seeded draw) and asks what could have been better. Writes one row a dialogue:
`id, seeker, supporter, areas` (a list of texts), lowest first.

python -m scripts judging.explain_low_values --dialogues results/dialogues/ours_dpo/test.jsonl --ratings
results/judging/rated_values/ours_dpo.jsonl --count 40 --seed 42 --prompt resources/prompts/A-LOW1.md --model '{…}'
--temperature 0 --top-p 1 --max-tokens 400 --max-failed 0.01 --output results/judging/low_values/ours_dpo.jsonl
"""

import argparse
import logging
import re
from collections.abc import Sequence

from scripts.judging.asking import ask_judge, judge_parser, plain
from scripts.judging.finished import finished_dialogues
from scripts.llm.chat import Request
from scripts.provenance.errors import Problem
from scripts.text.draws import seeded
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import load_prompt

log = logging.getLogger(__name__)

_POINT = re.compile(r"^\s*[-•]\s+(\S.*?)\s*$", re.MULTILINE)


def lowest(ratings: list[dict], count: int, seed: int) -> list[dict]:
    """The `count` lowest rated dialogues, lowest first; equal ones in a drawn order."""

    def place(row: dict) -> tuple[int, int, float]:
        both = row["seeker"], row["supporter"]
        return min(both), sum(both), seeded(seed, "low", row["id"]).random()

    return sorted(ratings, key=place)[:count]


def parse_areas(text: str) -> list[str]:
    """The lines that begin with a dash; ValueError when there is none."""
    areas = _POINT.findall(plain(text))
    if not areas:
        raise ValueError("no line begins with a dash")
    return areas


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = judge_parser("Ask what the dialogues of the lowest value ratings lacked.")
    parser.add_argument("--dialogues", required=True)
    parser.add_argument("--ratings", required=True, help="ratings by rate_values")
    parser.add_argument("--count", type=int, required=True, help="dialogues, at most")
    parser.add_argument("--seed", type=int, required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    prompt, texts = load_prompt(args.prompt), finished_dialogues(args.dialogues)
    rated = read_jsonl(args.ratings)
    unknown = [row["id"] for row in rated if row["id"] not in texts]
    if unknown:
        raise Problem(f"{args.ratings} rates {unknown[0]}, which is no finished dialogue. Build that file again.")
    chosen = lowest(rated, args.count, args.seed)
    requests = [
        Request(
            id=row["id"],
            kind=prompt.id,
            messages=prompt.messages(dialogue=texts[row["id"]], seeker=row["seeker"], supporter=row["supporter"]),
        )
        for row in chosen
    ]
    answers = ask_judge(args, requests, parse_areas)
    rows = [
        {**row, "areas": answer.value} for row, answer in zip(chosen, answers, strict=True) if answer.value is not None
    ]
    write_jsonl(args.output, rows)
    log.info("explained %d of the %d lowest of %d rated dialogues", len(rows), len(chosen), len(rated))


if __name__ == "__main__":
    main()
