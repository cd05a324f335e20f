"""Table 6 of paper A: hyper-parameters of the trainings, as the config has them (sections D.1 to D.3; A-027, A-029).

The paper prints learning rate and adapter of the reference generator in both settings; the other rows and settings
follow, unpublished. Values are leaves of the config, given on the command line; `agrees` flags what differs from print.

python -m scripts tables.tabulate_table6 --trainings '[{"setting": "Single-turn", "stage": "SFT", "lora": {"rank": 8,
…}, "train": {"learning_rate": 0.0001, …}}, …]' --published resources/published/a_table06.csv --run paper
--evidence real --output results/table6.csv --text results/table6.md
"""

import argparse
import json
from collections.abc import Sequence

from scripts.tables.labels import AGREES, beside, count_agreeing, require, with_agreement
from scripts.tables.markdown import banner, grid
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import write_csv, write_text

KEYS = ("setting", "stage")
PRINTED = ("learning_rate", "lora_rank", "lora_alpha", "lora_dropout")
PRINTED_ROWS = [(setting, stage) for setting in ("Single-turn", "Multi-turn") for stage in ("SFT", "DPO")]


def cells(trainings: Sequence[dict]) -> dict[Key, Cell]:
    """Every leaf of every training: the printed four first, then the others by name."""
    built = {}
    for training in trainings:
        leaves = {f"lora_{name}": value for name, value in training["lora"].items()} | training["train"]
        order = [*PRINTED, *sorted(set(leaves) - set(PRINTED))]
        for name in order:
            built[training["setting"], training["stage"], name] = Cell(plain(leaves[name]))
    return built


def plain(leaf: object) -> float | str:
    """A leaf as a table's value: numbers stay, yes and no, lists by their entries."""
    if isinstance(leaf, bool):
        return "yes" if leaf else "no"
    if isinstance(leaf, (int, float)):
        return leaf
    return ", ".join(map(str, leaf)) if isinstance(leaf, list) else str(leaf)


def render(rows: Sequence[dict], evidence: str) -> str:
    """The printed part, then all settings of all trainings; one column a training."""
    trainings = list(dict.fromkeys((row["setting"], row["stage"]) for row in rows))
    by_key = {(row["setting"], row["stage"], row["metric"]): row for row in rows}
    metrics = list(dict.fromkeys(row["metric"] for row in rows))

    def layout(columns: Sequence[tuple[str, str]], lines: Sequence[str]) -> str:
        found = [[name, *(_text(by_key.get((*column, name))) for column in columns)] for name in lines]
        return grid(["", *(" ".join(column) for column in columns)], found)

    printed, rest = layout(PRINTED_ROWS, PRINTED), layout(trainings, metrics)
    note = "Settings of the tiny models, which are not the paper's.\n\n" if evidence == "stand_in" else ""
    return (
        f"# Table 6: hyper-parameters\n\n{banner(evidence)}{note}{count_agreeing(rows)}\n{printed}"
        f"\n## All trainings and settings\n\n{rest}"
    )


def _text(row: dict | None) -> str:
    if row is None:
        return ""
    value = row["value"]
    return beside(value if isinstance(value, str) else f"{value:g}", row)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Hyper-parameters of the trainings (paper A, table 6).")
    parser.add_argument("--trainings", required=True, type=json.loads, help="JSON: setting, stage, lora, train of each")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    published = read_published(args.published, KEYS)
    require(published, [(*row, metric) for row in PRINTED_ROWS for metric in PRINTED], args.published)
    rows = with_agreement(tidy(published, cells(args.trainings), KEYS, Origin(args.run, args.evidence)))
    write_csv(args.output, rows, [*KEYS, *COLUMNS, AGREES])
    write_text(args.text, render(rows, args.evidence))


if __name__ == "__main__":
    main()
