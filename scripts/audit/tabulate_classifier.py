"""How well the value classifier does on held-out ValueEval arguments, over its seeds and beside simpler detectors.

Reads `training.json` of each training and of the head on frozen embeddings. Writes CSV `classifier, seed, macro_f1,
low, high, n, micro_f1, rows, threshold, seconds`. Row `model` is the mean over the n trainings with a 95 % interval
(Student's t over seeds: the held-out arguments are the same ones); `training` one seed's; `frozen` the head on frozen
embeddings, `frozen_uncalibrated` and `frozen_own_thresholds` its variants, and `gain_over_…` the mean difference of
macro-F1 to each; `all_ones` and `majority` know nothing of the text.

python -m scripts -- audit.tabulate_classifier --models results/laptop/models/packaged/values/{42,43,44,45,46}
    --frozen results/laptop/models/packaged/frozen_values --output table.csv
"""

import argparse
import logging
import statistics
from collections.abc import Sequence
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.stats.repeats import mean_of_repeats
from scripts.text.files import read_json, write_csv

log = logging.getLogger(__name__)
COLUMNS = ["classifier", "seed", "macro_f1", "low", "high", "n", "micro_f1", "rows", "threshold", "seconds"]


def rows(trainings: Sequence[dict], frozen: dict) -> list[dict]:
    """The table; trainings that were measured on other rows or at another threshold are a Problem."""
    common = {"rows": frozen["dev_rows"], "threshold": frozen["threshold"]}
    for report in trainings:
        if {"rows": report["dev_rows"], "threshold": report["threshold"]} != common:
            raise Problem("The classifiers were not measured on the same arguments at one threshold. Build them again.")
    scores = [report["dev"]["macro_f1"] for report in trainings]
    micro = statistics.fmean(report["dev"]["micro_f1"] for report in trainings)
    others = {"frozen": frozen["dev"]} | frozen["baselines"]
    table = [{"classifier": "model", "micro_f1": micro} | over_seeds(scores)]
    table += [
        {"classifier": f"gain_over_{name}"} | over_seeds([score - found["macro_f1"] for score in scores])
        for name, found in others.items()
        if name.startswith("frozen")
    ]
    table += [
        {"classifier": "training", "seed": report["recipe"]["seed"], "seconds": report["seconds"]["all"]}
        | report["dev"]
        for report in trainings
    ]
    table += [{"classifier": name} | found for name, found in others.items()]
    return [row | common for row in table]


def over_seeds(scores: Sequence[float]) -> dict:
    """Columns of a mean over trainings."""
    middle, low, high = mean_of_repeats(scores)
    return {"macro_f1": middle, "low": low, "high": high, "n": len(scores)}


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, required=True, nargs="+", help="a folder with training.json a seed")
    parser.add_argument("--frozen", type=Path, required=True, help="folder of the head on frozen embeddings")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    trainings = [read_json(folder / "training.json") for folder in args.models]
    found = rows(trainings, read_json(args.frozen / "training.json"))
    write_csv(args.output, found, COLUMNS)
    log.info("%s", found[0])


if __name__ == "__main__":
    main()
