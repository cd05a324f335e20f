"""The dialogues that experts rate, without the systems' names (paper A, section H; requirement A-077).

Draws `--count` finished test dialogues, equally many of each system (of one that finished fewer, all), and writes
`sample.jsonl` (the key: `dialogue_id, system, persona_id, transcript`), `sheet.csv` (`dialogue_id, rater, criterion,
score`: a line a score, for each rater to fill in a copy) and `dialogues.md`, the pages to read. Ids say nothing of the
system, and the pages are in their order.

python -m scripts -- judging.sample_dialogues --systems '["gpt", …]' --dialogues results/dialogues/{gpt,…}/test.jsonl
--criteria resources/taxonomy/criteria.yaml --count 60 --seed 42 --output sample.jsonl --sheet
sheet.csv --pages dialogues.md
"""

import argparse
import hashlib
import json
import logging
from collections.abc import Mapping, Sequence

from scripts.judging.finished import finished_dialogues
from scripts.provenance.errors import Problem
from scripts.text.draws import seeded
from scripts.text.files import write_csv, write_jsonl, write_text
from scripts.text.ratings import COLUMNS, criteria_of
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)


def shares(sizes: Mapping[str, int], count: int) -> dict[str, int]:
    """How many of each system: one each in turn, until `count` are given out. Too few dialogues are a Problem."""
    if sum(sizes.values()) < count:
        raise Problem(
            f"Only {sum(sizes.values())} dialogues ended in time; {count} are to be rated. Lower "
            "measures.experts.dialogues, or select more systems."
        )
    given = dict.fromkeys(sizes, 0)
    while sum(given.values()) < count:
        for name in [name for name in sizes if given[name] < sizes[name]][: count - sum(given.values())]:
            given[name] += 1
    return given


def sample(finished: Mapping[str, Mapping[str, str]], count: int, seed: int) -> list[dict]:
    """The key's rows, sorted by their ids; a dialogue is drawn by system and persona, whatever the files' order."""
    given = shares({system: len(texts) for system, texts in finished.items()}, count)
    rows = []
    for system, texts in finished.items():
        order = sorted(texts, key=lambda persona: (seeded(seed, "experts", system, persona).random(), persona))
        for persona in order[: given[system]]:
            name = "d" + hashlib.sha256(f"{seed}\x1f{system}\x1f{persona}".encode()).hexdigest()[:8]
            rows.append({"dialogue_id": name, "system": system, "persona_id": persona, "transcript": texts[persona]})
    return sorted(rows, key=lambda row: row["dialogue_id"])


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--systems", required=True, type=json.loads, help="JSON list of ids")
    parser.add_argument("--dialogues", required=True, nargs="+", help="test dialogues of each system")
    parser.add_argument("--criteria", required=True, help="taxonomy of the criteria")
    parser.add_argument("--count", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--output", required=True, help="the key, .jsonl")
    parser.add_argument("--sheet", required=True, help="what raters fill in, .csv")
    parser.add_argument("--pages", required=True, help="what they read, .md")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    finished = {system: finished_dialogues(path) for system, path in zip(args.systems, args.dialogues, strict=True)}
    rows, criteria = sample(finished, args.count, args.seed), criteria_of(load_taxonomy(args.criteria))
    empty = [
        {"dialogue_id": row["dialogue_id"], "rater": "", "criterion": criterion, "score": ""}
        for row in rows
        for criterion in criteria
    ]
    write_csv(args.sheet, empty, list(COLUMNS))
    pages = [f"## {row['dialogue_id']}\n\n" + row["transcript"].replace("\n", "\n\n") + "\n" for row in rows]
    write_text(args.pages, "# Dialogues to rate, 1 to 5 by each criterion of the sheet\n\n" + "\n".join(pages))
    write_jsonl(args.output, rows)
    log.info("%d dialogues of %d systems", len(rows), len(args.systems))


if __name__ == "__main__":
    main()
