"""Step 2 of the personas: how far each situation is about its value (paper A, E.1, Table 26; A-038).

Asks once for all situations of a pair of category and value. Writes every rated situation with `rating` (1-5),
`reasoning` and `kept` (rating at least `--keep-from`); later steps take the kept ones.

python -m scripts personas.rate_alignment --situations results/personas/situations.jsonl --values
resources/taxonomy/values.yaml --prompt resources/prompts/A-ALN.md --model '{…}' --sampling '{…}' --max-failed 0.02
--keep-from 4 --output results/personas/rated.jsonl
"""

import argparse
import functools
import itertools
import logging
import re
from collections.abc import Sequence

from scripts.llm.chat import Request
from scripts.personas.asking import ask_all, asking_parser
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import Prompt, load_prompt
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)

_RECORD = re.compile(
    r"^\W*situation:\s*(?P<situation>.+?)\s*\n\W*Reasoning:\s*(?P<reasoning>.+?)\s*\n\W*Rating:\W*(?P<rating>[1-5])\W*$",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)


def parse_ratings(text: str, number: int) -> list[dict]:
    """`rating` and `reasoning` of each situation, in the order asked; ValueError unless there are `number` records."""
    records = list(_RECORD.finditer(text))
    if len(records) != number:
        raise ValueError(f"{len(records)} records with situation, reasoning and rating, not {number}")
    return [{"rating": int(found["rating"]), "reasoning": " ".join(found["reasoning"].split())} for found in records]


def by_cell(rows: list[dict]) -> list[list[dict]]:
    """The situations of each pair of category and value, in the order of the file."""
    groups: dict[tuple[str, str], list[dict]] = {}
    for row in rows:
        groups.setdefault((row["category"], row["value"]), []).append(row)
    return list(groups.values())


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = asking_parser(__doc__)
    parser.add_argument("--situations", required=True)
    parser.add_argument("--values", required=True, help="taxonomy of the values")
    parser.add_argument("--keep-from", type=int, required=True, help="lowest rating that is kept, 1-5")
    return parser.parse_args(argv)


def request_for(prompt: Prompt, cell: list[dict], value: dict) -> Request:
    messages = prompt.messages(
        situations=[row["situation"] for row in cell],
        value=value["label"],
        definition=value["definition"],
        contained=value["contained"],
    )
    return Request(cell[0]["id"], prompt.id, messages)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    prompt = load_prompt(args.prompt)
    values = {entry["label"]: entry for entry in load_taxonomy(args.values)}
    situations = read_jsonl(args.situations)
    # Pairs with equally many situations are asked together, for they share a parser.
    groups = [list(cells) for _, cells in itertools.groupby(sorted(by_cell(situations), key=len), key=len)]
    answers = ask_all(
        args,
        *(
            (
                [request_for(prompt, cell, values[cell[0]["value"]]) for cell in cells],
                functools.partial(parse_ratings, number=len(cells[0])),
            )
            for cells in groups
        ),
    )
    rated = [
        row | rating | {"kept": rating["rating"] >= args.keep_from}
        for cell, answer in zip(itertools.chain(*groups), answers, strict=True)
        for row, rating in zip(cell, answer.value or [], strict=bool(answer.value))
    ]
    write_jsonl(args.output, sorted(rated, key=lambda row: row["id"]))
    kept = sum(row["kept"] for row in rated)
    low, unrated = len(rated) - kept, len(situations) - len(rated)
    log.info("%d situations, %d kept, %d rated low, %d unrated", len(situations), kept, low, unrated)


if __name__ == "__main__":
    main()
