"""Table 35 of paper A: the eight themes of what low dialogues lacked, with what each is about (section J; A-076).

The labels are the paper's and fixed; definitions and points are our own words, as many points as printed. `n_points`
counts them, `frequency_in_table14` is table 14's, as the published file calls it.

python -m scripts tables.tabulate_table35 --themes resources/taxonomy/themes.yaml --frequencies results/table14.csv
--published resources/published/a_table35_labels.csv --run demo --evidence stand_in --output results/table35.csv
--text results/table35.md
"""

import argparse
from collections.abc import Sequence

from scripts.provenance.errors import Problem
from scripts.tables.markdown import banner, grid
from scripts.tables.options import table_parser
from scripts.tables.published import printed_rows
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, tidy
from scripts.text.files import read_csv, write_csv, write_text
from scripts.text.taxonomy import load_taxonomy

KEYS = ("category",)
PRINTED = ("n_points", "frequency_in_table14")  # metrics, and columns of the published file


def read_labels(path: str) -> dict[Key, dict[str, str]]:
    """The published labels by key, a row a metric; a file without a column is a Problem."""
    rows: dict[Key, dict[str, str]] = {}
    for row in printed_rows(path):
        for metric in PRINTED:
            if not row.get(metric):
                raise Problem(f"{path} has no {metric} for {row.get('category')!r}. Restore it from the repository.")
            rows[row["category"], metric] = {"value": row[metric], "marker": ""}
    return rows


def cells(themes: Sequence[dict], frequencies: Sequence[dict[str, str]]) -> dict[Key, Cell]:
    """Points and frequency of every theme; a theme that the frequencies lack is a Problem."""
    counted = {row["category"]: row for row in frequencies}
    built = {}
    for theme in themes:
        label = theme["label"]
        if label not in counted:
            raise Problem(f"Table 14 has no frequency for {label!r}. Build it again.")
        built[label, "n_points"] = Cell(len(theme["points"]))
        built[label, "frequency_in_table14"] = Cell(int(counted[label]["value"]), int(counted[label]["n"]))
    return built


def render(themes: Sequence[dict], evidence: str) -> str:
    lines = [[theme["label"], theme["definition"], "; ".join(theme["points"])] for theme in themes]
    table = grid(["Category", "What it is", "Points"], lines, left=3)
    return f"# Table 35: areas for improvement in value reinforcement\n\n{banner(evidence)}{table}"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("The themes of the low-value analysis (paper A, table 35).")
    parser.add_argument("--themes", required=True, help="taxonomy of the themes")
    parser.add_argument("--frequencies", required=True, help="table 14, .csv")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    themes = load_taxonomy(args.themes)
    built = cells(themes, read_csv(args.frequencies))
    rows = tidy(read_labels(args.published), built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_text(args.text, render(themes, args.evidence))


if __name__ == "__main__":
    main()
