"""One endpoint in this process: its client, how many requests are under way, how fast they go, how it does.

All chats of a process that ask the same endpoint go through one gate, from any thread, and share its connections.
"""

import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts.llm import background
from scripts.llm.exchange import Ask, Reply
from scripts.llm.faults import Faults, NotACompletion, Stopped, Trial, Weather
from scripts.llm.limits import Rate, most_tokens
from scripts.llm.operation import Endpoint
from scripts.llm.purse import Purse, paying
from scripts.llm.transport import open_client
from scripts.provenance.errors import Problem

_GATES: "weakref.WeakValueDictionary[tuple, Gate]" = weakref.WeakValueDictionary()
_OPENING = threading.Lock()


def open_gate(place: Endpoint, key: str, at_once: int, world: Path | None, identity: str) -> "Gate":
    """The gate to an endpoint; to the offline world, one for each of its states (`identity`)."""
    name = (place, key, identity if world else "")
    with _OPENING:
        gate = _GATES.get(name)
        if gate is None:
            _GATES[name] = gate = Gate(place, open_client(place.base_url, key, world), at_once)
    return gate


class Gate:
    def __init__(self, place: Endpoint, client: Any, at_once: int):
        self.place, self.at_once, self._client = place, at_once, client
        self._slots: Any = None
        self._requests, self._tokens = Rate(place.requests_per_minute), Rate(place.tokens_per_minute)
        self._weather: Weather | None = None
        self._calls, self._answered_at = 0, None
        weakref.finalize(self, background.later, client.close).atexit = False

    def answer(
        self,
        asks: list[Ask],
        request: Callable[[Ask], tuple[dict, dict]],
        read: Callable[[bytes, int], Reply | None],
        keep: Callable[[Ask, Reply], None],
        purse: Callable[[Ask], Purse | None],
    ) -> None:
        """Keeps every reply as it comes; a Problem tells of those that could not be had.

        `request` gives body and headers; `read` makes a reply of a body and the number of retries, or None when it
        is no completion. Both and `keep` are called in the background's thread. What does not fit into its
        purse is not asked.
        """
        background.run(self._answer(asks, request, read, keep, purse))

    async def _answer(self, asks, request, read, keep, purse) -> None:
        import anyio
        import openai

        weather = self._enter()
        faults = Faults(weather)
        work, left = iter(asks), len(asks)

        def unanswered() -> int:
            return left

        async def worker() -> None:
            nonlocal left
            for ask in work:
                async with self._slots:
                    try:
                        sent = request(ask)
                        async with paying(purse(ask), sent[0], unanswered) as bill:
                            reply = await self._one(sent, read, weather)
                            weather.fine()
                            keep(ask, reply)
                            bill.usage, left = reply.usage, left - 1
                    except Stopped:
                        return
                    except (openai.APIError, NotACompletion, Problem) as error:
                        faults.add(ask, error)

        try:
            async with anyio.create_task_group() as group:
                for _ in range(min(self.at_once, len(asks))):
                    group.start_soon(worker)
        finally:
            self._leave(weather)
        faults.report(len(asks))

    async def _one(self, request: tuple[dict, dict], read, weather: Weather) -> Reply:
        import httpx2
        import openai

        body, headers = request
        most = most_tokens(body)
        tries, trial = 0, Trial()
        while True:
            await weather.calm()
            await weather.calm(max(self._requests.take(1), self._tokens.take(most)))
            trial.begin()
            try:
                response = await self._client.post(
                    "/chat/completions", body=body, cast_to=httpx2.Response, options={"headers": headers}
                )
                tries += _tries(response.request)
                reply = read(response.content, tries - 1)
                if reply:
                    self._tokens.give_back(most - sum(reply.usage.values()))
                    return reply
                error: Exception = NotACompletion(response.headers.get("content-type", ""))
            except openai.APIError as problem:
                error = problem
                tries += _tries(problem.request)
            seconds = weather.wait_after(error, trial)
            if seconds is None:
                raise error
            await weather.calm(seconds)

    def _enter(self) -> Weather:
        """The weather that all calls under way share; a call that comes when all have ended finds a fresh one."""
        import anyio

        self._slots = self._slots or anyio.Semaphore(self.at_once)
        self._weather = self._weather or Weather(self.place, self.at_once, self._answered_at)
        self._calls += 1
        return self._weather

    def _leave(self, weather: Weather) -> None:
        self._answered_at = weather.answered_at
        self._calls -= 1
        if not self._calls:
            self._weather = None


def _tries(request: Any) -> int:
    """How often the SDK sent a request."""
    return int(request.headers.get("x-stainless-retry-count", 0)) + 1
