"""Table 7 of paper A: reference generators compared two by two.

Which of two reference generators is nearer to the real comment (paper A, section D.2; A-031, I-A13).
Counts by order of presentation as printed, each option's share over both orders, and tests beside them (`--stats`).

python -m scripts tables.tabulate_table7 --help
"""

import argparse
from collections.abc import Sequence

from scripts.tables.comparisons import comparison_parser, write_tables


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    return comparison_parser("Reference generators compared two by two (paper A, table 7).").parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    write_tables(parse_args(argv), "Table 7: reference generators compared two by two")


if __name__ == "__main__":
    main()
