"""Items as raters get them: places with their four candidates, which go by codes that tell no level."""

import hashlib

from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl


def code_of(item_id: str, level: int, text: str, seed: int) -> str:
    """What raters' files call a candidate; another text has another code: old rankings are not taken for new."""
    return "c" + hashlib.sha256("\x1f".join((str(seed), item_id, str(level), text)).encode()).hexdigest()[:8]


def codes_of(item: dict, seed: int) -> dict[str, int]:
    """The level of each candidate of an item by its code."""
    return {code_of(item["item_id"], level, text, seed): level for level, text in item["candidates"].items()}


def rater_name(group: int, own: str) -> str:
    """How a rater is called in files: the study and the group, a dash, a name of their own."""
    return f"evad{group}-{own}"


def read_items(items: str, candidates: str) -> list[dict]:
    """The items that have candidates, each with them; a candidate of no item is a Problem."""
    rows = {row["item_id"]: row for row in read_jsonl(items)}
    found = []
    for row in read_jsonl(candidates):
        if row["item_id"] not in rows:
            raise Problem(f"{candidates} has {row['item_id']}, which {items} has not. Build both again.")
        found.append({**rows[row["item_id"]], "candidates": {int(k): text for k, text in row["candidates"].items()}})
    return found
