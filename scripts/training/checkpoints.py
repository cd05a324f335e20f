"""Checkpoints that a run may go on from: marked once all their bytes are on the disk, and checked against the mark."""

import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
from pathlib import Path

from scripts.provenance.drafts import make
from scripts.provenance.errors import Problem, disk_full

log = logging.getLogger(__name__)

MARK = "whole.json"  # written last: a checkpoint without it is torn


def make_writable(folder: Path) -> None:
    """Makes the folder of a run's checkpoints; that it cannot be written to is a Problem now, not after an epoch."""
    make(folder)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        if disk_full(error):
            raise
        raise Problem(
            f"{folder} keeps the checkpoints and cannot be written to ({error.strerror}). "
            "Mend its rights, or name another place in AFFIRM_CHECKPOINTS."
        ) from error


def checkpoints(folder: Path) -> list[Path]:
    """What is named checkpoint-<step> in `folder`, the newest first; other names are nobody's business here."""
    found = [path for path in folder.glob("checkpoint-*") if re.fullmatch(r"checkpoint-[0-9]+", path.name)]
    return sorted(found, key=step_of, reverse=True)


def step_of(checkpoint: Path) -> int:
    return int(checkpoint.name.rpartition("-")[2])


def mark_whole(checkpoint: Path, counts: dict[str, float]) -> None:
    """Writes the mark, {**counts, files: {name: [bytes, sha256]}}, after every file is on the disk."""
    paths = sorted(checkpoint.rglob("*"))
    files = {str(path.relative_to(checkpoint)): _synced(path) for path in paths if path.is_file()}
    draft = checkpoint / f"{MARK}.tmp"
    draft.write_text(json.dumps({**counts, "files": files}), encoding="utf-8")
    _synced(draft)
    os.replace(draft, checkpoint / MARK)
    for folder in (*(path for path in paths if path.is_dir()), checkpoint, checkpoint.parent):
        _sync_folder(folder)


def read_mark(checkpoint: Path) -> dict:
    """The mark; ValueError where it holds none (such as an empty file), OSError where it cannot be read."""
    mark = json.loads((checkpoint / MARK).read_text(encoding="utf-8"))
    if not isinstance(mark, dict) or not isinstance(mark.get("files"), dict):
        raise ValueError(f"{MARK} lists no files")
    return mark


def drop_torn(folder: Path) -> None:
    """Deletes what a kill or a full disk left of checkpoints."""
    for path in checkpoints(folder):
        if path.is_file():
            path.unlink()
        elif not (path / MARK).is_file():
            drop(path)


def drop(checkpoint: Path) -> None:
    (checkpoint / MARK).unlink(missing_ok=True)  # first: a torn one is known by that
    shutil.rmtree(checkpoint, ignore_errors=True)


def newest_whole(folder: Path, dropping: bool) -> Path | None:
    """The checkpoint to go on from, or None; those after it, which are damaged, are dropped and told if `dropping`.

    It counts only with the best one before it, whose weights are published when no later epoch does better.
    """
    for checkpoint in checkpoints(folder):
        if not (checkpoint / MARK).exists():
            continue
        flaw = _flaw(checkpoint) or _flaw_of_best(checkpoint)
        if not flaw:
            return checkpoint
        if dropping:
            log.warning("%s is damaged and dropped: %s", checkpoint, flaw)
            drop(checkpoint)
    return None


def _flaw(checkpoint: Path) -> str | None:
    """What differs from the mark in a sentence's end, or None."""
    try:
        for name, (size, digest) in read_mark(checkpoint)["files"].items():
            path = checkpoint / name
            # the size first: it costs nothing
            if path.stat().st_size != size or _sha256(path) != digest:
                return f"{name} is not what was written"
    except (OSError, ValueError, TypeError) as error:
        return str(error)
    return None


def _flaw_of_best(checkpoint: Path) -> str | None:
    """Why the best checkpoint that a whole one names cannot be loaded, or None."""
    try:
        best = json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))["best_global_step"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"trainer_state.json names no best one ({error})"
    if best is None or best == step_of(checkpoint):
        return None
    flaw = _flaw(checkpoint.with_name(f"checkpoint-{best}"))
    return f"the best one, of step {best}, is not whole ({flaw})" if flaw else None


def _sha256(path: Path) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _synced(path: Path) -> tuple[int, str]:
    """(bytes, sha256) of a file that is on the disk now."""
    with open(path, "rb") as stream:
        os.fsync(stream.fileno())
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return os.fstat(stream.fileno()).st_size, digest


def _sync_folder(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
