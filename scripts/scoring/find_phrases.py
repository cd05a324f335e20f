"""The phrases that a system repeats (paper B, Figures 2, 6, 10 and 11; requirements B-012, B-013, B-043).

Reads responses. Writes CSV, for each length of phrase the most frequent distinct ones: `order` (words), `rank, phrase,
dialogues, utterances` (that hold it), `of_dialogues, of_utterances` (all there are), `share_dialogues,
share_utterances`, and for each threshold `repeated_<percent>`: the share of dialogues in which more than that part of
the utterances hold it.

    python -m scripts -- scoring.find_phrases --responses responses.jsonl --orders 2 3 4 5 6 --top 9 \
        --thresholds 0.1 0.2 0.3 --most-dialogues 100 --output phrases.csv
"""

import argparse
import logging
from collections.abc import Sequence

from scripts.scoring.responses import first_dialogues, read_responses
from scripts.stats.phrases import repeated_in, top_phrases
from scripts.text.files import write_csv

log = logging.getLogger(__name__)


def repeated(threshold: float) -> str:
    """The column of a threshold."""
    return f"repeated_{100 * threshold:g}"


def phrase_rows(dialogues: Sequence[Sequence[str]], order: int, top: int, thresholds: Sequence[float]) -> list[dict]:
    every, utterances = len(dialogues), sum(map(len, dialogues))
    rows = []
    for rank, phrase in enumerate(top_phrases(dialogues, order, top), 1):
        row = {"order": order, "rank": rank, "phrase": phrase.text}
        row |= {"dialogues": phrase.dialogues, "utterances": phrase.utterances}
        row |= {"of_dialogues": every, "of_utterances": utterances}
        row |= {"share_dialogues": phrase.dialogues / every, "share_utterances": phrase.utterances / utterances}
        rows.append(row | {repeated(one): repeated_in(dialogues, phrase.text, one) / every for one in thresholds})
    return rows


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--responses", required=True, help="JSONL")
    parser.add_argument("--orders", required=True, type=int, nargs="+", help="words of a phrase")
    parser.add_argument("--top", required=True, type=int, help="phrases of each order")
    parser.add_argument("--thresholds", required=True, type=float, nargs="+", help="shares of a dialogue's utterances")
    parser.add_argument("--most-dialogues", required=True, type=int, help="dialogues looked at, the first by id")
    parser.add_argument("--output", required=True, help="CSV")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    kept = first_dialogues(read_responses(args.responses), args.most_dialogues)
    dialogues = [[row["response"] for row in rows] for rows in kept.values()]
    rows = [row for order in args.orders for row in phrase_rows(dialogues, order, args.top, args.thresholds)]
    columns = ["order", "rank", "phrase", "dialogues", "utterances", "of_dialogues", "of_utterances"]
    columns += ["share_dialogues", "share_utterances", *map(repeated, args.thresholds)]
    write_csv(args.output, rows, columns)
    log.info("dialogues %d, utterances %d, phrases %d", len(dialogues), sum(map(len, dialogues)), len(rows))


if __name__ == "__main__":
    main()
