"""Every output appears whole or not at all: it is written beside its place and renamed."""

import contextlib
import fcntl
import hashlib
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger(__name__)


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


def wait_until_alone(outputs: list[str]) -> int | None:
    """Waits while another job writes these outputs: a killed build's job may still run on the cluster.

    The open file holds the lock as long as this process lives. None, and nobody is waited for, where the file system
    has no locks.
    """
    name = hashlib.sha256("\n".join(sorted(outputs)).encode()).hexdigest()[:16]
    path = Path(".cache", "writing", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.warning("waiting for an earlier build's job that still writes %s", ", ".join(outputs))
            fcntl.flock(file, fcntl.LOCK_EX)
    except OSError as error:
        log.debug("%s: no lock (%s)", path, error.strerror)
        os.close(file)
        return None
    return file


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
