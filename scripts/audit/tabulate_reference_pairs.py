"""Where threads of the reference generator are lost on their way to preference pairs (requirement A-028).

The paper publishes no counts of them. Writes CSV `setting, split, threads, no_usable_sibling, no_target_left, pairs`
from the counts of each set; the three last add up to the threads.

python -m scripts audit.tabulate_reference_pairs --sets '[["single", "train"], …]' --counts
results/reference/single/value/dpo/train_counts.json … --output results/audit/reference_pairs.csv
"""

import argparse
import json
import logging
from collections.abc import Sequence
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.text.files import read_json, write_csv

log = logging.getLogger(__name__)

COLUMNS = ["setting", "split", "threads", "no_usable_sibling", "no_target_left", "pairs"]


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=json.loads, required=True, help="JSON list of [setting, split]")
    parser.add_argument("--counts", type=Path, nargs="+", required=True, help="counts of each set, in that order")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    if len(args.sets) != len(args.counts):
        raise Problem(f"--counts has {len(args.counts)} files for {len(args.sets)} sets. Give one each, in order.")
    rows = [
        {"setting": setting, "split": split, **read_json(path)}
        for (setting, split), path in zip(args.sets, args.counts, strict=True)
    ]
    write_csv(args.output, rows, COLUMNS)
    log.info("%s", rows)


if __name__ == "__main__":
    main()
