"""Answers in the journals of an artifact's siblings: the same requests cut into other shards, or under another name.

Siblings of `judging/skills/a.jsonl.jsonl` are the other `*.jsonl.jsonl` in its folder; of
`dialogues/a/test.jsonl.seeker.jsonl` also the files of that name in the folders beside `a`. Nothing is read before
an answer is missing, and then each file once, for the keys that its lines begin with.
"""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

_HEAD = b'{"key": "'
_KEY = slice(len(_HEAD), len(_HEAD) + 64)  # a sha256 in hex digits


class Siblings:
    """Records of other journals by key; those that are written meanwhile are seen as they were at the first look."""

    def __init__(self, path: Path):
        self._path = path
        self._looking = threading.Lock()
        self._places: dict[bytes, tuple[Path, int]] | None = None

    def record(self, key: str) -> dict | None:
        """The line of the key with `from`, the journal that has it; None when no sibling has one that is whole."""
        with self._looking:
            if self._places is None:
                self._places = {key: (path, place) for path in self._files() for key, place in _places(path)}
        found = self._places.get(key.encode())
        if not found:
            return None
        path, place = found
        try:
            with open(path, "rb") as stream:
                stream.seek(place)
                record = json.loads(stream.readline())
        except (OSError, ValueError):
            return None
        return {**record, "from": record.get("from", str(path))} if record.get("key") == key else None

    def _files(self) -> list[Path]:
        """Siblings in the reverse order of their names, since the last one's answer stands."""
        kind = "".join(self._path.suffixes[-2:])
        if len(self._path.suffixes) < 2:  # an artifact's journal has its own suffix after the artifact's
            return []
        folder = self._path.parent
        found = {*folder.glob(f"*{kind}"), *folder.parent.glob(f"*/{self._path.name}")}
        return sorted((path for path in found if path != self._path), reverse=True)


def _places(path: Path) -> Iterator[tuple[bytes, int]]:
    """Key and offset of each whole line."""
    try:
        with open(path, "rb") as stream:
            place = 0
            for line in stream:
                if line.startswith(_HEAD) and line.endswith(b"\n"):
                    yield line[_KEY], place
                elif not place:
                    return  # no journal
                place += len(line)
    except OSError:
        return
