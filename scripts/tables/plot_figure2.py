"""Figure 2 of paper A: what values seekers voice positively at the end of effective support (section 3; A-034, A-035).

Reads the ESConv splits (dialogues, raw turns) and the labels of their merged seeker turns (`id` is `<dialogue>:<merged
turn index>`, `sentiment, sentiment_class, v00…`). Writes the figure; a tidy table with a row for each value and group
(`mean_probability` per turn, 0 where a turn is not positive) and for the total count (`item` total), Mann-Whitney p,
Holm-corrected p over the values, rank-biserial effect; and a summary with the group sizes.

python -m scripts tables.plot_figure2 --dialogues results/corpora/esconv/{train,dev,test}.jsonl --labels
results/labels/esconv.parquet --values resources/taxonomy/values.yaml --positive-rule v_reg --positive-threshold 0.5
--value-threshold 0.26 --window 4 --alpha 0.05 --resamples 10000 --seed 42 --published
resources/published/a_inline.csv --run laptop --evidence real --output results/figure2.svg --table results/figure2.csv
--summary results/figure2.json
"""

import argparse
import logging
from collections.abc import Sequence
from statistics import fmean

from scripts.stats.bootstrap import mean_intervals, resample_weights
from scripts.stats.significance import Comparison, holm, mann_whitney, marker
from scripts.tables.figure2_drawing import draw
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.tables.value_effect import GROUPS, Effect, measure_all, read_labels
from scripts.text.files import read_jsonl, write_csv, write_json
from scripts.text.taxonomy import labels as taxonomy_labels
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)

KEYS = ("item", "group")
TESTS = ["u", "p", "p_holm", "effect_size"]
TOTAL = "total"
TOTAL_METRIC = "mean_positive_values_last4_turns"  # as in published/a_inline.csv


def published_total(path: str) -> dict[Key, dict[str, str]]:
    """The published totals under this figure's keys."""
    inline = read_published(path, ("key",))
    return {(TOTAL, group, TOTAL_METRIC): inline[f"value_effect_{group}", TOTAL_METRIC] for group in GROUPS}


def columns_of(effects: Sequence[Effect], items: Sequence[str]) -> dict[str, dict[str, list[float]]]:
    """By group and item (total, then the values): one number a dialogue."""
    return {
        group: {
            TOTAL: [effect.count for effect in effects if effect.group == group],
            **{
                item: [effect.means[place] for effect in effects if effect.group == group]
                for place, item in enumerate(items)
            },
        }
        for group in GROUPS
    }


def compare(columns: dict[str, dict[str, list[float]]]) -> dict[str, Comparison]:
    """High against low by item; both groups hold dialogues."""
    found = {item: mann_whitney(columns["high"][item], columns["low"][item]) for item in columns["high"]}
    return {item: test for item, test in found.items() if test is not None}


def cells(
    columns: dict[str, dict[str, list[float]]], tests: dict[str, Comparison], resamples: int, seed: int
) -> dict[Key, Cell]:
    """Means of each item and group over dialogues, with intervals; the marker stands on the high group."""
    built = {}
    for group, by_item in columns.items():
        weights = resample_weights(len(by_item[TOTAL]), resamples, seed)
        intervals = mean_intervals(list(by_item.values()), weights)
        for (item, numbers), interval in zip(by_item.items(), intervals, strict=True):
            metric = TOTAL_METRIC if item == TOTAL else "mean_probability"
            sign = marker(tests[item].p) if group == "high" else ""
            built[item, group, metric] = Cell(fmean(numbers), len(numbers), sign, interval)
    return dict(sorted(built.items(), key=lambda entry: list(tests).index(entry[0][0])))


def with_tests(rows: list[dict], tests: dict[str, Comparison], corrected: dict[str, float | None]) -> list[dict]:
    """The rows with the test of their item; the total is one test and needs no correction."""
    out = []
    for row in rows:
        test = tests[row["item"]]
        numbers = (test.u, test.p, corrected.get(row["item"]), test.effect)
        out.append(row | dict(zip(TESTS, numbers, strict=True)))
    return out


def summarise(effects: Sequence[Effect], dialogues: int, significant: list[str], total: Comparison) -> dict:
    """Group sizes, turns behind them, and the outcome in a few numbers."""
    groups = {}
    for group in GROUPS:
        own = [effect for effect in effects if effect.group == group]
        groups[group] = {
            "dialogues": len(own),
            "turns": sum(effect.turns for effect in own),
            "positive_turns": sum(effect.positive_turns for effect in own),
        }
    return {
        "dialogues_read": dialogues,
        "groups": groups,
        "total_p": total.p,
        "total_effect_size": total.effect,
        "significant_values": significant,
    }


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Values voiced at the end of support (paper A, figure 2).")
    parser.add_argument("--dialogues", required=True, nargs="+", help="the splits of ESConv")
    parser.add_argument("--labels", required=True, help="labels of their merged seeker turns")
    parser.add_argument("--values", required=True, help="taxonomy of the values")
    parser.add_argument("--positive-rule", required=True, choices=("v_reg", "v_oc"))
    parser.add_argument("--positive-threshold", required=True, type=float)
    parser.add_argument("--value-threshold", required=True, type=float, help="a value above it is present")
    parser.add_argument("--window", required=True, type=int, help="last seeker turns looked at")
    parser.add_argument("--alpha", required=True, type=float, help="values with a p below it are drawn")
    parser.add_argument("--resamples", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--published", required=True, help="the numbers of the paper's running text")
    parser.add_argument("--run", required=True, help="paper, demo or laptop")
    parser.add_argument("--evidence", required=True, choices=("real", "stand_in"))
    parser.add_argument("--output", required=True, help="figure, .svg")
    parser.add_argument("--table", required=True, help="the plotted numbers and all values, .csv")
    parser.add_argument("--summary", required=True, help="group sizes and outcome, .json")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    items = taxonomy_labels(load_taxonomy(args.values))
    dialogues = [dialogue for path in args.dialogues for dialogue in read_jsonl(path)]
    labels = read_labels(args.labels, len(items), args.positive_rule, args.positive_threshold)
    effects = measure_all(dialogues, labels, args.window, args.value_threshold)
    columns = columns_of(effects, items)
    tests = compare(columns)
    corrected = dict(zip(items, holm([tests[item].p for item in items]), strict=True))
    built = cells(columns, tests, args.resamples, args.seed)
    rows = tidy(published_total(args.published), built, KEYS, Origin(args.run, args.evidence))
    significant = [item for item in items if tests[item].p < args.alpha]
    write_csv(args.table, with_tests(rows, tests, corrected), [*KEYS, *COLUMNS, *TESTS])
    write_json(args.summary, summarise(effects, len(dialogues), significant, tests[TOTAL]))
    draw(rows, significant, tests[TOTAL].p, args.alpha, args.evidence, args.output)
    log.info("%d dialogues, %d in a group, %d values differ", len(dialogues), len(effects), len(significant))


if __name__ == "__main__":
    main()
