"""Ratings of people or stand-ins, checked, with the systems behind them (B-011, B-025, B-040).

Reads the key and the file of ratings (scripts/text/studies.py). Writes `item_id, dialogue_id, system, rater, criterion,
answer`; `pairwise` ratings are of the first shown response and are turned round where that is not `--systems`' first.
Without a file the head alone: nobody has rated yet, and what follows says `needs_ratings`.

python -m scripts -- scoring.import_ratings --study pairwise --systems mistral_eva mistral --key key.jsonl --ratings
resources/external/ratings/b_pairwise.csv --raters human --criteria resources/taxonomy/comparison.yaml --group psych
--people 15 --per-item 10 --checked raters.csv --output ratings.csv
"""

import argparse
import logging
from collections.abc import Sequence

from scripts.text.files import read_jsonl, write_csv
from scripts.text.studies import FORMS, TURNED, check_complete, read_rated
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)
COLUMNS = ["item_id", "dialogue_id", "system", "rater", "criterion", "answer"]


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check ratings and bring them into one form.", allow_abbrev=False)
    parser.add_argument("--study", required=True, choices=FORMS)
    parser.add_argument("--systems", required=True, nargs="+", help="ids; a win is the first one's")
    parser.add_argument("--key", required=True, help="the items, .jsonl")
    parser.add_argument("--ratings", required=True, nargs="*", help="file, .csv, if it is there")
    parser.add_argument("--raters", required=True, choices=("human", "llm"))
    parser.add_argument("--criteria", required=True, help="what pairs are compared by")
    parser.add_argument("--group", required=True)
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--per-item", type=int, required=True)
    parser.add_argument("--checked", required=True, help="the groups of raters, found not to overlap")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    form, key = FORMS[args.study], {row["item_id"]: row for row in read_jsonl(args.key)}
    criteria = [entry["label"] for entry in load_taxonomy(args.criteria)] if form.by_criterion else []
    rows = []
    for path in args.ratings:
        rated = read_rated(path, form, args.group, key, criteria)
        if args.raters == "human":  # stand-ins' unusable answers leave gaps
            check_complete(rated, key, criteria, args.people, args.per_item)
        for (item, rater, criterion), answer in sorted(rated.items()):
            shown = key[item]["systems"][0]
            given = TURNED[answer] if form.by_criterion and shown != args.systems[0] else answer
            system = args.systems[0] if form.by_criterion else shown
            line = (item, key[item]["dialogue_id"], system, rater, criterion, given)
            rows.append(dict(zip(COLUMNS, line, strict=True)))
    write_csv(args.output, rows, COLUMNS)
    log.info("%d ratings of %d items by %d raters", len(rows), len(key), len({row["rater"] for row in rows}))


if __name__ == "__main__":
    main()
