"""Responses of a system, as every scorer reads them.

A row: `id, dialogue_id, turn` (index of the supporter turn in its merged dialogue), `history [{role, text}]` (the real
turns before it), `reference` (the real turn), `response` (the system's; may be empty).
"""

from collections.abc import Sequence

from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl

FIELDS = {"id": str, "dialogue_id": str, "turn": int, "history": list, "reference": str, "response": str}


def read_responses(path: str) -> list[dict]:
    """The rows by dialogue and turn. A field that is missing or of another type, a turn that stands twice, a reference
    without a word, or no row at all is a Problem."""
    rows = read_jsonl(path)
    seen = set()
    for number, row in enumerate(rows, 1):
        wrong = [name for name, kind in FIELDS.items() if not isinstance(row.get(name), kind)]
        if wrong or not row["reference"].strip():
            what = f"has no proper {', '.join(wrong)}" if wrong else "has an empty reference"
            raise Problem(
                f"{path}, row {number} {what}. Rebuild the file; scripts/scoring/responses.py says what it holds."
            )
        if (place := (row["dialogue_id"], row["turn"])) in seen:
            raise Problem(f"{path}, row {number}: turn {place[1]} of {place[0]} stands twice. Rebuild the file.")
        seen.add(place)
    if not rows:
        raise Problem(f"{path} holds no response. Rebuild it with the step before.")
    return sorted(rows, key=lambda row: (row["dialogue_id"], row["turn"]))


def by_dialogue(rows: Sequence[dict]) -> dict[str, list[dict]]:
    """The rows of each dialogue, in order of their turns."""
    found: dict[str, list[dict]] = {}
    for row in sorted(rows, key=lambda row: (row["dialogue_id"], row["turn"])):
        found.setdefault(row["dialogue_id"], []).append(row)
    return found


def first_dialogues(rows: Sequence[dict], most: int) -> dict[str, list[dict]]:
    """The rows of the `most` first dialogues by id (paper B analyses 100); an id's numbers count as numbers."""
    found = by_dialogue(rows)
    return {name: found[name] for name in sorted(found, key=_numbered)[:most]}


def _numbered(name: str) -> tuple:
    return tuple(int(part) if part.isdigit() else -1 for part in name.split("-")), name


def asked(row: dict) -> str:
    """The seeker's last turn before the response, '' where the history has none."""
    said = (turn["text"] for turn in reversed(row["history"]) if turn["role"] == "seeker")
    return next(said, "").strip()
