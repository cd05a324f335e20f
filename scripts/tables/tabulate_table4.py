"""Table 4 of paper A: Reddit threads by setting and split (section 4 and B).

Reads the selected threads of both settings (JSONL, one thread a line) and counts lines.

python -m scripts tables.tabulate_table4 --single results/reddit/single/{train,dev,test}.jsonl
--multi results/reddit/multi/{train,dev,test}.jsonl --published resources/published/a_table04.csv --run demo
--evidence stand_in --output results/table4.csv --text results/table4.md
"""

import argparse
from collections.abc import Sequence

from scripts.tables.markdown import banner, grid, number
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import write_csv, write_text

KEYS = ("setting",)
SPLITS = ("train", "dev", "test")


def count_lines(path: str) -> int:
    with open(path, "rb") as stream:
        return sum(1 for line in stream if line.strip())


def cells(single: Sequence[int], multi: Sequence[int]) -> dict[Key, Cell]:
    """Cells of both settings from their sizes by split."""
    built = {}
    for setting, sizes in (("Single-turn", single), ("Multi-turn", multi)):
        for metric, size in zip((*SPLITS, "total"), (*sizes, sum(sizes)), strict=True):
            built[setting, metric] = Cell(size)
    return built


def render(rows: list[dict], evidence: str) -> str:
    """The paper's layout, and the published line below each of ours."""
    lines = []
    for setting in dict.fromkeys(row["setting"] for row in rows):
        own = [row for row in rows if row["setting"] == setting]
        lines.append([setting, *(number(row["value"], 0) for row in own)])
        lines.append([f"{setting}, published", *(number(float(row["published"]), 0) for row in own)])
    table = grid(["", "Train", "Dev", "Test", "Total"], lines)
    return f"# Table 4: threads from Reddit\n\n{banner(evidence)}{table}"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Reddit threads by setting and split (paper A, table 4).")
    for setting in ("single", "multi"):
        parser.add_argument(f"--{setting}", required=True, nargs=3, metavar=("TRAIN", "DEV", "TEST"))
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    built = cells([count_lines(path) for path in args.single], [count_lines(path) for path in args.multi])
    rows = tidy(read_published(args.published, KEYS), built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_text(args.text, render(rows, args.evidence))


if __name__ == "__main__":
    main()
