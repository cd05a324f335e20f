"""Read and write the project's small formats; every output appears whole or not at all."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem


def read_jsonl(path: str | Path) -> list[dict]:
    """The records of a JSON lines file; a line that is no JSON is a Problem naming file and line."""
    records = []
    with open(path, encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                records.append(json.loads(line))
            except json.JSONDecodeError as error:
                raise Problem(f"{path}, line {number} is not JSON ({error.msg}). Restore or rebuild it.") from error
    return records


def write_jsonl(path: str | Path, records: Iterable[dict]) -> None:
    """One compact JSON object a line, keys in the given order, UTF-8."""
    with publishing(path) as draft, open(draft, "w", encoding="utf-8", errors="backslashreplace") as stream:
        for record in records:  # half a surrogate pair, which UTF-8 cannot hold, stays the escape that it is in JSON
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")


def read_json(path: str | Path) -> dict:
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def write_json(path: str | Path, value: object) -> None:
    with publishing(path) as draft:
        draft.write_text(json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def read_csv(path: str | Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8-sig", newline="") as stream:  # spreadsheets begin a file with a mark
        return list(csv.DictReader(stream))


def write_csv(path: str | Path, rows: Iterable[dict], columns: list[str]) -> None:
    """Rows as CSV with exactly `columns`; None becomes an empty cell, floats keep full precision."""
    with publishing(path) as draft, open(draft, "w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_text(path: str | Path, text: str) -> None:
    with publishing(path) as draft:
        draft.write_text(text, encoding="utf-8")


def apart(*options: str | Path) -> None:
    """A Problem if two of the given options (name, path, name, path, …) are one file, or one to be written is a folder.

    The first one is read; the others are written.
    """
    seen: dict[Path, str] = {}
    for name, path in zip(options[::2], map(Path, options[1::2]), strict=True):
        if other := seen.get(path.resolve()):
            raise Problem(f"{path} is named twice, by {other} and {name}. Nothing was written. Name another file.")
        if seen and path.is_dir():
            raise Problem(f"{path} is a folder ({name}). Name a file in it.")
        seen[path.resolve()] = str(name)
