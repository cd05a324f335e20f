"""The salt of author numbers: a small file of this machine, drawn once, never printed, recorded or overwritten."""

import hashlib
import logging
import os
import secrets
from pathlib import Path

from scripts.provenance.errors import Problem

log = logging.getLogger(__name__)
LOCAL = "resources/external/reddit/salt.txt"  # below the working folder; git-ignored, outside results


def read_salt(path: str | Path) -> bytes:
    """The file's text as a key of 32 bytes for `masks.hashed_author`.

    Records hold the sha256 of every input, of this file too: the key is another digest, which that one does not tell.
    """
    try:
        text = Path(path).read_bytes().strip()
    except FileNotFoundError as error:
        raise Problem(
            f"{path} is missing. It holds the salt of author numbers. Put it back, or write 64 random digits into it."
        ) from error
    if not text:
        raise Problem(
            f"{path} is empty. It held the salt of author numbers. Put it back, or write 64 random digits into it."
        )
    return hashlib.blake2b(text, digest_size=32, person=b"author salt").digest()


def local_salt() -> bytes:
    """The key of this machine's salt, which is drawn on first use: for commands that are given no salt file."""
    draw_salt(LOCAL)
    return read_salt(LOCAL)


def draw_salt(path: str | Path) -> None:
    """256 random bits at `path`, readable by their owner alone, whole at once; a salt that lies there stays."""
    path = Path(path)
    if path.exists():
        log.info("%s: this salt stays", path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")  # another command may draw at the same time
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as stream:
            stream.write(f"{secrets.token_hex(32)}\n")
        os.link(draft, path)
        log.info("%s: drew a salt for author numbers; keep it, numbers compare only under one salt", path)
    except FileExistsError:
        log.info("%s: this salt, drawn meanwhile, stays", path)
    finally:
        draft.unlink(missing_ok=True)
