"""Every output appears whole or not at all: it is written beside its place and renamed."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def publishing(path: str | Path) -> Iterator[Path]:
    """A temporary path that takes the place of `path` (file or folder) when the block ends well."""
    path = Path(path)
    with draft_folder(path) as folder:
        draft = folder / path.name
        _remove(draft)  # a killed job's
        yield draft
        if draft.is_dir():
            _remove(path)
        os.replace(draft, path)


@contextlib.contextmanager
def draft_folder(path: str | Path) -> Iterator[Path]:
    """A folder beside `path` for what is not finished: the one place near results that a confined job reads back."""
    folder = draft_folder_of(path)
    ours = not folder.exists()  # the front door makes it before it confines the job, and removes it
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        if ours:
            shutil.rmtree(folder)


def draft_folder_of(path: str | Path) -> Path:
    """Named after the artifact, which one job writes at a time: the next one finds what a killed one left."""
    return Path(path).parent / f".drafts.{Path(path).name}"


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
