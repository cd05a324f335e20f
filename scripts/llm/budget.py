"""llm.budget_usd over all jobs that write below one journal root, at once.

What was spent is what the journals hold (scripts/llm/ledger.py). A job takes room in the budget for a few requests at a
time, each at the most it can cost, and sends none before; what an answer did not cost is free again. Where no room is
left, what is in flight is awaited and kept, and the step stops. Rooms of jobs that are gone lapse.

A request whose answer comes back unread (a read time-out, a killed job) may be billed and is in no journal.
"""

import asyncio
import bisect
import itertools
import json
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.llm.ledger import Ledger, State, no_price
from scripts.llm.operation import budget_usd, prices
from scripts.llm.prices import Rate
from scripts.provenance.errors import Problem

AHEAD = 32  # requests for which room is taken at once, where there is plenty
SHARE = 8  # of what is left one job takes at most this part at once
CHARACTERS = 3  # of a request a token, at least: English has four
_PAUSE_SECONDS = 0.02
_PURSES: dict[tuple[int, Path, str], "Purse"] = {}
_OPENING = threading.Lock()


@contextmanager
def spending(model: str | None) -> Iterator["Purse | None"]:
    """What this process may spend on the model's answers, for a call that asks it; None without a budget or a model."""
    limit = budget_usd()
    if limit is None or model is None:
        yield None
        return
    root = _root()
    with _OPENING:
        key = (os.getpid(), root, model)
        purse = _PURSES.setdefault(key, Purse(Ledger(root, prices()), limit, model))
        purse.calls += 1
    try:
        yield purse
    finally:
        with _OPENING:
            purse.calls -= 1
            if not purse.calls:
                purse.give_back()


@contextmanager
def room_for_batch(model: str, bodies: list[dict]) -> Iterator[tuple[int, float]]:
    """How many of the requests, from the first, a batch may hold now, and the USD that their answers can cost at most.

    No other job takes room within the context: what the batch may cost is to be written down there (batch_state.py).
    """
    limit = budget_usd()
    if limit is None:
        yield len(bodies), 0.0
        return
    ledger = Ledger(_root(), prices())
    purse = Purse(ledger, limit, model)
    sums = list(itertools.accumulate(purse.most(body, batch=True) for body in bodies))
    with ledger.open() as state:
        free = limit - ledger.spent(state) - ledger.set_aside(state, model)
        number = bisect.bisect_right(sums, free)
        yield number, sums[number - 1] if number else 0.0


def _root() -> Path:
    return Path(os.environ.get("AFFIRM_JOURNAL") or "journal").absolute()


@dataclass
class Bill:
    """What an answer took; empty while there is none."""

    usage: dict = field(default_factory=dict)


@asynccontextmanager
async def paying(purse: "Purse | None", body: dict, left: Callable[[], int]) -> AsyncIterator[Bill]:
    """Holds room for one request; a Problem when there is none. `left()`: requests of the step not answered yet."""
    bill = Bill()
    if purse is None:
        yield bill
        return
    most = purse.most(body)
    await purse.take(most, left)
    try:
        yield bill
    finally:
        purse.settle(most, bill.usage)


class Purse:
    """Room for one model's requests of this process, taken from the budget; safe for several threads."""

    def __init__(self, ledger: Ledger, limit: float, model: str):
        self.ledger, self.limit, self.model = ledger, limit, model
        self.calls = 0  # under way
        self._lock = threading.Lock()
        self._taken = self._busy = self._paid = 0.0  # USD: in the ledger; in flight; settled since room was taken
        self._settled = self._flight = 0  # requests

    def most(self, body: dict, batch: bool = False) -> float:
        """USD that a request can cost at most: its characters, and all tokens it allows for the answer."""
        written = body.get("max_completion_tokens") or body.get("max_tokens")
        if not written:
            raise Problem(
                "A request states no max_tokens, so llm.budget_usd cannot be held. Give it one, or set "
                "llm.budget_usd: null. Nothing more was asked."
            )
        characters = len(json.dumps(body["messages"]))
        return self._rate().usd(characters / CHARACTERS, written * (body.get("n") or 1), batch)

    async def take(self, most: float, left: Callable[[], int]) -> None:
        """Returns when `most` fits; a Problem when it does not and nothing of this process is in flight."""
        while True:
            with self._lock:
                seen = self._settled
                if self._fits(most):
                    self._busy += most
                    self._flight += 1
                    return
                if not self._flight:
                    raise Problem(self._used_up(most, left()))
            while self._settled == seen:
                await asyncio.sleep(_PAUSE_SECONDS)

    def settle(self, most: float, usage: dict) -> None:
        """The request that `most` was held for is over, and its answer in the journal if there is one."""
        with self._lock:
            self._settled += 1
            self._paid += self._rate().usd(usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0))
            self._flight -= 1
            self._busy = self._busy - most if self._flight else 0.0

    def give_back(self) -> None:
        """Leaves to other jobs what nothing in flight needs."""
        with self._lock:
            if self._taken > self._busy:
                with self.ledger.open() as state:
                    self._keep(state, self._busy)

    def _fits(self, most: float) -> bool:
        """Whether there is room for `most`, which is taken from the ledger if need be."""
        if self._taken - self._busy - self._paid >= most:
            return True
        with self.ledger.open() as state:
            free = self.limit - self.ledger.spent(state) - self.ledger.set_aside(state, self.model) - self._busy
            fits = most <= free
            self._keep(state, self._busy + (max(most, min(AHEAD * most, free / SHARE)) if fits else 0.0))
        return fits

    def _keep(self, state: State, usd: float) -> None:
        """Writes down what this process may still spend; what it paid stands in its journals by now."""
        state.hold(self.model, usd)
        self._taken, self._paid = usd, 0.0

    def _used_up(self, most: float, left: int) -> str:
        with self.ledger.open() as state:
            spent, others = self.ledger.spent(state), self.ledger.set_aside(state, self.model)
            mean = self.ledger.mean(state, self.model) or most
        aside = f", {_usd(others)} are set aside by running jobs and open batches" if others else ""
        return (
            f"The budget is used up: {_usd(spent)} of {_usd(self.limit)} USD (llm.budget_usd) are spent{aside}, and "
            f"the next request can cost {_usd(most)}. {left} requests of this step are left, about "
            f"{_usd(left * mean)} USD. All answers are kept: raise llm.budget_usd and run the same command again "
            "(`make estimate` tells what the whole build needs)."
        )

    def _rate(self) -> Rate:
        try:
            return self.ledger.prices[self.model]
        except KeyError:
            raise Problem(no_price(self.model, "config: models")) from None


def _usd(amount: float) -> str:
    return f"{amount:,.2f}" if amount >= 1 else f"{amount:.2g}"
