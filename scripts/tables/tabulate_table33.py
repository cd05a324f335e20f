"""Table 33 of paper A: the 20 values, what they contain and what they mean (section 3.1; requirement A-001).

Reads the taxonomy that prompts and labels use; ids count from 1 in its order. Definitions are our own words and stand
in rows of their own (empty `item`), unpublished.

python -m scripts tables.tabulate_table33 --values resources/taxonomy/values.yaml --published
resources/published/a_table33.csv --run paper --evidence real --output results/table33.csv --text results/table33.md
"""

import argparse
from collections.abc import Sequence

from scripts.tables.labels import AGREES, beside, count_agreeing, published_labels, with_agreement
from scripts.tables.markdown import grid
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, tidy
from scripts.text.files import write_csv, write_text
from scripts.text.taxonomy import load_taxonomy

KEYS = ("value_id", "item")


def cells(values: Sequence[dict]) -> dict[Key, Cell]:
    built = {}
    for number, value in enumerate(values, 1):
        for place, contained in enumerate(value["contained"], 1):
            built[str(number), str(place), "value"] = Cell(value["label"])
            built[str(number), str(place), "contained_value"] = Cell(contained)
        built[str(number), "", "definition"] = Cell(value["definition"])
    return built


def render(rows: Sequence[dict]) -> str:
    """A row a value, what differs from print flagged."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        found.setdefault(row["value_id"], {}).setdefault(row["metric"], []).append(beside(row["value"], row))
    lines = [[own["value"][0], "; ".join(own["contained_value"]), own["definition"][0]] for own in found.values()]
    table = grid(["Value", "Contained values", "Definition (our own words)"], lines, left=3)
    return f"# Table 33: values\n\n{count_agreeing(rows)}\n{table}"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("The 20 values and what they contain (paper A, table 33).")
    parser.add_argument("--values", required=True, help="the taxonomy of values")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    published = published_labels(args.published, KEYS)
    built = cells(load_taxonomy(args.values))
    rows = with_agreement(tidy(published, built, KEYS, Origin(args.run, args.evidence)))
    write_csv(args.output, rows, [*KEYS, *COLUMNS, AGREES])
    write_text(args.text, render(rows))


if __name__ == "__main__":
    main()
