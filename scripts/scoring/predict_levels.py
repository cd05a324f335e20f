"""The level of emotional validation of each response (paper B, section 4.2; requirement B-023).

Reads responses and the classifier's folder. Writes JSONL `id, dialogue_id, turn, level` (1 to 4; null for a response
without a word, which has no level but keeps its place), `probabilities` (of the four levels, or null).

    python -m scripts -- scoring.predict_levels --responses responses.jsonl --model levels --output levels.jsonl
"""

import argparse
import logging
from collections import Counter

from scripts.classifiers.grades import open_reader
from scripts.provenance.errors import Problem
from scripts.scoring.responses import read_responses
from scripts.stats.positions import LEVELS
from scripts.text.files import read_json, write_jsonl

log = logging.getLogger(__name__)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--responses", required=True, help="JSONL")
    parser.add_argument("--model", required=True, help="folder of the level classifier")
    parser.add_argument("--output", required=True, help="JSONL")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    rows = read_responses(args.responses)
    read = open_reader(args.model)
    classes = read_json(f"{args.model}/reader.json")["classes"]
    if classes != list(LEVELS):
        raise Problem(f"{args.model} tells {classes}, not the levels {list(LEVELS)}. Name the level classifier.")
    there = [row for row in rows if row["response"].strip()]
    found = dict(zip((row["id"] for row in there), read([("", row["response"]) for row in there]), strict=True))
    levels = []
    for row in rows:
        own = found.get(row["id"])
        place = {name: row[name] for name in ("id", "dialogue_id", "turn")}
        told = None if own is None else [round(float(value), 6) for value in own]
        levels.append(place | {"level": None if own is None else classes[int(own.argmax())], "probabilities": told})
    write_jsonl(args.output, levels)
    counted = Counter(row["level"] for row in levels)
    log.info("responses %d, without a word %d, levels %s", len(rows), len(rows) - len(there), dict(counted))


if __name__ == "__main__":
    main()
