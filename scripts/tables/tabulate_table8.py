"""Table 8 of paper A: references from original and from random target values.

Whether references from the own target values are nearer to the real comment than from random ones (section D.2; A-032).
Counts by order of presentation as printed, each option's share over both orders, and tests beside them (`--stats`).

python -m scripts tables.tabulate_table8 --help
"""

import argparse
from collections.abc import Sequence

from scripts.tables.comparisons import comparison_parser, write_tables


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    return comparison_parser("References from original and from random target values (paper A, table 8).").parse_args(
        argv
    )


def main(argv: Sequence[str] | None = None) -> None:
    write_tables(parse_args(argv), "Table 8: references from original and from random target values")


if __name__ == "__main__":
    main()
