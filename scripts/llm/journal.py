"""The journal: every answer ever got for an artifact, one JSON line each, so that nothing is asked twice.

A line is `key, id, kind, sample, model (as prices.csv calls it), at (unix seconds), text, finish, usage, retries` and,
where asked for, `logprobs` and `response`. An answer that was copied from a sibling's journal says so in `from` and
was paid for there; one of the Batch API says `batch: true` and cost less. Prompts are not in it, only their hash;
answers are, so the file is mode 0600. One process writes to a journal at a time, with any number of threads.
"""

import errno
import fcntl
import json
import logging
import os
import threading
import time
import weakref
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.llm.siblings import Siblings
from scripts.provenance.errors import Problem

if TYPE_CHECKING:
    from scripts.llm.exchange import Ask, Reply

log = logging.getLogger(__name__)

SYNC_SECONDS = 0.5
_REPLY = ("text", "finish", "usage", "retries", "logprobs", "response")


def journal_path(output: str | Path) -> Path:
    """Where the journal of an output lies: below $AFFIRM_JOURNAL, outside everything Snakemake deletes."""
    path = Path(output)
    return Path(os.environ.get("AFFIRM_JOURNAL") or "journal") / f"{path.relative_to(path.anchor)}.jsonl"


_OPEN: "weakref.WeakValueDictionary[tuple[int, Path], Journal]" = weakref.WeakValueDictionary()
_OPENING = threading.Lock()


def open_journal(path: str | Path) -> "Journal":
    """The journal at `path`; chats of one process that share an output share it."""
    key = (os.getpid(), Path(path).absolute())
    with _OPENING:
        journal = _OPEN.get(key)
        if journal is None:
            _OPEN[key] = journal = Journal(Path(path))
            journal.failures.unlink(missing_ok=True)  # the list is of this run; an old one would mislead
    return journal


class Journal:
    """A mapping from request keys to replies (as dicts), kept in an append-only file."""

    def __init__(self, path: Path):
        self.path = path
        self._siblings = Siblings(path)
        self._lock = threading.RLock()
        self._released = threading.Condition(self._lock)
        self._claimed: set[str] = set()
        self.failures = path.with_suffix(".failures.jsonl")
        self._fd: int | None = None
        self._failing: set[str] = set()
        self._synced = time.monotonic()
        self._replies: dict[str, dict] = self._load()

    def __contains__(self, key: str) -> bool:
        return key in self._replies

    def __getitem__(self, key: str) -> dict:
        return self._replies[key]

    def __len__(self) -> int:
        return len(self._replies)

    def add(self, ask: "Ask", reply: "Reply", model: str, batch: bool = False) -> None:
        """Writes the reply at once; only a power cut within SYNC_SECONDS can lose it."""
        kept = {name: getattr(reply, name) for name in _REPLY if getattr(reply, name) is not None}
        head = {"key": ask.key, "id": ask.id, "kind": ask.kind, "sample": ask.sample, "model": model}
        head |= {"at": int(time.time())} | ({"batch": True} if batch else {})
        self._append(ask.key, head | kept, kept)

    def borrow(self, keys: Collection[str]) -> int:
        """Copies those of the answers that other artifacts' journals beside this one hold; how many there were.

        Called before anything is asked: a changed number of shards or a renamed artifact then costs nothing.
        """
        copied = 0
        for key in keys:
            if key not in self._replies and (record := self._siblings.record(key)):
                self._append(key, record, _kept(record))
                copied += 1
        return copied

    @contextmanager
    def claim(self, keys: Collection[str]) -> Iterator[list[str]]:
        """Those of the keys that are to be asked for now: no other thread does so until the end of the context.

        Waits while all that are missing are with others; nothing is left when the journal holds them all.
        """
        with self._released:
            while missing := [key for key in keys if key not in self._replies]:
                if mine := [key for key in missing if key not in self._claimed]:
                    break
                self._released.wait()
            else:
                mine = []
            self._claimed.update(mine)
        try:
            yield mine
        finally:
            with self._released:
                self._claimed.difference_update(mine)
                self._released.notify_all()

    def fail(self, record: dict) -> None:
        """Lists an answer that stayed unusable in this run beside the journal."""
        with self._lock, self._told():
            mode = os.O_APPEND if self._failing else os.O_TRUNC
            self._failing.add(record["id"])
            self.failures.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(self.failures, os.O_WRONLY | os.O_CREAT | mode, 0o600), "w", encoding="utf-8") as stream:
                stream.write(json.dumps(record) + "\n")

    def sync(self) -> None:
        with self._lock:
            if self._fd is not None:
                with self._told():
                    os.fsync(self._fd)
                self._synced = time.monotonic()

    def __del__(self) -> None:
        if self._fd is not None:
            with suppress(OSError):
                os.fsync(self._fd)
            os.close(self._fd)

    def _append(self, key: str, record: dict, kept: dict) -> None:
        line = (json.dumps(record, ensure_ascii=True) + "\n").encode()
        with self._lock:
            if key in self._replies:
                return  # the first answer stands, in memory as on disk
            self._write(line)
            self._replies[key] = kept
            if time.monotonic() - self._synced >= SYNC_SECONDS:
                self.sync()

    def _write(self, line: bytes) -> None:
        with self._told():
            writer = self._writer()
            written = os.write(writer, line)
            if written != len(line):
                os.ftruncate(writer, os.fstat(writer).st_size - written)  # half a line would spoil the next one
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Makes what the disk refuses a Problem."""
        try:
            yield
        except OSError as error:
            raise Problem(
                f"{self.path} cannot be written ({error.strerror}). All answers before are kept. "
                "Make room and run the same command again: only the rest is asked."
            ) from error

    def _writer(self) -> int:
        if self._fd is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Problem(f"{self.path} is in use by another process. Wait for it or stop it.") from None
            except OSError as error:  # some network file systems know no locks; Snakemake's own then has to do
                log.debug("%s: no lock (%s)", self.path, error.strerror)
        return self._fd

    def _load(self) -> dict[str, dict]:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return {}
        whole = data.rfind(b"\n") + 1
        replies, damaged = _replies_in(data[:whole].split(b"\n"))
        if whole < len(data):
            last, torn = _replies_in([data[whole:]])
            if torn:
                os.ftruncate(self._writer(), whole)
                log.warning("%s: a torn last line was removed", self.path)
            else:
                self._write(b"\n")
                replies = last | replies
        if damaged:
            log.warning("%s: %d damaged lines are passed over and will be asked again", self.path, damaged)
        return replies


def _kept(record: dict) -> dict:
    """What a line says of the reply."""
    return {name: record[name] for name in _REPLY if name in record}


def _replies_in(lines: Iterable[bytes]) -> tuple[dict[str, dict], int]:
    """Replies by key (the first of equal keys, so that replays agree) and the number of unreadable lines."""
    replies: dict[str, dict] = {}
    damaged = 0
    for line in lines:
        if not line:
            continue
        try:
            record = json.loads(line)
            replies.setdefault(record["key"], _kept(record))
        except (ValueError, KeyError, TypeError):
            damaged += 1
    return replies, damaged
