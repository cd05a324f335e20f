"""Tables 4 and 5 of paper B: the phrases that tell a response's type (appendix D; requirement B-002).

Reads the list that the response types are counted by and takes the types of one table, phrases numbered in its order.

python -m scripts tables.tabulate_eva_phrases --table 4 --select UV EP HC --types
resources/taxonomy/response_types.csv --published resources/published/b_table04.csv --run paper --evidence real
--output results/eva/table4.csv --text results/eva/table4.md
"""

import argparse
from collections import Counter
from collections.abc import Sequence

from scripts.provenance.errors import Problem
from scripts.tables.labels import AGREES, beside, count_agreeing, published_labels, with_agreement
from scripts.tables.markdown import grid
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, tidy
from scripts.text.files import read_csv, write_csv, write_text

KEYS = ("table", "type", "item")


def cells(table: str, phrases: Sequence[dict[str, str]], select: Sequence[str]) -> dict[Key, Cell]:
    """The phrases of the selected types; a type without one is a Problem."""
    counts: Counter[str] = Counter()
    built: dict[Key, Cell] = {}
    for row in phrases:
        if row["type"] in select:
            counts[row["type"]] += 1
            own = table, row["type"], str(counts[row["type"]])
            built |= {(*own, "type_name"): Cell(row["type_name"]), (*own, "phrase"): Cell(row["phrase"])}
    if missing := [name for name in select if not counts[name]]:
        raise Problem(f"The list of response types has no phrase of {missing[0]}. Restore it from the repository.")
    return built


def render(table: str, rows: Sequence[dict]) -> str:
    """A row a type with its phrases, what differs from print flagged."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        found.setdefault(row["type"], {}).setdefault(row["metric"], []).append(beside(row["value"], row))
    lines = [[name, own["type_name"][0], "; ".join(own["phrase"])] for name, own in found.items()]
    page = grid(["Type", "Name", "Phrases"], lines, left=3)
    return f"# Table {table} of paper B: phrases of response types\n\n{count_agreeing(rows)}\n{page}"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Phrases of response types (paper B, tables 4 and 5).")
    parser.add_argument("--table", required=True, help="its number")
    parser.add_argument("--select", required=True, nargs="+", help="the types that the table lists")
    parser.add_argument("--types", required=True, help="phrases by type, .csv")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    published = published_labels(args.published, KEYS)
    built = cells(args.table, read_csv(args.types), args.select)
    rows = with_agreement(tidy(published, built, KEYS, Origin(args.run, args.evidence)))
    write_csv(args.output, rows, [*KEYS, *COLUMNS, AGREES])
    write_text(args.text, render(args.table, rows))


if __name__ == "__main__":
    main()
