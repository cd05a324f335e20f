"""The rows that a trainer gets: read, and what of them fits into the model's window."""

import logging
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl

log = logging.getLogger(__name__)


def chat_rows(path: Path, fields: tuple[str, ...]) -> list[dict]:
    """The rows of `path` with exactly `fields`, each some messages {role, content}.

    All but `prompt` and `messages` are answers. An empty file, or a row that lacks a field or has another thing there,
    is a Problem.
    """
    rows = []
    for place, row in enumerate(read_jsonl(path), 1):
        flaw = _flaw(row, fields)
        if flaw:
            raise Problem(f"{path}, row {place} {flaw}. Mend the step that wrote it.")
        rows.append({field: row[field] for field in fields})
    if not rows:
        raise Problem(f"{path} has no rows to train on. Look at the counts of the step that wrote it.")
    return rows


def holds_dialogues(path: Path) -> bool:
    """Whether the first row is a whole dialogue {messages}; an odd row is told of by `chat_rows`."""
    rows = read_jsonl(path)
    return bool(rows) and isinstance(rows[0], dict) and "messages" in rows[0]


def _flaw(row: object, fields: tuple[str, ...]) -> str | None:
    """What is wrong with a row, told after its number, or None."""
    if not isinstance(row, dict):
        return f"is no object with {', '.join(fields)}"
    lacking = [field for field in fields if not row.get(field)]
    if lacking:
        return f"has no {' and no '.join(lacking)}"
    for field in fields:
        if not isinstance(row[field], list) or not all(map(_is_message, row[field])):
            return f"has a {field} that is no list of messages {{role, content}}, both text and content not empty"
        if field not in ("prompt", "messages") and any(message["role"] != "assistant" for message in row[field]):
            return f"has a {field} with a message of a role other than assistant"
    return None


def _is_message(message: object) -> bool:
    if not isinstance(message, dict):
        return False
    role, content = message.get("role"), message.get("content")
    return isinstance(role, str) and isinstance(content, str) and bool(content)


def preference_rows(path: Path) -> list[dict]:
    """The rows {prompt, chosen, rejected}; a set in which no answer is preferred to another is a Problem.

    Pairs of equal answers are told and stay: they teach nothing (their gradients cancel).
    """
    rows = chat_rows(path, ("prompt", "chosen", "rejected"))
    equal = sum(row["chosen"] == row["rejected"] for row in rows)
    if equal == len(rows):
        raise Problem(f"{path}: chosen and rejected are the same in all {equal} pairs. Look at how they were made.")
    if equal:
        log.warning("%s: chosen and rejected are the same in %d of %d pairs", path, equal, len(rows))
    return rows


def fitting(given: list[dict], tokenized, max_length: int, path: Path) -> dict[str, int]:
    """{rows, used, cut}: of the rows given, those TRL kept, and those whose end `max_length` may have cut.

    TRL drops a row whose prompt alone fills the window and cuts the end of a longer one. Nothing left is a Problem.
    """
    if not len(tokenized):
        raise Problem(f"{path}: every prompt has {max_length} tokens or more. Raise max_length or shorten the history.")
    lengths = [_length(row) for row in tokenized]
    # SFT rows come already cut, so one that ends on the border counts as cut too.
    counts = {"rows": len(given), "used": len(lengths), "cut": sum(length >= max_length for length in lengths)}
    if counts["used"] < counts["rows"] or counts["cut"]:
        log.warning("%s: %s with max_length %d", path, counts, max_length)
    return counts


def _length(row: dict) -> int:
    if "input_ids" in row:
        return len(row["input_ids"])
    return len(row["prompt_ids"]) + max(len(row["chosen_ids"]), len(row["rejected_ids"]))
