"""What is known of an artifact's batches, beside its journal: `<journal>.batches/<digest>.json` and `.asks`, mode 0600.

The first says which batch of the service it is, how it stands and what it may cost while it is open; the second lists
the requests, `[key, id, kind, sample]` a line, without their prompts. A file without a batch was about to be submitted.
"""

import hashlib
import json
import logging
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.llm.below import files_below
from scripts.provenance.errors import Problem

if TYPE_CHECKING:
    from scripts.llm.exchange import Ask

log = logging.getLogger(__name__)

FOLDER = ".batches"  # suffix of a journal's folder of batches
SUBMITTING = "submitting"
CLOSED = "closed"


@dataclass
class Batch:
    """One batch, from before it is sent until its answers are in the journal."""

    path: Path
    model: str
    requests: int
    usd: float = 0.0  # that it may still cost
    status: str = SUBMITTING  # then the service's word, at last CLOSED
    id: str = ""
    done: list[str] = field(default_factory=list)  # ids of batches of these requests that were collected

    @property
    def digest(self) -> str:
        return self.path.stem

    @property
    def open(self) -> bool:
        return self.status != CLOSED

    def keys(self) -> set[str]:
        """Keys of the requests that are on their way."""
        return {key for key, *_ in self.listed()} if self.open else set()

    def listed(self) -> list[list[str]]:
        """Key, id, kind and sample of each request; a Problem when the list is damaged."""
        try:
            rows = [json.loads(line) for line in self._asks.read_text(encoding="utf-8").split("\n") if line]
        except (OSError, ValueError, RecursionError):
            rows = []
        if len(rows) != self.requests or not all(_lists_a_request(row) for row in rows):
            raise Problem(
                f"{self._asks} does not list the {self.requests} requests of its batch {self.id or '(not sent)'}. "
                f"Remove {self.path} and submit again: a batch of the same requests is found at the service."
            )
        return rows

    def begin(self, asks: "Iterable[Ask]") -> None:
        """Writes down what is about to be submitted."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.status, self.id = SUBMITTING, ""
        lines = (json.dumps([ask.key, ask.id, ask.kind, ask.sample]) + "\n" for ask in asks)
        _write(self._asks, "".join(lines))
        self.save()

    def close(self) -> None:
        """Nothing more comes of it, and nothing is held for it in the budget."""
        if self.id:
            self.done.append(self.id)
        self.status, self.usd = CLOSED, 0.0
        self.save()
        self._asks.unlink(missing_ok=True)

    def save(self) -> None:
        record = {name: value for name, value in asdict(self).items() if name != "path"}
        _write(self.path, json.dumps(record, indent=1) + "\n")

    @property
    def _asks(self) -> Path:
        return self.path.with_suffix(".asks")


def digest_of(asks: "Iterable[Ask]") -> str:
    """A name for a set of requests: the same after a restart, whatever their order."""
    return hashlib.sha256("\n".join(sorted(ask.key for ask in asks)).encode()).hexdigest()


def folder_of(journal: Path) -> Path:
    return journal.with_suffix(FOLDER)


def batch_of(journal: Path, asks: "list[Ask]", model: str) -> Batch:
    """The batch of these requests, with what was collected of them before."""
    path = folder_of(journal) / f"{digest_of(asks)}.json"
    done = read_batch(path).done if path.exists() else []
    return Batch(path, model, len(asks), done=done)


def open_batches(journal: Path) -> list[Batch]:
    """Those that are on their way or about to be, by digest."""
    found = (read_batch(path) for path in sorted(folder_of(journal).glob("*.json")))
    return [batch for batch in found if batch.open]


def promised(root: Path) -> float:
    """USD that the open batches below a journal root may still cost."""
    found = (path for path in files_below(root, "*.json") if path.parent.suffix == FOLDER)
    return sum(read_batch(path).usd for path in found)


def read_batch(path: Path) -> Batch:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Batch(path, **{one.name: record[one.name] for one in fields(Batch) if one.name != "path"})
    except (ValueError, KeyError, TypeError) as error:
        raise Problem(
            f"{path} cannot be read. Remove it and submit again: a batch of the same requests is found at the service."
        ) from error


def named(journal: Path) -> str:
    """The artifact, for people, without the folders it lies in but one."""
    return f"{journal.parent.name}/{journal.stem}"


def say(text: str) -> None:
    log.info("%s", text)
    print(text, file=sys.stderr)


def _lists_a_request(row: object) -> bool:
    return isinstance(row, list) and len(row) == 4 and all(isinstance(word, str) for word in row)


def _write(path: Path, text: str) -> None:
    """The file whole, on the disk, readable by its owner alone."""
    draft = path.with_suffix(path.suffix + ".tmp")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(draft, path)
