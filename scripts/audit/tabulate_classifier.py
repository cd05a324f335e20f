"""How well the value classifier does on held-out ValueEval arguments, beside baselines that know nothing.

Writes CSV `classifier, macro_f1, micro_f1, rows, threshold` from the classifier's `training.json`.
Run: python -m scripts.audit.tabulate_classifier --model results/laptop/models/packaged/values --output table.csv
"""

import argparse
import logging
from pathlib import Path

from scripts.text.files import read_json, write_csv

log = logging.getLogger(__name__)
COLUMNS = ["classifier", "macro_f1", "micro_f1", "rows", "threshold"]


def rows(report: dict) -> list[dict]:
    """One row for the model and one for each baseline of its training report."""
    scores = {"model": report["dev"], **report["baselines"]}
    fixed = {"rows": report["dev_rows"], "threshold": report["threshold"]}
    return [
        {"classifier": name, "macro_f1": found["macro_f1"], "micro_f1": found["micro_f1"], **fixed}
        for name, found in scores.items()
    ]


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder with training.json")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    found = rows(read_json(args.model / "training.json"))
    write_csv(args.output, found, COLUMNS)
    log.info("%s", found[0])


if __name__ == "__main__":
    main()
