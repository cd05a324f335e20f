"""Table 12 of paper A: sizes of the sets that train the emotion-reinforced supporter (section G.2; A-059).

The paper names no grid point for its DPO set (inconsistency I-A25): the printed row is the selected point's, and each
further point that is built has a row of its own. Reads the counts files of the SFT set and of the pairs.

python -m scripts tables.tabulate_table12 --sft results/supporter/emotion/sft/counts.json --pairs
results/supporter/emotion/pairs/emotion_gpt/{h3_g1_t0.5,h5_g1_t0.5}/counts.json --points '[{"h": 3, "gamma": 1, "t":
0.5}, {"h": 5, "gamma": 1, "t": 0.5}]' --published resources/published/a_table12.csv --run demo --evidence stand_in
--output results/table12.csv --text results/table12.md
"""

import argparse
import json
from collections.abc import Mapping, Sequence

from scripts.provenance.errors import Problem
from scripts.tables.markdown import banner, grid, number
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import read_json, write_csv, write_text

KEYS = ("stage", "supporter")
SPLITS = ("train", "dev")
SPEAKER = "GPT-4o-mini"  # as the paper names who spoke in both simulations


def point_label(point: Mapping[str, object]) -> str:
    """How a further point's row is called."""
    return f"{SPEAKER} (h={str(point['h']).capitalize()}, gamma={point['gamma']:g}, T={point['t']:g})"


def cells(sft: dict, pairs: Sequence[dict], points: Sequence[Mapping[str, object]]) -> dict[Key, Cell]:
    """Sizes by row and split: SFT counts after the strategy filter, DPO counts pairs, the selected point's first."""
    rows = {("SFT", SPEAKER): sft, ("DPO", SPEAKER): pairs[0]}
    rows |= {("DPO", point_label(point)): count for point, count in zip(points[1:], pairs[1:], strict=True)}
    return {(*row, split): Cell(count[split]["kept"]) for row, count in rows.items() for split in SPLITS}


def render(rows: list[dict], selected: Mapping[str, object], evidence: str) -> str:
    """The paper's layout with the published size beside each of ours."""
    by_row: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        printed = float(row["published"]) if row["published"] else None
        line = by_row.setdefault((row["stage"], row["supporter"]), [])
        line += [number(row["value"], 0), number(printed, 0)]
    head = ["Stage", "Supporter", "Train", "published", "Dev", "published"]
    table = grid(head, [[*key, *line] for key, line in by_row.items()], left=2)
    said = point_label(selected).partition("(")[2].removesuffix(")")
    title = "# Table 12: sizes of the emotion-reinforced supporter's training sets"
    return f"{title}\n\n{banner(evidence)}{table}\nThe DPO row is the selected point: {said}.\n"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Sizes of the emotion-reinforced supporter's training sets (paper A, table 12).")
    parser.add_argument("--sft", required=True, help="counts of the SFT set")
    parser.add_argument("--pairs", required=True, nargs="+", help="counts of the pairs, the selected point's first")
    parser.add_argument("--points", required=True, type=json.loads, help="JSON list of these points: h, gamma, t")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    if len(args.pairs) != len(args.points):
        raise Problem(f"--pairs has {len(args.pairs)} files for {len(args.points)} points. Give one each, in order.")
    built = cells(read_json(args.sft), [read_json(path) for path in args.pairs], args.points)
    rows = tidy(read_published(args.published, KEYS), built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_text(args.text, render(rows, args.points[0], args.evidence))


if __name__ == "__main__":
    main()
