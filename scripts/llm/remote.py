"""Models behind a chat completions address: OpenAI, anything compatible, or the offline world's responder.

The SDK brings retries, time-outs and authentication; answers are read here, because a proxy's page or an
empty list of choices is no error to it. It is imported when the first answer is missing from the journal,
so a replayed job needs neither it nor a key.
"""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from scripts.llm.asking import Chat
from scripts.llm.budget import spending
from scripts.llm.exchange import Ask, Reply, Sampling
from scripts.llm.gate import Gate, open_gate
from scripts.llm.journal import open_journal
from scripts.llm.operation import Endpoint, concurrency, endpoint
from scripts.provenance.errors import Problem
from scripts.provenance.signature import backend_code

OFFLINE = Endpoint("http://offline.invalid/v1", "")
OFFLINE_CONCURRENCY = 4  # nothing waits in process; more only costs


def open_remote(entry: dict, sampling: Sampling, journal: str | Path, epoch: int = 0) -> Chat:
    """A chat with {"backend": "openai", "id": model} or {"backend": "offline", "id": name, "world": path}."""
    name = entry.get("backend")
    if name == "offline":
        world = Path(entry["world"])
        # The responder's code is part of who answers: an edited world never replays the old one's text.
        identity = hashlib.sha256(world.read_bytes() + backend_code("offline").encode()).hexdigest()
        backend = Remote("offline", entry["id"], f"{entry['id']}@{identity}", OFFLINE, world)
    elif name == "openai":
        backend = Remote("openai", entry["id"], entry["id"], endpoint("openai"))
        backend.journal = Path(journal)
    else:
        raise Problem(f"The model entry has the backend {name!r}. Choose openai or offline.")
    book = open_journal(journal)
    if not len(book):
        backend.require_key()
    return Chat(backend, sampling, book, epoch)


class Remote:
    """Sends asks concurrently; keeps every answer that comes, also when others fail."""

    def __init__(self, name: str, model: str | None, identity: str, place: Endpoint, world: Path | None = None):
        self.name, self.model, self.identity, self.place, self.world = name, model, identity, place, world
        self.priced = model
        self.concurrency: int | None = None
        self.keeps_responses = False
        self.journal: Path | None = None  # that the answers are for, where they cost something
        self._gate: Gate | None = None

    def require_key(self) -> str:
        """The key; a Problem that names the environment variable when there is none."""
        if not self.place.key_env:
            return "none"
        key = os.environ.get(self.place.key_env, "").strip()
        if not key:
            raise Problem(
                f"No key for {self.place.base_url}: the variable {self.place.key_env} is not set. "
                "Set it in the environment, or choose the offline backend. Nothing was asked."
            )
        if not (key.isascii() and key.isprintable() and " " not in key):
            raise Problem(f"The key in {self.place.key_env} has characters that no key has. Copy it again.")
        return key

    def answer(self, asks: list[Ask], keep: Callable[[Ask, Reply], None]) -> None:
        if any(ask.prefix for ask in asks):
            raise ValueError("only local models can be given the beginning of their answer")
        if self._gate is None:
            at_once = self.concurrency or (OFFLINE_CONCURRENCY if self.world else concurrency())
            self._gate = open_gate(self.place, self.require_key(), at_once, self.world, self.identity)
        bodies = [] if self.world else [(self._priced(ask), self.request(ask)[0]) for ask in asks]
        with spending(bodies, self.journal) as purses:
            self._gate.answer(asks, self.request, self._read, keep, lambda ask: purses.get(self._priced(ask)))

    def _priced(self, ask: Ask) -> str:
        return self.priced or ask.body["model"]

    def request(self, ask: Ask) -> tuple[dict, dict]:
        """Body and headers; those of the offline world never leave this process."""
        body = {"model": self.model, **ask.body} if self.model else ask.body
        return body, {"x-affirm-kind": ask.kind, "x-affirm-sample": ask.sample} if self.world else {}

    def _read(self, content: bytes, retries: int) -> Reply | None:
        completion = completion_in(content)
        if completion is None:
            return None
        reply = read_completion(completion, retries)
        return replace(reply, response=completion) if self.keeps_responses else reply


def completion_in(content: bytes) -> dict | None:
    """The chat completion that a body holds, or None (a proxy's page, a cut or foreign JSON)."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return None
    choices = body.get("choices") if isinstance(body, dict) else None
    whole = isinstance(choices, list) and all(
        isinstance(choice, dict) and isinstance(choice.get("message") or {}, dict) for choice in choices
    )
    return body if whole and isinstance(body.get("usage") or {}, dict) else None


def read_completion(body: dict, retries: int = 0) -> Reply:
    """The first choice of a chat completion."""
    told = body.get("usage") or {}
    counts = {name: told.get(name) for name in ("prompt_tokens", "completion_tokens")}
    usage = {name: count if type(count) is int and count > 0 else 0 for name, count in counts.items()}
    choice = body["choices"][0] if body["choices"] else {}
    message = choice.get("message") or {}
    text, finish = message.get("content"), choice.get("finish_reason") or "stop"
    if not body["choices"]:
        finish = "no_choices"
    elif message.get("refusal"):
        finish = "refusal"
    elif not isinstance(text, str) and finish == "stop":
        finish = "no_content"
    return Reply(text if isinstance(text, str) else "", finish, usage, retries)
