"""The sha256 of files; a large one is read once, by the first job that has it for an input, and known to the others."""

import contextlib
import hashlib
import os
import secrets
from pathlib import Path

LARGE = 100_000_000  # bytes
FOLDER = Path(".cache", "sha256")
_known: dict[str, str] = {}  # in this process: a confined job cannot read the folder


def file_sha256(path: str | Path) -> str:
    """Hex digits. A large file is the same as long as its place, size, inode and both times are."""
    if os.path.getsize(path) < LARGE:
        return _read(path)
    state = os.stat(path)
    facts = (os.path.realpath(path), state.st_size, state.st_ino, state.st_mtime_ns, state.st_ctime_ns)
    name = hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
    if name not in _known:
        _known[name] = _kept(name) or _keep(name, _read(path))
    return _known[name]


def _read(path: str | Path) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _kept(name: str) -> str:
    with contextlib.suppress(OSError):
        return (FOLDER / name).read_text(encoding="ascii")
    return ""


def _keep(name: str, digest: str) -> str:
    with contextlib.suppress(OSError):  # no room or no right to write: the next job reads the file again
        FOLDER.mkdir(parents=True, exist_ok=True)
        draft = FOLDER / f"{name}.{secrets.token_hex(4)}"
        draft.write_text(digest, encoding="ascii")
        draft.replace(FOLDER / name)
    return digest
