"""Fetches the test questions of a benchmark from the hub, as JSON lines in the dataset's own fields.

The harness then reads the file and needs no network. The commit that came is logged.

python -m scripts -- benchmarks.fetch_benchmark --benchmarks resources/benchmarks.csv --task hellaswag --output
results/eva/benchmarks/data/hellaswag.jsonl
"""

import argparse
import logging
from collections.abc import Mapping, Sequence

from scripts.benchmarks.listed import listed
from scripts.provenance.errors import Problem
from scripts.text.files import write_jsonl

log = logging.getLogger(__name__)


def rows_of(entry: Mapping[str, str]) -> list[dict]:
    """The dataset's rows; what the hub refuses is a Problem."""
    from datasets import load_dataset

    try:
        found = load_dataset(
            entry["path"], entry["name"] or None, split=entry["split"], revision=entry["revision"] or None
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise Problem(
            f"{entry['path']} ({entry['split']}) could not be fetched: {error}. Check the network and "
            "resources/benchmarks.csv, or put the rows there as JSON lines."
        ) from error
    return list(found)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fetch a benchmark's questions.", allow_abbrev=False)
    parser.add_argument("--benchmarks", required=True, help="the list of benchmarks, .csv")
    parser.add_argument("--task", required=True)
    parser.add_argument("--output", required=True, help=".jsonl")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    rows = rows_of(listed(args.benchmarks)[args.task])
    write_jsonl(args.output, rows)
    log.info("%s: %d rows", args.task, len(rows))


if __name__ == "__main__":
    main()
