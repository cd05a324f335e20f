"""Table 27 of paper A: an example persona of each problem category (section E.1, step 5; requirement A-041).

Reads the personas of all splits. The example of a category is drawn among all its personas, whatever they look like;
`published` holds the labels of the paper's own example, with which it shares nothing but the category.

python -m scripts tables.tabulate_table27 --personas results/personas/{train,dev,test}.jsonl --seed 42 --published
resources/published/a_table27_labels.csv --run demo --evidence stand_in --output results/table27.csv
--text results/table27.md
"""

import argparse
from collections.abc import Sequence

from scripts.provenance.errors import Problem
from scripts.tables.labels import published_labels
from scripts.tables.markdown import banner, grid
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, tidy
from scripts.text.draws import seeded
from scripts.text.files import read_jsonl, write_csv, write_text

KEYS = ("example",)
LABELS = ("category", "value", "emotion", "age_range", "gender", "occupation")


def check(personas: Sequence[dict], paths: Sequence[str]) -> None:
    """A Problem naming the first persona that lacks a field."""
    for row in personas:
        if missing := [name for name in (*LABELS, "situation") if not row.get(name)]:
            raise Problem(f"{', '.join(paths)}: persona {row.get('id')} has no {missing[0]}. Build the personas again.")


def pick(personas: Sequence[dict], category: str, seed: int) -> dict | None:
    """One persona of the category, the same whatever their order; None if it has none."""
    own = [row for row in personas if row["category"] == category]
    return min(own, key=lambda row: (seeded(seed, "example", row["id"]).random(), row["id"]), default=None)


def cells(personas: Sequence[dict], categories: dict[str, str], seed: int) -> dict[Key, Cell]:
    """Labels and situation by example; empty, with n 0, where no persona is of the category."""
    built = {}
    for example, category in categories.items():
        n = sum(row["category"] == category for row in personas)
        found = pick(personas, category, seed) or {"category": category}
        for name in (*LABELS, "situation", "id"):
            built[example, "persona" if name == "id" else name] = Cell(found.get(name), n)
    return built


def render(rows: Sequence[dict], evidence: str) -> str:
    """A row an example; the paper's own labels below each."""
    found: dict[str, dict[str, dict]] = {}
    for row in rows:
        found.setdefault(row["example"], {})[row["metric"]] = row
    lines = []
    for number, own in found.items():
        lines.append([number, *(own[name]["value"] or "-" for name in (*LABELS, "situation"))])
        lines.append([f"{number}, published", *(own[name]["published"] for name in LABELS), ""])
    head = ["", *(name.replace("_", " ").capitalize() for name in (*LABELS, "situation"))]
    note = "One persona drawn from each category; the paper shows others, whose situations are not copied here.\n"
    return f"# Table 27: example personas\n\n{banner(evidence)}{note}\n{grid(head, lines, left=len(head))}"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Example personas (paper A, table 27).")
    parser.add_argument("--personas", required=True, nargs="+", help="personas of all splits")
    parser.add_argument("--seed", type=int, required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    personas = [row for path in args.personas for row in read_jsonl(path)]
    check(personas, args.personas)
    published = published_labels(args.published, KEYS)
    categories = {key[0]: row["value"] for key, row in published.items() if key[-1] == "category"}
    rows = tidy(published, cells(personas, categories, args.seed), KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_text(args.text, render(rows, args.evidence))


if __name__ == "__main__":
    main()
