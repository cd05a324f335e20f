"""Table 1 of paper A: sizes of the sets that train the supporter (requirement A-080).

The paper prints the DPO size of the point (h = All, gamma = 1, T = 1) although its model was trained at another
one (inconsistency I-A05), so the table has both: the printed row, and a row for the selected point, whose
published size stands in table 19. Reads the counts files of the SFT set and of the two points' pairs.

python -m scripts tables.tabulate_table1 --sft results/supporter/value/sft/counts.json --printed
results/supporter/value/pairs/hall_g1_t1/counts.json --selected results/supporter/value/pairs/h3_g1_t2/counts.json
--point '{"h": 3, "gamma": 1, "t": 2}' --published resources/published/a_table01.csv --published-points
resources/published/a_table19.csv --run demo --evidence stand_in --output results/table1.csv --text results/table1.md
"""

import argparse
import json
from collections.abc import Mapping, Sequence

from scripts.tables.markdown import banner, grid, number
from scripts.tables.options import table_parser
from scripts.tables.published import printed_rows
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import read_json, write_csv, write_text

KEYS = ("stage", "supporter")
SPLITS = ("train", "dev")


def point_label(point: Mapping[str, object]) -> str:
    """How the selected point's row is called; `h` is a number of turns or `all`."""
    return f"SFT (h={str(point['h']).capitalize()}, gamma={point['gamma']}, T={point['t']})"


def published_point(rows: list[dict[str, str]], point: Mapping[str, object], label: str) -> dict[Key, dict[str, str]]:
    """Table 19's sizes of the point's sets for the supporter SFT; empty for a point the paper has not."""
    wanted = (str(point["h"]).capitalize(), float(str(point["gamma"])), float(str(point["t"])))
    return {
        ("DPO", label, row["split"]): row
        for row in rows
        if row["supporter"] == "SFT" and row["metric"] == "n" and _point(row) == wanted
    }


def _point(row: dict[str, str]) -> tuple[str, float, float]:
    return row["h"], float(row["gamma"]), float(row["t_diff"])


def cells(sft: dict, printed: dict, selected: dict, label: str) -> dict[Key, Cell]:
    """Sizes by row and split: SFT counts after the strategy filter, DPO counts pairs."""
    counts = {("SFT", "GPT-4o-mini"): sft, ("DPO", "SFT"): printed, ("DPO", label): selected}
    return {(*row, split): Cell(count[split]["kept"]) for row, count in counts.items() for split in SPLITS}


def render(rows: list[dict], evidence: str) -> str:
    """The paper's layout with the published size beside each of ours."""
    by_row: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        printed = float(row["published"]) if row["published"] else None
        line = by_row.setdefault((row["stage"], row["supporter"]), [])
        line += [number(row["value"], 0), number(printed, 0)]
    head = ["Stage", "Supporter", "Train", "published", "Dev", "published"]
    table = grid(head, [[*key, *line] for key, line in by_row.items()], left=2)
    return f"# Table 1: sizes of the supporter's training sets\n\n{banner(evidence)}{table}"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Sizes of the supporter's training sets (paper A, table 1).")
    parser.add_argument("--sft", required=True, help="counts of the SFT set")
    parser.add_argument("--printed", required=True, help="counts of the pairs at the point the paper prints")
    parser.add_argument("--selected", required=True, help="counts of the pairs at the selected point")
    parser.add_argument("--point", required=True, type=json.loads, help="JSON of the selected point: h, gamma, t")
    parser.add_argument("--published-points", required=True, help="the published numbers of table 19")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    label = point_label(args.point)
    published = {
        **read_published(args.published, KEYS),
        **published_point(printed_rows(args.published_points), args.point, label),
    }
    built = cells(read_json(args.sft), read_json(args.printed), read_json(args.selected), label)
    rows = tidy(published, built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_text(args.text, render(rows, args.evidence))


if __name__ == "__main__":
    main()
