"""Finds files below a folder, also in folders that are reached by a link: a journal on another disk counts too."""

import fnmatch
import os
from collections.abc import Iterator
from pathlib import Path


def files_below(root: Path, pattern: str) -> Iterator[Path]:
    """Files whose name fits the pattern, sorted within a folder; each folder once, however many links lead to it.

    A folder that cannot be read raises its OSError: what lies there would count as nothing.
    """
    seen: set[tuple[int, int]] = set()
    for folder, folders, names in os.walk(root, followlinks=True, onerror=_raise):
        try:
            stat = os.stat(folder)
        except FileNotFoundError:
            continue
        if (stat.st_dev, stat.st_ino) in seen:
            folders.clear()
            continue
        seen.add((stat.st_dev, stat.st_ino))
        folders.sort()
        yield from (Path(folder, name) for name in sorted(fnmatch.filter(names, pattern)))


def _raise(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
