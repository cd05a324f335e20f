"""The kept items as train and dev, by dialogue (paper B, table 7; requirement B-020).

Reads items, candidates and votes. Dialogues are drawn into dev until it holds its share of the kept items,
dev / (dev + train); then each split is cut to its size by a draw of items. No dialogue is in both, and none of the test
split is in either (a Problem, should one have come in). Writes a row an item: `item_id, dialogue_id, place, count,
quartile, history, chosen {level, text}, rejected {level, text}`; and the counts.

python -m scripts -- evad.split_votes --items results/evad/items.jsonl --candidates results/evad/candidates.jsonl
--votes results/evad/votes.jsonl --held-out results/corpora/esconv/test.jsonl --train-size 5157 --dev-size 465 --seed 42
--train results/evad/train.jsonl --dev results/evad/dev.jsonl --counts results/evad/counts.json
"""

import argparse
import logging
from collections import Counter
from collections.abc import Sequence

from scripts.evad.items import read_items
from scripts.provenance.errors import Problem
from scripts.text.draws import seeded
from scripts.text.files import read_jsonl, write_json, write_jsonl

log = logging.getLogger(__name__)


def split(rows: Sequence[dict], sizes: dict[str, int], seed: int) -> dict[str, list[dict]]:
    """The rows of each split, by dialogue, at most `sizes` of them; the same whatever the rows' order."""

    def drawn(what: str, name: str) -> tuple[float, str]:
        return seeded(seed, "evad", what, name).random(), name

    wanted = len(rows) * sizes["dev"] / (sizes["dev"] + sizes["train"])
    lengths = Counter(row["dialogue_id"] for row in rows)
    held: set[str] = set()
    for name in sorted(lengths, key=lambda name: drawn("split", name)):
        if sum(lengths[one] for one in held) + lengths[name] / 2 > wanted:
            break
        held.add(name)
    found = {"train": [], "dev": []}
    for row in sorted(rows, key=lambda row: drawn("cut", row["item_id"])):
        own = found["dev" if row["dialogue_id"] in held else "train"]
        if len(own) < sizes["dev" if row["dialogue_id"] in held else "train"]:
            own.append(row)
    return {name: sorted(own, key=lambda row: (row["dialogue_id"], row["place"])) for name, own in found.items()}


def with_texts(item: dict, voted: dict) -> dict:
    """The item with its chosen and rejected candidate."""
    fields = ("item_id", "dialogue_id", "place", "count", "quartile", "history")
    texts = item["candidates"]
    return {name: item[name] for name in fields} | {
        picked: {"level": voted[picked], "text": texts[voted[picked]]} for picked in ("chosen", "rejected")
    }


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Split the kept items by dialogue.", allow_abbrev=False)
    parser.add_argument("--items", required=True)
    parser.add_argument("--candidates", required=True)
    parser.add_argument("--votes", required=True)
    parser.add_argument("--held-out", required=True, help="test dialogues of ESConv, of which none may be in")
    parser.add_argument("--train-size", type=int, required=True, help="items, at most")
    parser.add_argument("--dev-size", type=int, required=True, help="items, at most")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--train", required=True, help="output")
    parser.add_argument("--dev", required=True, help="output")
    parser.add_argument("--counts", required=True, help="output, .json")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    items = {item["item_id"]: item for item in read_items(args.items, args.candidates)}
    votes = read_jsonl(args.votes)
    kept = [with_texts(items[row["item_id"]], row) for row in votes if row["dropped"] is None]
    held_out = {row["id"] for row in read_jsonl(args.held_out)}
    if leaked := sorted({row["dialogue_id"] for row in kept} & held_out):
        raise Problem(f"{leaked[0]} is a test dialogue and was ranked ({args.votes}). Build the items again.")
    found = split(kept, {"train": args.train_size, "dev": args.dev_size}, args.seed)
    write_jsonl(args.train, found["train"])
    write_jsonl(args.dev, found["dev"])
    counts = {
        "candidates": len(items),
        "ranked": len(votes),
        "dropped": dict(Counter(row["dropped"] for row in votes if row["dropped"])),
        "kept": len(kept),
        "cut": len(kept) - sum(map(len, found.values())),
        **{name: len(own) for name, own in found.items()},
    }
    write_json(args.counts, counts)
    log.info("%s", counts)


if __name__ == "__main__":
    main()
