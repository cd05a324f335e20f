"""Files of public corpora: what is missing or changed is told with its source and licence."""

import hashlib
import json
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.text.files import read_csv


def missing(row: dict[str, str], path: str | Path) -> str:
    """The message for a registry row (resources/datasets.csv) whose file is not at hand."""
    where = f"{row['source']} (licence: {row['licence']})"
    return f"{row['name']} is missing at {path}. It comes from {where}. Put it there."


def load_registry(path: str | Path) -> dict[str, dict[str, str]]:
    """The registry's rows by name."""
    return {row["name"]: row for row in read_csv(path)}


def checked(path: str | Path, sha256: str) -> Path:
    """The path of a file that is there, is not empty and has the pinned sha256 (empty: not pinned)."""
    path = Path(path)
    if not path.is_file():
        raise Problem(f"{path} is missing. resources/datasets.csv tells where it comes from and under which licence.")
    if not path.stat().st_size:
        raise Problem(f"{path} is empty. Fetch it again (source in resources/datasets.csv).")
    if sha256:
        with open(path, "rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != sha256:
            raise Problem(
                f"{path} has sha256 {found[:12]}…, {sha256[:12]}… was expected. "
                "Fetch the file again, or pin the new sum in resources/datasets.csv if the change is meant."
            )
    return path


def read_records(path: Path) -> list:
    """The records of a JSON list or of a JSON lines file; anything else is a Problem."""
    text = path.read_text(encoding="utf-8-sig")
    if text.lstrip().startswith("["):
        return _parsed(path, 1, text)
    # a string may hold U+2028, which splitlines would take for the end of a line
    return [_parsed(path, number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _parsed(path: Path, number: int, text: str):
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = number + error.lineno - 1
        raise Problem(f"{path}, line {where} is not JSON ({error.msg}). Fetch the file again.") from error
