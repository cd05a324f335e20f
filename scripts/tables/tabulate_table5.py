"""Table 5 of paper A: the target value detector beside models that are only asked (section D.1; A-025).

Micro precision, recall and F1 over (thread, value) pairs of the test threads. Two rows that the paper has not: the
detector with labels ranked by the sum of their tokens' log-probabilities (the mean is what it uses), and the values
that are most frequent in its training rows, which need no look at the thread. Intervals resample threads; `--stats`
has each row's F1 less the detector's, paired by thread.

python -m scripts tables.tabulate_table5 --detector results/detector/predictions.jsonl --train
results/detector/examples/train.jsonl --values resources/taxonomy/values.yaml --top-values 3 --models '[{"model":
"GPT-4o-mini", "variant": ""}, …]' --baselines results/detector/baselines/{gpt_plain,…}.jsonl --resamples 10000
--seed 42 --published resources/published/a_table05.csv --run demo --evidence stand_in --output results/table5.csv
--text results/table5.md --stats results/table5_stats.csv
"""

import argparse
import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from scripts.provenance.errors import Problem
from scripts.stats.clustered import Units
from scripts.tables.markdown import banner, emphasise, grid, number
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.answers import parse_values
from scripts.text.files import read_jsonl, write_csv, write_text
from scripts.text.taxonomy import labels, load_taxonomy

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

KEYS = ("model", "variant")
DETECTOR, BY_SUM, FREQUENT = (
    *(("Target value detector", variant) for variant in ("", "Sum of span scores")),
    ("Most frequent values", ""),
)
STATS = [*KEYS, "n", "f1_less_detector", "ci_low", "ci_high"]
Predicted = dict[str, list[str]]  # by thread
METRICS: dict[str, Callable] = {  # of sums of hits, values named, values wanted: (…, 3)
    "precision": lambda sums: sums[..., 0] / sums[..., 1],
    "recall": lambda sums: sums[..., 0] / sums[..., 2],
    "f1": lambda sums: 2 * sums[..., 0] / (sums[..., 1] + sums[..., 2]),
}


def counts(predicted: Predicted, targets: Predicted) -> "np.ndarray":
    """A row a thread, in the order of `targets`: values hit, named and wanted."""
    import numpy as np

    if predicted.keys() != targets.keys():
        odd = sorted(predicted.keys() ^ targets.keys())[0]
        raise Problem(f"The detector and a baseline were not asked about the same threads ({odd}). Build them again.")
    return np.array(
        [
            (len({*predicted[name]} & {*wanted}), len({*predicted[name]}), len({*wanted}))
            for name, wanted in targets.items()
        ],
        dtype=float,
    )


def cells(key: tuple[str, str], rows: "np.ndarray", names: Sequence[str], units: Units) -> dict[Key, Cell]:
    """The three metrics; empty for a model that named nothing at all."""
    total, built = rows.sum(0), {}
    for metric, score in METRICS.items():
        if metric == "precision" and not total[1]:
            built[*key, metric] = Cell(None, len(names))
            continue
        built[*key, metric] = Cell(float(score(total)), len(names), interval=units.interval(names, rows, score))
    return built


def difference(
    key: tuple[str, str], rows: "np.ndarray", detector: "np.ndarray", names: Sequence[str], units: Units
) -> dict:
    """F1 less the detector's, and its interval: both are drawn together."""
    import numpy as np

    def apart(sums: "np.ndarray") -> "np.ndarray":
        return METRICS["f1"](sums[..., :3]) - METRICS["f1"](sums[..., 3:])

    both = np.hstack([rows, detector])
    low, high = units.interval(names, both, apart) or (None, None)
    found = (*key, len(names), float(apart(both.sum(0))), low, high)
    return dict(zip(STATS, found, strict=True))


def most_frequent(rows: Sequence[dict], known: list[str], top: int) -> list[str]:
    """The values that most training rows name, ties in the taxonomy's order."""
    named = Counter(value for row in rows for value in parse_values(row["completion"][0]["content"], known))
    return sorted(known, key=lambda value: -named[value])[:top]


def render(rows: Sequence[dict], stats: Sequence[Mapping], evidence: str) -> str:
    own = {(row["model"], row["variant"], row["metric"]): row for row in rows}
    names = list(dict.fromkeys((row["model"], row["variant"]) for row in rows))
    columns = []
    for metric in METRICS:
        values = [own[*name, metric]["value"] for name in names]
        rounded = [None if value is None else round(value, 3) for value in values]
        texts = emphasise([number(value, 3) for value in rounded], rounded)
        printed = [own[*name, metric]["published"] for name in names]
        columns.append([f"{text} ({paper})" if paper else text for text, paper in zip(texts, printed, strict=True)])
    head = ["Model", "Prompt", "Precision (published)", "Recall (published)", "F1 (published)"]
    table = grid(head, [[*name, *line] for name, *line in zip(names, *columns, strict=True)], left=2)
    lines = [
        [
            row["model"],
            row["variant"],
            number(row["f1_less_detector"], 3),
            f"{number(row['ci_low'], 3)} to {number(row['ci_high'], 3)}",
        ]
        for row in stats
    ]
    beside = grid(["Model", "Prompt", "F1 less the detector's", "95 % interval"], lines, left=2)
    ours = "; ".join(" with ".join(filter(None, key)) for key in (BY_SUM, FREQUENT))
    note = f"Ours, not in the paper: {ours}.\n"
    return f"# Table 5: the target value detector beside baselines\n\n{banner(evidence)}{table}\n{note}\n{beside}"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("The target value detector beside baselines (paper A, table 5).")
    parser.add_argument("--detector", required=True, help="rows of predict_values")
    parser.add_argument("--train", required=True, help="the detector's training rows")
    parser.add_argument("--values", required=True, help="taxonomy of values")
    parser.add_argument("--top-values", required=True, type=int)
    parser.add_argument("--models", required=True, type=json.loads, help="JSON list of model, variant")
    parser.add_argument("--baselines", required=True, nargs="+", help="predictions of each model")
    parser.add_argument("--resamples", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--stats", required=True, help="side file, .csv")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    if len(args.baselines) != len(args.models):
        raise Problem(f"--baselines has {len(args.baselines)} files for {len(args.models)} models. Give one each.")
    detected = read_jsonl(args.detector)
    if not detected:
        raise Problem(f"{args.detector} holds no thread. Build the detector's predictions again.")
    targets = {row["id"]: row["targets"] for row in detected}
    frequent = most_frequent(read_jsonl(args.train), labels(load_taxonomy(args.values)), args.top_values)
    predicted: dict[tuple[str, str], Predicted] = {
        (entry["model"], entry["variant"]): {row["id"]: row["predicted"] for row in read_jsonl(path)}
        for entry, path in zip(args.models, args.baselines, strict=True)
    }
    predicted[DETECTOR] = {row["id"]: row["predicted"] for row in detected}
    predicted[BY_SUM] = {row["id"]: row["by_sum"] for row in detected}
    predicted[FREQUENT] = dict.fromkeys(targets, frequent)
    rows = {key: counts(found, targets) for key, found in predicted.items()}
    names, units = list(targets), Units(list(targets), args.resamples, args.seed)
    built = {key: cell for name, own in rows.items() for key, cell in cells(name, own, names, units).items()}
    stats = [difference(name, own, rows[DETECTOR], names, units) for name, own in rows.items() if name != DETECTOR]
    table = tidy(read_published(args.published, KEYS), built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.stats, stats, STATS)
    write_csv(args.output, table, [*KEYS, *COLUMNS])
    write_text(args.text, render(table, stats, args.evidence))
    log.info("%d threads, %d baselines, most frequent: %s", len(names), len(args.models), ", ".join(frequent))


if __name__ == "__main__":
    main()
