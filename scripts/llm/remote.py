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
from typing import Any

from scripts.llm.asking import Ask, Chat, Reply, Sampling
from scripts.llm.faults import Faults, NotACompletion
from scripts.llm.journal import open_journal
from scripts.llm.operation import Endpoint, concurrency, endpoint
from scripts.llm.transport import open_client
from scripts.provenance.errors import Problem
from scripts.provenance.signature import backend_code

PAGE_RETRIES = 3  # for a 200 that is no completion
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
        self._loop: Any = None
        self._client: Any = None

    def require_key(self) -> str:
        """The key; a Problem that names the environment variable when there is none."""
        if not self.place.key_env:
            return "none"
        key = os.environ.get(self.place.key_env, "")
        if not key:
            raise Problem(
                f"No key for {self.place.base_url}: the variable {self.place.key_env} is not set. "
                "Set it in the environment, or choose the offline backend. Nothing was asked."
            )
        return key

    def answer(self, asks: list[Ask], keep: Callable[[Ask, Reply], None]) -> None:
        if any(ask.prefix for ask in asks):
            raise ValueError("only local models can be given the beginning of their answer")
        import asyncio

        if self._loop is None:  # one loop for all calls, so that connections live on between them
            self._client = open_client(self.place.base_url, self.require_key(), self.world)
            self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self._answer_all(asks, keep))

    async def _answer_all(self, asks: list[Ask], keep: Callable[[Ask, Reply], None]) -> None:
        import anyio
        import openai

        at_once = self.concurrency or (OFFLINE_CONCURRENCY if self.world else concurrency())
        faults = Faults(self.place, at_once)
        work = iter(asks)

        async def worker() -> None:
            for ask in work:
                if faults.stop:
                    return
                try:
                    keep(ask, await self._one(ask))
                    faults.in_a_row = 0
                except (openai.APIError, NotACompletion, Problem) as error:
                    if self.world and error.__cause__:
                        raise error.__cause__ from None  # a bug of the responder, not weather
                    faults.add(ask, error)

        async with anyio.create_task_group() as group:
            for _ in range(min(at_once, len(asks))):
                group.start_soon(worker)
        faults.report(len(asks))

    async def _one(self, ask: Ask) -> Reply:
        import anyio
        import httpx2

        body = {"model": self.model, **ask.body} if self.model else ask.body
        headers = {"x-affirm-kind": ask.kind, "x-affirm-sample": ask.sample} if self.world else {}
        for attempt in range(PAGE_RETRIES + 1):
            response = await self._client.post(
                "/chat/completions", body=body, cast_to=httpx2.Response, options={"headers": headers}
            )
            retries = int(response.request.headers.get("x-stainless-retry-count", 0)) + attempt
            completion = completion_in(response.content)
            if completion:
                reply = read_completion(completion, retries)
                return replace(reply, response=completion) if self.keeps_responses else reply
            await anyio.sleep(2.0**attempt - 0.5 if attempt < PAGE_RETRIES else 0)
        raise NotACompletion


def completion_in(content: bytes) -> dict | None:
    """The chat completion that a body holds, or None (a proxy's page, a cut or foreign JSON)."""
    try:
        body = json.loads(content)
    except ValueError:
        return None
    return body if isinstance(body, dict) and isinstance(body.get("choices"), list) else None


def read_completion(body: dict, retries: int = 0) -> Reply:
    """The first choice of a chat completion."""
    usage = {name: (body.get("usage") or {}).get(name) or 0 for name in ("prompt_tokens", "completion_tokens")}
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
