"""The real supporter's turns in the form of a system's responses: the human reference row (paper B, appendix G).

Reads dialogues; keeps those that the seeker opens (ESConv: 422 of train, 94 of dev, 101 of test; requirement B-006) and
merges consecutive turns of one role. Writes a row a supporter turn (`scripts.scoring.responses`), whose response is the
reference.

    python -m scripts -- scoring.collect_human --dialogues results/corpora/esconv/test.jsonl --output responses.jsonl
"""

import argparse
import logging
from collections.abc import Iterator

from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.rounds import seeker_first

log = logging.getLogger(__name__)


def supporter_rows(dialogue: dict) -> Iterator[dict]:
    """A row a supporter turn of a merged dialogue; one without a word is left out."""
    turns = [{"role": turn["role"], "text": turn["text"]} for turn in dialogue["turns"]]
    for place, turn in enumerate(turns):
        if turn["role"] == "supporter" and turn["text"].strip():
            yield {
                "id": f"{dialogue['id']}:{place}",
                "dialogue_id": dialogue["id"],
                "turn": place,
                "history": turns[:place],
                "reference": turn["text"],
                "response": turn["text"],
            }


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dialogues", required=True, help="JSONL, one split of a corpus")
    parser.add_argument("--output", required=True, help="JSONL")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    dialogues = read_jsonl(args.dialogues)
    kept = seeker_first(dialogues)
    rows = [row for dialogue in kept for row in supporter_rows(dialogue)]
    if not rows:
        raise Problem(f"{args.dialogues} has no supporter turn in a dialogue that the seeker opens. Check the corpus.")
    write_jsonl(args.output, rows)
    log.info("dialogues in %d, opened by the seeker %d, supporter turns %d", len(dialogues), len(kept), len(rows))


if __name__ == "__main__":
    main()
