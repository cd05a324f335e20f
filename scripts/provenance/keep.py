"""Finished slow work kept by content: `checkpoints/<key>/`, outside everything that Snakemake deletes.

Snakemake reruns whatever lies below a rerun job, also when the bytes came out the same, and forgets an artifact once
it was built otherwise. A job of a rule marked `--keep` (training, local generation) whose inputs, command, code and
environment were finished before is published again from here, in seconds. Training that is not finished lies in
`checkpoints/unfinished/<artifact>/<key>/` (scripts/training/progress.py), so that it goes on under its own key alone.
"""

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from scripts.provenance.drafts import publishing
from scripts.provenance.sidecar import content

SCHEMA = 1  # raise it when what a key stands for changes
RECORD = "kept.json"


def folder() -> Path:
    return Path(os.environ.get("AFFIRM_CHECKPOINTS") or "checkpoints")


def key_of(record: dict, outputs: list[str]) -> str:
    """The sha256 of all that decides the outputs' bytes, from a sidecar's record; paths count by their content."""
    read = {name: _content(digest) for name, digest in record["inputs"].items()}
    places = {name: f"output {place}" for place, name in enumerate(outputs)}
    words = [read.get(word) or places.get(word) or word for word in record["command"]]
    code = [record["rule"], record["ran"], record["backends"], record["environment"]]
    stands_for = [SCHEMA, code, words, sorted(read.values())]
    return hashlib.sha256(json.dumps(stands_for, sort_keys=True).encode()).hexdigest()


def _content(digest: str | dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(content(digest), sort_keys=True).encode()).hexdigest()


def unfinished(key: str, outputs: list[str]) -> Path:
    """Where a job's progress belongs until it is finished; beside it lies that of the artifact's other forms."""
    artifact = hashlib.sha256(json.dumps(outputs).encode()).hexdigest()[:16]
    return folder() / "unfinished" / artifact / key


def drop_unfinished(place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    with contextlib.suppress(OSError):  # other forms lie there, or nothing ever did
        place.parent.rmdir()


def republish(key: str, outputs: list[str], sha256_of: Callable[[str], object]) -> bool:
    """Puts the outputs of an earlier equal job in place; False when there is none, or it was damaged (then dropped)."""
    kept = folder() / key
    try:
        record = json.loads((kept / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if [sha256_of(str(kept / str(place))) for place in range(len(outputs))] != record["sha256"]:
        shutil.rmtree(kept, ignore_errors=True)
        return False
    for place, name in enumerate(outputs):
        _replace(kept / str(place), Path(name))
    os.utime(kept / RECORD)  # used now: the oldest are dropped first
    return True


def store(key: str, outputs: list[str], digests: list, newest: int) -> None:
    """Keeps finished outputs (hard links where the file system has them) and of their earlier forms the newest ones.

    `newest` counts this one; 0 keeps nothing. A full disk leaves the build as it is, without this copy.
    """
    kept = folder() / key
    if newest < 1 or kept.exists():
        return
    draft = folder() / f".{key}.{os.getpid()}.tmp"
    try:
        draft.mkdir(parents=True)
        for place, name in enumerate(outputs):
            _link(Path(name), draft / str(place))
        record = {"outputs": outputs, "sha256": digests, "at": round(time.time())}
        (draft / RECORD).write_text(json.dumps(record, sort_keys=True) + "\n", encoding="utf-8")
        os.replace(draft, kept)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        return
    for old in _of(outputs)[newest:]:
        shutil.rmtree(old, ignore_errors=True)


def _of(outputs: list[str]) -> list[Path]:
    """Kept forms of an artifact, the last used first."""
    found = []
    for path in folder().glob(f"*/{RECORD}"):
        try:
            if json.loads(path.read_text(encoding="utf-8"))["outputs"] == outputs:
                found.append((path.stat().st_mtime, path.parent))
        except (OSError, ValueError):  # dropped by another job meanwhile
            continue
    return [path for _, path in sorted(found, reverse=True)]


def _replace(source: Path, target: Path) -> None:
    with publishing(target) as draft:
        _link(source, draft)
        for path in (draft, *draft.rglob("*")):
            os.utime(path)  # newer than its inputs, as a job's output is


def _link(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, copy_function=_link_file)
    else:
        _link_file(source, target)


def _link_file(source: str | Path, target: str | Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, target)


def clean() -> None:
    """Drops everything kept and says what that freed: `make clean-checkpoints`."""
    kept = [path.parent for path in folder().glob(f"*/{RECORD}")]
    begun = list((folder() / "unfinished").glob("*/*"))
    files = (file for path in [*kept, *begun] for file in path.rglob("*"))
    size = sum(file.stat().st_size for file in files if file.stat().st_nlink == 1)
    if folder().exists():
        shutil.rmtree(folder())
    shared = "what results share is not counted"
    dropped = f"{len(kept)} finished and {len(begun)} unfinished jobs dropped"
    print(f"{folder()}: {dropped}, {size / 1e6:,.1f} MB freed ({shared}).")


if __name__ == "__main__":
    clean()
