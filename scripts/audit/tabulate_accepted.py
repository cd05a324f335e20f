"""The code changes that a person accepted without a rebuild, for the report.

Writes CSV `artifact, old, new, reason, who, when`: the rows of resources/accepted.csv, newest day first.
Run: python -m scripts.audit.tabulate_accepted --accepted resources/accepted.csv --output table.csv
"""

import argparse
import logging
from pathlib import Path

from scripts.text.files import read_csv, write_csv

log = logging.getLogger(__name__)
COLUMNS = ["artifact", "old", "new", "reason", "who", "when"]


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accepted", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    rows = sorted(read_csv(args.accepted), key=lambda row: row["when"], reverse=True)
    write_csv(args.output, rows, COLUMNS)
    log.info("%d accepted changes", len(rows))


if __name__ == "__main__":
    main()
