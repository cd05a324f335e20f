"""The majority's most and least appropriate level of every item, and how far raters agree (paper B, section E).

Reads the items and the rankings. The first of a ranking is that rater's chosen level, the last the rejected one. Of
each the most frequent counts (B-017); tied votes drop the item, or go to the better mean rank. An item is dropped, too,
when more than `--max-disagreeing` raters are against the majority, for the chosen or the rejected level (B-018, I-B18),
and when both votes fall on one level.

Writes a row a ranked item: `item_id, dialogue_id, group, place, count, quartile, chosen, rejected` (levels, or null
where tied), `chosen_against, rejected_against` (raters), `dropped` (tie, disagreement, same level, or null); and
Fleiss' kappa over the levels picked (B-019) before and after the filter: `picked, when, items, raters, kappa`.

python -m scripts -- evad.vote_rankings --items results/evad/items.jsonl --rankings results/evad/rankings.csv
--max-disagreeing 5 --ties drop --output results/evad/votes.jsonl --agreement results/evad/agreement.csv
"""

import argparse
import logging
from collections import Counter
from collections.abc import Sequence
from statistics import fmean

from scripts.evad.ranking_files import RANKS
from scripts.stats.fleiss import fleiss_kappa, modal_raters
from scripts.text.files import read_csv, read_jsonl, write_csv, write_jsonl

log = logging.getLogger(__name__)

Ranking = tuple[int, ...]  # levels, the most appropriate first
PICKED = {"chosen": 0, "rejected": -1}  # place in a ranking
AGREEMENT = ["picked", "when", "items", "raters", "kappa"]


def majority(rankings: Sequence[Ranking], picked: str, ties: str) -> int | None:
    """The level that most rankings have first (chosen) or last (rejected); None for a tie that drops the item.

    `mean_rank` gives a tie to the level that stands nearer to that end on average; equal ones stay a tie.
    """
    votes = Counter(ranking[PICKED[picked]] for ranking in rankings)
    best = max(votes.values())
    tied = [level for level, count in votes.items() if count == best]
    if len(tied) > 1 and ties == "mean_rank":
        sign = 1 if picked == "chosen" else -1
        means = {level: sign * fmean(ranking.index(level) for ranking in rankings) for level in tied}
        tied = [level for level in tied if means[level] == min(means.values())]
    return tied[0] if len(tied) == 1 else None


def vote(rankings: Sequence[Ranking], max_disagreeing: int, ties: str) -> dict:
    """Both majorities of an item, the raters against them, and why the item is dropped."""
    found: dict = {picked: majority(rankings, picked, ties) for picked in PICKED}
    for picked, place in PICKED.items():
        found[f"{picked}_against"] = sum(ranking[place] != found[picked] for ranking in rankings)
    if None in (found["chosen"], found["rejected"]):
        reason = "tie"
    elif max(found["chosen_against"], found["rejected_against"]) > max_disagreeing:
        reason = "disagreement"
    else:
        reason = "same level" if found["chosen"] == found["rejected"] else None
    return found | {"dropped": reason}


def agreement(rankings: dict[str, list[Ranking]], kept: set[str]) -> list[dict]:
    """Fleiss' kappa of the chosen and the rejected level, over all items and over those that are kept."""
    rows = []
    for picked, place in PICKED.items():
        for when, names in (("before", list(rankings)), ("after", [name for name in rankings if name in kept])):
            items = modal_raters([[ranking[place] for ranking in rankings[name]] for name in names])
            raters = len(items[0]) if items else None
            kappa = fleiss_kappa(items) if raters and raters > 1 else None
            rows.append(dict(zip(AGREEMENT, (picked, when, len(items), raters, kappa), strict=True)))
    return rows


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Votes and agreement.", allow_abbrev=False)
    parser.add_argument("--items", required=True)
    parser.add_argument("--rankings", required=True, help="as import_rankings writes them")
    parser.add_argument("--max-disagreeing", type=int, required=True, help="raters against the majority, at most")
    parser.add_argument("--ties", choices=("drop", "mean_rank"), required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--agreement", required=True, help="output, .csv")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    rankings: dict[str, list[Ranking]] = {}
    for row in read_csv(args.rankings):
        rankings.setdefault(row["item_id"], []).append(tuple(int(row[rank]) for rank in RANKS))
    fields = ("item_id", "dialogue_id", "group", "place", "count", "quartile")
    rows = [
        {name: item[name] for name in fields} | vote(rankings[item["item_id"]], args.max_disagreeing, args.ties)
        for item in read_jsonl(args.items)
        if item["item_id"] in rankings
    ]
    kept = {row["item_id"] for row in rows if row["dropped"] is None}
    write_jsonl(args.output, rows)
    write_csv(args.agreement, agreement(rankings, kept), AGREEMENT)
    log.info("%d items ranked, %d kept, dropped: %s", len(rows), len(kept), Counter(row["dropped"] for row in rows))


if __name__ == "__main__":
    main()
