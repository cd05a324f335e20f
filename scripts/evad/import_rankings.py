"""Rankings of people or stand-ins, checked, by item and rater (paper B, section E; requirement B-016).

Reads the items with their candidates and the files of rankings (scripts/evad/ranking_files.py): those that people saved
on the rating pages and dropped into the folder that the config names, or the stand-ins'. Writes
`item_id, annotator, rank1` … `rank4` as levels. Without a file it writes the head alone: nobody has rated yet, and the
tables that follow say `needs_ratings`.

python -m scripts -- evad.import_rankings --items results/evad/items.jsonl --candidates results/evad/candidates.jsonl
--rankings resources/external/ratings/evad/*.csv --raters human --people 12 --seed 42 --output results/evad/rankings.csv
"""

import argparse
import logging
from collections.abc import Sequence

from scripts.evad.items import codes_of, read_items
from scripts.evad.ranking_files import COLUMNS, check_complete, read_rankings
from scripts.text.files import write_csv

log = logging.getLogger(__name__)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check rankings and bring them into one form.", allow_abbrev=False)
    parser.add_argument("--items", required=True)
    parser.add_argument("--candidates", required=True)
    parser.add_argument("--rankings", required=True, nargs="*", help="files, .csv")
    parser.add_argument("--raters", required=True, choices=("human", "llm"))
    parser.add_argument("--people", type=int, required=True, help="raters of a group")
    parser.add_argument("--seed", type=int, required=True, help="of the candidates' codes")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    items = read_items(args.items, args.candidates)
    groups = {item["item_id"]: item["group"] for item in items}
    codes = {item["item_id"]: codes_of(item, args.seed) for item in items}
    rankings = read_rankings(args.rankings, groups, codes)
    if args.raters == "llm":  # of their items those that lack an answer are left out by the step before
        groups = {item: group for item, group in groups.items() if item in rankings}
    if args.rankings:
        check_complete(rankings, groups, args.people)
    rows = [
        dict(zip(COLUMNS, (item, annotator, *rankings[item][annotator]), strict=True))
        for item in sorted(rankings)
        for annotator in sorted(rankings[item])
    ]
    write_csv(args.output, rows, list(COLUMNS))
    log.info("%d files, %d items, %d rankings", len(args.rankings), len(rankings), len(rows))


if __name__ == "__main__":
    main()
