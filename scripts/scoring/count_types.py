"""What a system's responses do, by the phrases in them (paper B, Figures 3, 7, 12, 13; requirements B-014, B-044).

Reads responses and the phrase lists. Writes CSV, a row a type (and one of O, no phrase): `type, type_name, utterances,
of_utterances, share` and `share_fractional`, where an utterance is split over types by its phrases.

    python -m scripts -- scoring.count_types --responses responses.jsonl \
        --types resources/taxonomy/response_types.csv --most-dialogues 100 --output types.csv
"""

import argparse
import logging
from collections import Counter

from scripts.provenance.errors import Problem
from scripts.scoring.responses import first_dialogues, read_responses
from scripts.stats.response_types import OTHER, patterns, response_type, type_shares
from scripts.text.files import read_csv, write_csv

log = logging.getLogger(__name__)


def read_types(path: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Names and phrases by type; a phrase under two types is a Problem, since it would say nothing."""
    names, phrases = {}, {}
    for row in read_csv(path):
        names[row["type"]] = row["type_name"]
        phrases.setdefault(row["type"], []).append(row["phrase"])
    kinds = {}
    for kind, phrase, _ in patterns(phrases):
        if kinds.setdefault(phrase, kind) != kind:
            raise Problem(f"{path}: “{phrase}” stands under {kinds[phrase]} and {kind}. Take one of them out.")
    return names | {OTHER: "Other"}, phrases


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--responses", required=True, help="JSONL")
    parser.add_argument("--types", required=True, help="CSV type, type_name, phrase")
    parser.add_argument("--most-dialogues", required=True, type=int, help="dialogues looked at, the first by id")
    parser.add_argument("--output", required=True, help="CSV")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    names, phrases = read_types(args.types)
    compiled = patterns(phrases)
    kept = first_dialogues(read_responses(args.responses), args.most_dialogues)
    texts = [row["response"] for rows in kept.values() for row in rows]
    counted = Counter(response_type(text, compiled) for text in texts)
    split: Counter = Counter()
    for text in texts:
        split.update(type_shares(text, compiled))
    rows = [
        {"type": kind, "type_name": name, "utterances": counted[kind], "of_utterances": len(texts)}
        | {"share": counted[kind] / len(texts), "share_fractional": split[kind] / len(texts)}
        for kind, name in names.items()
    ]
    write_csv(args.output, rows, ["type", "type_name", "utterances", "of_utterances", "share", "share_fractional"])
    log.info("dialogues %d, utterances %d: %s", len(kept), len(texts), dict(counted))


if __name__ == "__main__":
    main()
