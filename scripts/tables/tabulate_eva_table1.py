"""Table 1 of paper B: the levels of emotional validation (section 3; requirement B-001).

Reads the taxonomy that prompts, rating pages and stand-ins use. Names are as printed; definitions and examples are our
own words, unpublished.

python -m scripts tables.tabulate_eva_table1 --levels resources/taxonomy/levels.yaml --published
resources/published/b_table01_labels.csv --run paper --evidence real --output results/eva/table1.csv
--text results/eva/table1.md
"""

import argparse
from collections.abc import Sequence

from scripts.tables.labels import AGREES, beside, count_agreeing, published_labels, with_agreement
from scripts.tables.markdown import grid
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, tidy
from scripts.text.files import write_csv, write_text
from scripts.text.taxonomy import load_taxonomy

KEYS = ("level",)
METRICS = {"name": "label", "definition": "definition", "example": "example"}  # of the table: of the taxonomy


def cells(levels: Sequence[dict]) -> dict[Key, Cell]:
    return {
        (str(entry["level"]), metric): Cell(entry[own])
        for metric, own in METRICS.items()  # names first, as printed
        for entry in levels
    }


def render(rows: Sequence[dict]) -> str:
    """A row a level, what differs from print flagged."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row["level"], {})[row["metric"]] = beside(row["value"], row)
    lines = [[level, *(own[metric] for metric in METRICS)] for level, own in found.items()]
    head = ["Level", "Name", "Definition (our own words)", "Example (our own)"]
    return (
        f"# Table 1 of paper B: levels of emotional validation\n\n{count_agreeing(rows)}\n{grid(head, lines, left=4)}"
    )


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("The levels of emotional validation (paper B, table 1).")
    parser.add_argument("--levels", required=True, help="the taxonomy of levels")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    published = published_labels(args.published, KEYS)
    rows = tidy(published, cells(load_taxonomy(args.levels)), KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows := with_agreement(rows), [*KEYS, *COLUMNS, AGREES])
    write_text(args.text, render(rows))


if __name__ == "__main__":
    main()
