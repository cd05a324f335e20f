"""Changes of code that a person has accepted: resources/accepted.csv, `artifact,old,new,reason,who,when`.

A row says that artifacts whose path matches the pattern `artifact` and which were built by code of signature `old` are
as good as built by code of signature `new`. The graph then plans them with `old`; any other code is stale again.
`make accept` (scripts/provenance/accept.py) writes the rows.
"""

import csv
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from scripts.provenance import signature
from scripts.provenance.errors import Problem

FILE = "resources/accepted.csv"
COLUMNS = ("artifact", "old", "new", "reason", "who", "when")
_HASH = re.compile(r"[0-9a-f]{16}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Row:
    """`artifact` is a pattern over output paths (`*`, `?`, `[…]`); `old` and `new` are signatures without `@env`."""

    artifact: str
    old: str
    new: str
    reason: str
    who: str
    when: str


def standing_in(code: str, outputs: Iterable[str]) -> str | None:
    """The signature to plan a job of these outputs with in place of `code`, or None; of several rows the last holds."""
    names = list(outputs)
    fitting = [row.old for row in _by_new().get(code, ()) if any(fnmatchcase(name, row.artifact) for name in names)]
    return fitting[-1] if fitting else None


def accepted_codes() -> set[str]:
    """The signatures for which an older one may stand in."""
    return set(_by_new())


@functools.lru_cache(None)
def _by_new() -> dict[str, list[Row]]:
    """The rows by their new signature; read once a process, so that a job and its check agree."""
    rows: dict[str, list[Row]] = {}
    for row in read_accepted(signature.ROOT / FILE):
        rows.setdefault(row.new, []).append(row)
    return rows


def read_accepted(path: Path) -> list[Row]:
    """The rows of the file, in order; none where there is no file. A malformed row is a Problem that names its line."""
    if not path.is_file():
        return []
    with open(path, encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        if tuple(next(reader, ())) != COLUMNS:
            raise Problem(f"{path} line 1: expected the columns {','.join(COLUMNS)}. Restore the header.")
        rows = []
        for values in reader:
            if fault := _fault(values):
                raise Problem(f"{path} line {reader.line_num}: {fault}. Mend the row or remove it.")
            rows.append(Row(*values))
    return rows


def _fault(values: list[str]) -> str:
    """What is wrong with a row's fields; '' when nothing is."""
    if len(values) != len(COLUMNS):
        return f"expected {len(COLUMNS)} fields, found {len(values)}"
    row = Row(*values)
    if empty := [name for name in COLUMNS if not getattr(row, name).strip()]:
        return f"{' and '.join(empty)} must not be empty"
    if wrong := [name for name in ("old", "new") if not _HASH.fullmatch(getattr(row, name))]:
        return f"{' and '.join(wrong)} must be a signature of 16 hex digits"
    if row.old == row.new:
        return "old and new are the same signature"
    return "" if _DAY.fullmatch(row.when) else "when must be a day, such as 2026-01-31"
