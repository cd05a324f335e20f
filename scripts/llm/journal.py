"""The journal: every answer ever got for an artifact, one JSON line each, so that nothing is asked twice.

A line is `key, id, kind, sample, model (as prices.csv calls it), at (unix seconds), text, finish, usage, retries` and,
where asked for, `logprobs` and `response`. An answer that was copied from a sibling's journal says so in `from` and
was paid for there; one of the Batch API says `batch: true` and cost less. Prompts are not in it, only their hash;
answers are, so the file is mode 0600. One process writes to a journal at a time, with any number of threads.
"""

import json
import logging
import os
import threading
import time
import weakref
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.llm.appending import SYNC_SECONDS, Appended
from scripts.llm.lines import DAMAGED, REPLY, replies_in, reply_of
from scripts.llm.siblings import Siblings

if TYPE_CHECKING:
    from scripts.llm.exchange import Ask, Reply

log = logging.getLogger(__name__)


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
        self._file = Appended(path)
        self._siblings = Siblings(path)
        self._lock = threading.RLock()
        self._released = threading.Condition(self._lock)
        self._claimed: set[str] = set()
        self.failures = path.with_suffix(".failures.jsonl")
        self._failing: set[str] = set()
        self._replies: dict[str, dict] = self._load()

    def __contains__(self, key: str) -> bool:
        return key in self._replies

    def __getitem__(self, key: str) -> dict:
        return self._replies[key]

    def __len__(self) -> int:
        return len(self._replies)

    def add(self, ask: "Ask", reply: "Reply", model: str, batch: bool = False) -> None:
        """Writes the reply at once; only a power cut within SYNC_SECONDS can lose it."""
        kept = {name: getattr(reply, name) for name in REPLY if getattr(reply, name) is not None}
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
                try:
                    kept = reply_of(record)
                except DAMAGED:
                    continue  # it is asked for
                self._append(key, record, kept)
                copied += 1
        return copied

    def own(self) -> None:
        """Keeps other processes from writing until this one ends, and reads what they wrote since the last look.

        Called before anything is asked; a Problem when another process writes.
        """
        with self._lock:
            if self._file.own():
                self._replies = self._load()

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
        with self._lock, self._file.told():
            mode = os.O_APPEND if self._failing else os.O_TRUNC
            self._failing.add(record["id"])
            self.failures.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(self.failures, os.O_WRONLY | os.O_CREAT | mode, 0o600), "w", encoding="utf-8") as stream:
                stream.write(json.dumps(record) + "\n")

    def sync(self) -> None:
        with self._lock:
            self._file.sync()

    def _append(self, key: str, record: dict, kept: dict) -> None:
        line = (json.dumps(record, ensure_ascii=True) + "\n").encode()
        with self._lock:
            if key in self._replies:
                return  # the first answer stands, in memory as on disk
            self._file.append(line)
            self._replies[key] = kept
            self._file.sync(SYNC_SECONDS)

    def _load(self) -> dict[str, dict]:
        data = self._file.read()
        if data and not data.endswith(b"\n") and self._file.own():
            data = self._file.read()  # another process ended its line meanwhile
        whole = data.rfind(b"\n") + 1
        replies, damaged = replies_in(data[:whole].split(b"\n"))
        if whole < len(data):
            last, torn = replies_in([data[whole:]])
            if torn:
                self._file.cut(whole)
                log.warning("%s: a torn last line was removed", self.path)
            else:
                self._file.append(b"\n")
                replies = last | replies
        if damaged:
            log.warning("%s: %d damaged lines are passed over and will be asked again", self.path, damaged)
        return replies
