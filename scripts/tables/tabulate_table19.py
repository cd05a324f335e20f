"""Table 19 of paper A: sizes of the DPO sets at every grid point and of whose rollouts (section D.3; A-054).

`n`, `chosen_initial` and `chosen_alternative` count the pairs that are trained on (config: supporter.reward.compare);
the same with `_ge` counts differences of T and more, which the printed numbers of pairs seem to do where h is all
(inconsistency I-A01). The side file holds ratios beside the published ones, to be read before anything is trained:
dev to train (I-A29), pairs at the higher T to pairs at the lower (I-A31), and how often the initial answer is chosen.

python -m scripts tables.tabulate_table19 --counts results/supporter/value/pairs/{gpt,ours_sft}/*/counts.json --sets
'[["GPT", "3", "1", "2"], …]' --published resources/published/a_table19.csv --run demo --evidence stand_in --output
results/table19.csv --text results/table19.md --ratios results/table19_ratios.csv
"""

import argparse
import json
from collections.abc import Mapping, Sequence

from scripts.provenance.errors import Problem
from scripts.tables.markdown import banner, grid, number
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import read_json, write_csv, write_text

KEYS = ("supporter", "h", "gamma", "t_diff", "split")
SPLITS = ("train", "dev")
CHOSEN = ("initial", "alternative")
RATIOS = [*KEYS, "ratio", "value", "value_ge", "published", "difference", "difference_ge"]
NOTE = (
    "Chosen: how often the initial or the alternative answer has the higher reward. ≥: counted with differences of T\n"
    "and more.\n"
)


def cells(counts: Mapping[Key, dict]) -> dict[Key, Cell]:
    """The table's cells by set and split."""
    built: dict[Key, Cell] = {}
    for which, count in counts.items():
        for split in SPLITS:
            found = count[split]
            sums = {"n": found["kept"], **{f"chosen_{name}": found[name] for name in CHOSEN}}
            sums |= {"n_ge": sum(found["ge"].values()), **{f"chosen_{name}_ge": found["ge"][name] for name in CHOSEN}}
            built |= {(*which, split, metric): Cell(value, found["compared"]) for metric, value in sums.items()}
    return built


def ratio_rows(cells: Mapping[Key, Cell], published: Mapping[Key, dict[str, str]], evidence: str) -> list[dict]:
    """Ratios of two cells each, beside the same of the published numbers; differences for real evidence only."""
    printed = {key: float(row["value"]) for key, row in published.items() if row["value"]}
    values = {key: cell.value for key, cell in cells.items()}
    sets = list(dict.fromkeys(key[:4] for key in cells))
    rows = []
    for which in sets:
        asked = [("dev_to_train", "dev", (*which, "dev", "n"), (*which, "train", "n"))]
        lower = next((other for other in sets if other[:3] == which[:3] and float(other[3]) < float(which[3])), None)
        for split in SPLITS:
            asked.append(("initial_share", split, (*which, split, "chosen_initial"), (*which, split, "n")))
            if lower:
                asked.append(("higher_to_lower_t", split, (*which, split, "n"), (*lower, split, "n")))
        for name, split, over, under in asked:
            strict = _ratio(values, over, under)
            loose = _ratio(values, _ge(over), _ge(under))
            beside = _ratio(printed, over, under)
            apart = [
                ours - beside if evidence == "real" and None not in (ours, beside) else None for ours in (strict, loose)
            ]
            row = (*which, split, name, strict, loose, beside, *apart)
            rows.append(dict(zip(RATIOS, row, strict=True)))
    return rows


def _ge(key: Key) -> Key:
    return (*key[:-1], f"{key[-1]}_ge")


def _ratio(numbers: Mapping[Key, float | None], over: Key, under: Key) -> float | None:
    return numbers[over] / numbers[under] if numbers.get(over) is not None and numbers.get(under) else None


def render(rows: Sequence[dict], ratios: Sequence[dict], evidence: str) -> str:
    """The paper's layout, ours and the published one, and the ratios."""
    built = {_key(row): row["value"] for row in rows}
    printed = {_key(row): float(row["published"]) for row in rows if row["published"]}
    lines = [
        [
            *(row[name] for name in (*KEYS, "ratio")),
            *(number(row[name], 2) for name in ("value", "value_ge", "published")),
        ]
        for row in ratios
    ]
    return (
        f"# Table 19: the supporter's DPO sets\n\n{banner(evidence)}{_layout(built, ('', '_ge'))}\n{NOTE}\n"
        f"## Published\n\n{_layout(printed, ('',))}\n"
        "## Ratios beside the published ones\n\n"
        f"{grid(['Supporter', 'h', 'γ', 'T_diff', 'Split', 'Ratio', 'ours', '≥', 'published'], lines, left=6)}"
    )


def _key(row: Mapping[str, str]) -> Key:
    return (*(row[name] for name in KEYS), row["metric"])


def _layout(numbers: Mapping[Key, float | None], ways: Sequence[str]) -> str:
    metrics = [f"{name}{way}" for way in ways for name in ("n", "chosen_initial", "chosen_alternative")]
    heads = [f"{split} {name}{' ≥' if way else ''}" for split in ("Train", "Dev") for way in ways for name in HEADS]
    lines = [
        [*which, *(number(numbers.get((*which, split, metric)), 0) for split in SPLITS for metric in metrics)]
        for which in dict.fromkeys(key[:4] for key in numbers)
    ]
    return grid(["Supporter", "h", "γ", "T_diff", *heads], lines, left=4)


HEADS = ("#", "initial", "alternative")


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Sizes of the supporter's DPO sets (paper A, table 19).")
    parser.add_argument("--counts", required=True, nargs="+", help="counts of the pairs of each set")
    parser.add_argument("--sets", required=True, type=json.loads, help="JSON list of supporter, h, gamma, T of each")
    parser.add_argument("--ratios", required=True, help="side file, .csv")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    if len(args.counts) != len(args.sets):
        raise Problem(f"--counts has {len(args.counts)} files for {len(args.sets)} sets. Give one each, in order.")
    counts = {tuple(which): read_json(path) for which, path in zip(args.sets, args.counts, strict=True)}
    published = read_published(args.published, KEYS)
    built = cells(counts)
    ratios = ratio_rows(built, published, args.evidence)
    built |= {key: Cell(None, status="not_selected") for key in published if key not in built}
    rows = tidy(published, built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_csv(args.ratios, ratios, RATIOS)
    write_text(args.text, render(rows, ratios, args.evidence))


if __name__ == "__main__":
    main()
