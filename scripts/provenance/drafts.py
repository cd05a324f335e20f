"""Every output appears whole or not at all: it is written beside its place and renamed."""

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from scripts.provenance.errors import Problem, disk_full

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
    with _standing(draft_folder_of(path)) as folder:
        yield folder


@contextlib.contextmanager
def spill_folder(path: str | Path) -> Iterator[Path]:
    """A folder for what the job that writes `path` cannot hold in memory."""
    with _standing(spill_folder_of(path)) as folder:
        yield folder


@contextlib.contextmanager
def _standing(folder: Path) -> Iterator[Path]:
    ours = not folder.exists()  # the front door makes it before it confines the job, and removes it
    make_folder(folder)
    try:
        yield folder
    finally:
        if ours:
            shutil.rmtree(folder)


def draft_folder_of(path: str | Path) -> Path:
    """Named after the artifact, which one job writes at a time: the next one finds what a killed one left."""
    return Path(path).parent / f".drafts.{Path(path).name}"


def spill_folder_of(path: str | Path) -> Path:
    """Below `operation.spill_dir`, whose $VARIABLES are those of the machine the job runs on; else the drafts."""
    place = json.loads(os.environ.get("AFFIRM_OPERATION") or "{}").get("spill_dir")
    if not place:
        return draft_folder_of(path)
    parent = os.path.expandvars(place)
    if "$" in parent:
        raise Problem(f"operation.spill_dir is {place}, and this machine has no such variable. Name another folder.")
    return Path(parent, "affirm-" + hashlib.sha256(os.path.abspath(path).encode()).hexdigest()[:16])


def make(folder: Path, mode: int = 0o777) -> None:
    """Makes a folder where there is none; that it cannot is a Problem, a full disk is what it was."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
    except OSError as error:
        if disk_full(error):
            raise
        raise Problem(f"{folder} cannot be made ({error.strerror}). Mend its rights or name another place.") from error


def make_folder(folder: Path) -> None:
    """Makes a folder of `draft_folder_of` or `spill_folder_of`; a shared disk's is for our eyes alone."""
    make(folder, 0o700)
    if not folder.name.startswith(".drafts.") and folder.stat().st_uid != os.getuid():
        raise Problem(f"{folder} belongs to someone else, who could read what is spilled. Name another place.")


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
