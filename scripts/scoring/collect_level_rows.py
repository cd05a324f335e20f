"""Utterances with a level of emotional validation, for the level classifier (paper B, appendix F; requirement B-023).

Reads EVAD's items and candidates, or people's labels where there are any. Writes three splits, JSONL `id, text, level,
labels`:
- `chosen`: the utterance that raters chose of each kept item, with the level it was written at (5,622 in the paper, the
  size of its classifier's data); `candidates`: all four utterances of each item. Their labels are the writer's orders,
  not readings, hence `labels: synthetic`;
- people's labels (CSV `utterance_id, rater, level` beside `utterance_id, text`) take their place where the files are
  given: the level most raters chose (ties: the item is dropped), `labels: human`.
Splits are by dialogue (72/18/10 in the paper), so that no talk is met in two of them.

    python -m scripts -- scoring.collect_level_rows --evad evad/train.jsonl evad/dev.jsonl \
        --candidates evad/candidates.jsonl --rows chosen --dev-share 0.18 --test-share 0.1 --seed 42 \
        --train train.jsonl --dev dev.jsonl --test test.jsonl
"""

import argparse
import logging
from collections import Counter
from collections.abc import Sequence

from scripts.provenance.errors import Problem
from scripts.stats.positions import LEVELS
from scripts.text.draws import seeded
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.sheets import read_filled
from scripts.text.studies import names_of

log = logging.getLogger(__name__)


def chosen_rows(items: Sequence[dict]) -> list[dict]:
    return [
        {
            "id": item["item_id"],
            "group": item["dialogue_id"],
            "text": item["chosen"]["text"],
            "level": item["chosen"]["level"],
        }
        for item in items
    ]


def candidate_rows(items: Sequence[dict], candidates: Sequence[dict]) -> list[dict]:
    """All four utterances of the items that were kept."""
    dialogues = {item["item_id"]: item["dialogue_id"] for item in items}
    return [
        {"id": f"{row['item_id']}.{level}", "group": dialogues[row["item_id"]], "text": text, "level": int(level)}
        for row in candidates
        if row["item_id"] in dialogues
        for level, text in row["candidates"].items()
    ]


def human_rows(labels: str, texts: str, group: str) -> list[dict]:
    """The utterances with the level that most raters chose, each rater counted once.

    An unknown utterance, a level that is none, a rater of another group, and a second level of the same rater for an
    utterance are a Problem that names the line.
    """
    said = {row["utterance_id"]: row["text"] for _, row in read_filled(texts, ("utterance_id", "text"))}
    votes: dict[str, Counter[int]] = {}
    seen: dict[tuple[str, str], str] = {}
    for place, row in read_filled(labels, ("utterance_id", "rater", "level")):
        name, rater, level = row["utterance_id"], row["rater"], row["level"]
        if name not in said:
            raise Problem(f"{place}: {name!r} is no utterance of {texts}. Take the ids from the exported sheet.")
        if level not in map(str, LEVELS):
            raise Problem(f"{place}: the level {level!r} is none of {', '.join(map(str, LEVELS))}. Correct it.")
        own_group, own = names_of(rater, place)
        if own_group != group:
            raise Problem(f"{place}: {rater} is not of the group {group}, whose levels these are. Correct it.")
        before = seen.setdefault((name, own.casefold()), place)
        if before != place:
            raise Problem(f"{place}: {rater} gives {name} a level twice (first: {before}). Keep one of the two lines.")
        votes.setdefault(name, Counter())[int(level)] += 1
    rows = []
    for name, counted in votes.items():
        (level, most), *others = counted.most_common(2)
        if not others or others[0][1] < most:
            rows.append({"id": name, "group": name.rpartition(":")[0] or name, "text": said[name], "level": level})
    return rows


def split(rows: Sequence[dict], dev: float, test: float, seed: int) -> dict[str, list[dict]]:
    """The rows of each split, whole dialogues at a time, in order of their ids; a share may miss by a dialogue."""
    groups = Counter(row["group"] for row in rows)
    order = sorted(groups, key=lambda name: (seeded(seed, "levels", name).random(), name))
    of, before = {}, 0
    for name in order:
        of[name] = "test" if before < test * len(rows) else "dev" if before < (test + dev) * len(rows) else "train"
        before += groups[name]
    found: dict[str, list[dict]] = {"train": [], "dev": [], "test": []}
    for row in sorted(rows, key=lambda row: row["id"]):
        found[of[row["group"]]].append(row)
    return found


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--evad", required=True, nargs="+", help="EVAD's splits, JSONL")
    parser.add_argument("--candidates", required=True, help="JSONL item_id, candidates")
    parser.add_argument("--rows", required=True, choices=("chosen", "candidates"))
    parser.add_argument("--labels-dialogues", nargs=2, help="people's labels and their utterances, CSV")
    parser.add_argument("--group", help="what the names of these people begin with")
    parser.add_argument("--dev-share", required=True, type=float)
    parser.add_argument("--test-share", required=True, type=float)
    parser.add_argument("--seed", required=True, type=int)
    for name in ("train", "dev", "test"):
        parser.add_argument(f"--{name}", required=True, help="JSONL")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    if args.labels_dialogues:
        rows, labels = human_rows(*args.labels_dialogues, args.group), "human"
    else:
        items = [item for path in args.evad for item in read_jsonl(path)]
        labels = "synthetic"
        rows = chosen_rows(items) if args.rows == "chosen" else candidate_rows(items, read_jsonl(args.candidates))
    rows = [{**row, "labels": labels} for row in rows if row["text"].strip()]
    found = split(rows, args.dev_share, args.test_share, args.seed)
    if empty := [name for name, own in found.items() if not own]:
        raise Problem(f"{len(rows)} utterances leave none for {', '.join(empty)}. Give more items or labels.")
    for name, own in found.items():
        write_jsonl(getattr(args, name), [{key: row[key] for key in ("id", "text", "level", "labels")} for row in own])
    log.info("utterances %s, labels %s", {name: len(own) for name, own in found.items()}, labels)


if __name__ == "__main__":
    main()
