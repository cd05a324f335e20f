"""Table 9 of paper A: the SFT set before and after the strategy filter (section D.3; requirement A-048).

Reads the counts of the SFT set. `total_turns` are supporter turns, `dataset` the initial and alternative outputs,
`dataset_filtered` those whose strategy is one of the eight.

python -m scripts tables.tabulate_table9 --counts results/supporter/value/sft/counts.json --published
resources/published/a_table09.csv --run demo --evidence stand_in --output results/table9.csv --text results/table9.md
"""

import argparse
from collections.abc import Sequence

from scripts.tables.markdown import banner, grid, number
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import read_json, write_csv, write_text

KEYS = ("split",)
FIELDS = {  # metric as published -> field of the counts
    "total_dialogues": "dialogues",
    "total_turns": "turns",
    "dataset": "outputs",
    "dataset_filtered": "kept",
}


def cells(counts: dict[str, dict]) -> dict[Key, Cell]:
    return {
        (split.capitalize(), metric): Cell(counts[split][field])
        for split in ("train", "dev")
        for metric, field in FIELDS.items()
    }


def render(rows: list[dict], evidence: str) -> str:
    """The paper's layout, and the published line below each of ours."""
    lines = []
    for split in dict.fromkeys(row["split"] for row in rows):
        own = [row for row in rows if row["split"] == split]
        lines.append([split, *(number(row["value"], 0) for row in own)])
        lines.append([f"{split}, published", *(number(float(row["published"]), 0) for row in own)])
    table = grid(["Split", "Total Dialogues", "Total Turns", "Dataset", "Dataset (Filtered)"], lines)
    return f"# Table 9: the supporter's SFT set\n\n{banner(evidence)}{table}"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("The supporter's SFT set before and after the filter (paper A, table 9).")
    parser.add_argument("--counts", required=True, help="counts of the SFT set")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    published = read_published(args.published, KEYS)
    rows = tidy(published, cells(read_json(args.counts)), KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_text(args.text, render(rows, args.evidence))


if __name__ == "__main__":
    main()
