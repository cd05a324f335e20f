"""Table 24 of paper A: problem categories and their subcategories (section E.1; requirement A-003).

Reads the taxonomy that the personas are written from; ids count from 1 in its order.

python -m scripts tables.tabulate_table24 --problems resources/taxonomy/problems.yaml --published
resources/published/a_table24.csv --run paper --evidence real --output results/table24.csv --text results/table24.md
"""

import argparse
from collections.abc import Sequence

from scripts.tables.labels import AGREES, beside, count_agreeing, published_labels, with_agreement
from scripts.tables.markdown import grid
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, tidy
from scripts.text.files import write_csv, write_text
from scripts.text.taxonomy import load_taxonomy

KEYS = ("category_id", "subcategory_id")


def cells(problems: Sequence[dict]) -> dict[Key, Cell]:
    built = {}
    for category, problem in enumerate(problems, 1):
        for place, subcategory in enumerate(problem["subcategories"], 1):
            built[str(category), str(place), "category"] = Cell(problem["label"])
            built[str(category), str(place), "subcategory"] = Cell(subcategory)
    return built


def render(rows: Sequence[dict]) -> str:
    """A row a category with its subcategories, what differs from print flagged."""
    lines: dict[str, list[str]] = {}
    for row in rows:
        if row["metric"] == "subcategory":
            lines.setdefault(row["category_id"], []).append(beside(row["value"], row))
    names = {row["category_id"]: beside(row["value"], row) for row in rows if row["metric"] == "category"}
    table = grid(["Category", "Subcategories"], [[names[key], "; ".join(line)] for key, line in lines.items()], left=2)
    return f"# Table 24: problem categories\n\n{count_agreeing(rows)}\n{table}"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Problem categories and their subcategories (paper A, table 24).")
    parser.add_argument("--problems", required=True, help="the taxonomy of problems")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    published = published_labels(args.published, KEYS)
    built = cells(load_taxonomy(args.problems))
    rows = with_agreement(tidy(published, built, KEYS, Origin(args.run, args.evidence)))
    write_csv(args.output, rows, [*KEYS, *COLUMNS, AGREES])
    write_text(args.text, render(rows))


if __name__ == "__main__":
    main()
