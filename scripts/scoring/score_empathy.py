"""EPITOME's degrees (0, 1, 2) of a system's responses: the mechanisms ER, EX and IP (paper B, App. G; B-035).

Reads responses and the three classifiers' folders. Writes tidy parquet `dialogue_id, turn, metric, value`, a row a turn
of `epitome_er`, `epitome_ex` and `epitome_ip`: the most probable degree. The system's score is the mean over turns.
A response without a word expresses nothing and has degree 0; one that answers no seeker turn is left out, since the
classifiers read both (counted in the log).

    python -m scripts -- scoring.score_empathy --responses responses.jsonl --er-model er --ex-model ex --ip-model ip \
        --output empathy.parquet
"""

import argparse
import logging
from collections.abc import Callable, Sequence
from typing import Any

from scripts.classifiers.grades import open_reader
from scripts.provenance.drafts import publishing
from scripts.scoring.responses import asked, read_responses

log = logging.getLogger(__name__)
MECHANISMS = ("er", "ex", "ip")


def degrees(rows: Sequence[dict], read: Callable[[Sequence[tuple[str, str]]], Any]) -> list[int]:
    """The degree of each row, 0 for an empty response."""
    there = [row for row in rows if row["response"].strip()]
    found = read([(asked(row), row["response"]) for row in there]).argmax(1) if there else []
    known = {row["id"]: int(degree) for row, degree in zip(there, found, strict=True)}
    return [known.get(row["id"], 0) for row in rows]


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--responses", required=True, help="JSONL")
    for name in MECHANISMS:
        parser.add_argument(f"--{name}-model", required=True, help="folder of its classifier")
    parser.add_argument("--output", required=True, help="parquet")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    import pyarrow
    import pyarrow.parquet

    args = parse_args(argv)
    every = read_responses(args.responses)
    rows = [row for row in every if asked(row)]
    scored = {name: degrees(rows, open_reader(getattr(args, f"{name}_model"))) for name in MECHANISMS}
    table = {
        "dialogue_id": pyarrow.array([row["dialogue_id"] for row in rows] * len(scored), pyarrow.string()),
        "turn": pyarrow.array([row["turn"] for row in rows] * len(scored), pyarrow.int32()),
        "metric": pyarrow.array([f"epitome_{name}" for name in scored for _ in rows], pyarrow.string()),
        "value": pyarrow.array([float(one) for own in scored.values() for one in own], pyarrow.float64()),
    }
    with publishing(args.output) as draft:
        pyarrow.parquet.write_table(pyarrow.table(table), draft)
    empty = sum(not row["response"].strip() for row in rows)
    log.info("responses %d, scored %d, of them empty %d", len(every), len(rows), empty)


if __name__ == "__main__":
    main()
