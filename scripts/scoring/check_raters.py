"""Who rates for paper B, by group: a person who rates in two of them is an error (Ethics (2); requirement B-042).

Reads every file of ratings that is there: those of the studies, the rankings of EVAD (column `annotator`) and people's
levels. A rater is called `<group>-<own name>`. Writes `group, raters`.

python -m scripts -- scoring.check_raters --ratings b_pairwise.csv evad/*.csv --output raters.csv
"""

import argparse
import logging
from collections.abc import Iterator, Sequence

from scripts.provenance.errors import Problem
from scripts.text.files import write_csv
from scripts.text.sheets import read_filled
from scripts.text.studies import check_groups, names_of

log = logging.getLogger(__name__)


def met(path: str) -> Iterator[tuple[str, str, str]]:
    """(group, own name, place) of every line; a file without a column of raters is a Problem."""
    for place, row in read_filled(path, []):
        rater = row.get("rater", row.get("annotator"))
        if rater is None:
            raise Problem(f"{path} has no column rater. Take the exported sheet's columns.")
        yield (*names_of(rater, place), place)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check that groups of raters do not overlap.", allow_abbrev=False)
    parser.add_argument("--ratings", required=True, nargs="*", help="files, .csv")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    groups = check_groups(person for path in args.ratings for person in met(path))
    rows = [{"group": group, "raters": len(names)} for group, names in sorted(groups.items())]
    write_csv(args.output, rows, ["group", "raters"])
    log.info("%d files, groups %s", len(args.ratings), {row["group"]: row["raters"] for row in rows})


if __name__ == "__main__":
    main()
