"""Step 4 of the personas: age range, gender and occupation for each situation (paper A, E.1, Table 27; A-040).

Writes the labelled situations with `age_range` (a decade, 20s to 60s), `gender` and `occupation`; a situation
whose answer stayed unusable is dropped.

python -m scripts personas.write_demographics --situations results/personas/labelled.jsonl --prompt
resources/prompts/A-DEMO.md --model '{…}' --sampling '{…}' --max-failed 0.02 --output results/personas/described.jsonl
"""

import argparse
import json
import logging
import re
from collections.abc import Sequence

from scripts.llm.chat import Request
from scripts.personas.asking import ask_all, asking_parser
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import load_prompt

log = logging.getLogger(__name__)

AGE_RANGES = ("20s", "30s", "40s", "50s", "60s")
FIELDS = ("age_range", "gender", "occupation")
_FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL)


def parse_person(text: str) -> dict[str, str]:
    """The three fields of a JSON answer (a code fence round it is allowed); ValueError for any other answer."""
    fenced = _FENCE.fullmatch(text.strip())
    person = json.loads(fenced[1] if fenced else text)
    if not isinstance(person, dict) or set(person) != set(FIELDS):
        raise ValueError("not one object with age_range, gender and occupation")
    fields = {name: " ".join(str(person[name]).split()) for name in FIELDS}
    if fields["age_range"] not in AGE_RANGES:
        raise ValueError(f"age range {fields['age_range']!r} is no decade from 20s to 60s")
    if not fields["gender"] or not fields["occupation"]:
        raise ValueError("empty gender or occupation")
    return fields


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = asking_parser(__doc__)
    parser.add_argument("--situations", required=True, help="situations with their emotion")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    prompt, situations = load_prompt(args.prompt), read_jsonl(args.situations)
    requests = [
        Request(
            row["id"],
            prompt.id,
            prompt.messages(situation=row["situation"], category=row["category"], emotion=row["emotion"]),
        )
        for row in situations
    ]
    answers = ask_all(args, (requests, parse_person))
    described = [row | answer.value for row, answer in zip(situations, answers, strict=True) if answer.value]
    write_jsonl(args.output, described)
    log.info(
        "%d situations, %d described, %d failed", len(situations), len(described), len(situations) - len(described)
    )


if __name__ == "__main__":
    main()
