"""Places in ESConv dialogues that get candidates of each level (paper B, sections 4.1.2 and E; requirement B-015).

Reads the splits of ESConv. Every supporter turn that answers a seeker, from the second exchange on, of a train or dev
dialogue is a place; `--count` of them are drawn, whatever the files' order. **No test dialogue gives one**: a dialogue
whose id or whose words stand in the test split is left out, and counted in the log (the authors' public sample holds
some: I-B17, evad/leaks.csv). Dialogues are not filtered by who speaks first (I-B17).

Writes a row an item: `item_id` (`<dialogue>.<place>`), `dialogue_id, place, count` (of the answering supporter turns,
from 1), `quartile, group` (of raters, from 1), `history` [{index, role, text}], merged, up to the place.

python -m scripts -- evad.sample_items --train results/corpora/esconv/train.jsonl --dev results/corpora/esconv/dev.jsonl
--test results/corpora/esconv/test.jsonl --count 7500 --groups 1 --seed 42 --output results/evad/items.jsonl
"""

import argparse
import logging
from collections.abc import Iterable, Sequence

from scripts.provenance.errors import Problem
from scripts.text.dialogue import merge_turns
from scripts.text.draws import seeded
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.quartiles import quartile, replies

log = logging.getLogger(__name__)

FIRST = 2  # the exchange from which on a reply is a place


def words_of(dialogue: dict) -> str:
    """What a dialogue says, whatever its case and blanks: by which copies of it are known."""
    return " ".join(" ".join(turn["text"] for turn in dialogue["turns"]).lower().split())


def without(dialogues: Iterable[dict], test: Sequence[dict]) -> list[dict]:
    """The dialogues that are not in the test split, by id and by words."""
    ids, texts = {row["id"] for row in test}, {words_of(row) for row in test}
    return [row for row in dialogues if row["id"] not in ids and words_of(row) not in texts]


def places_of(dialogue: dict) -> list[dict]:
    """The items of a dialogue, without their group."""
    turns = merge_turns(dialogue["turns"])
    answering = replies(turns)
    return [
        {
            "item_id": f"{dialogue['id']}.{place}",
            "dialogue_id": dialogue["id"],
            "place": place,
            "count": len(answering),
            "quartile": quartile(place, len(answering)),
            "history": [{"index": n, "role": turn["role"], "text": turn["text"]} for n, turn in enumerate(turns[:at])],
        }
        for place, at in enumerate(answering, 1)
        if place >= FIRST
    ]


def sample(dialogues: Sequence[dict], count: int, groups: int, seed: int) -> list[dict]:
    """`count` items at most, by dialogue and place; dialogues go to the groups in turn, in a drawn order."""

    def drawn(name: str, what: str) -> tuple[float, str]:
        return seeded(seed, "evad", what, name).random(), name

    items = [item for dialogue in dialogues for item in places_of(dialogue)]
    kept = {item["item_id"] for item in sorted(items, key=lambda item: drawn(item["item_id"], "item"))[:count]}
    chosen = [item for item in items if item["item_id"] in kept]
    order = sorted({item["dialogue_id"] for item in chosen}, key=lambda name: drawn(name, "group"))
    group = {name: 1 + place % groups for place, name in enumerate(order)}
    rows = [{**item, "group": group[item["dialogue_id"]]} for item in chosen]
    return sorted(rows, key=lambda row: (row["dialogue_id"], row["place"]))


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Draw the places that get candidates.", allow_abbrev=False)
    parser.add_argument("--train", required=True, help="dialogues")
    parser.add_argument("--dev", required=True, help="dialogues")
    parser.add_argument("--test", required=True, help="dialogues, of which none may give an item")
    parser.add_argument("--count", type=int, required=True, help="items, at most")
    parser.add_argument("--groups", type=int, required=True, help="groups of raters")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    given = [*read_jsonl(args.train), *read_jsonl(args.dev)]
    dialogues = without(given, read_jsonl(args.test))
    rows = sample(dialogues, args.count, args.groups, args.seed)
    held = len({row["group"] for row in rows})
    if held < args.groups:
        raise Problem(
            f"Only {held} of {args.groups} groups of raters get an item. Raise evad.items or lower evad.rating.groups."
        )
    write_jsonl(args.output, rows)
    log.info("%d dialogues, %d of them in the test split and left out", len(given), len(given) - len(dialogues))
    log.info("%d items of %d dialogues, %d groups", len(rows), len({row["dialogue_id"] for row in rows}), held)


if __name__ == "__main__":
    main()
