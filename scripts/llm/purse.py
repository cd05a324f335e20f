"""Room in the budget for one model's requests of this process.

It is taken for a few requests at a time, each at the most it can cost, and none is sent before; what an answer did not
cost is free again. Where no room is left, what is in flight is awaited and kept, and the step stops.
"""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from scripts.llm.ledger import Ledger, no_price
from scripts.llm.prices import Rate, in_words
from scripts.provenance.errors import Problem

log = logging.getLogger(__name__)

AHEAD = 32  # requests for which room is taken at once, where there is plenty
SHARE = 8  # of what is left one job takes at most this part at once
CHARACTERS = 3  # of a request a token, at least: English has four
_PAUSE_SECONDS = 0.02


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
        written, choices = _bounds(body)
        return self._rate().usd(len(json.dumps(body)) / CHARACTERS, written * choices, batch)

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
        """Leaves to other jobs what nothing in flight needs; what cannot be written down lapses with this process."""
        with self._lock:
            if self._taken > self._busy:
                try:
                    self._write_down(self._busy)
                except Problem as problem:  # the call has ended, perhaps for a better reason
                    log.warning("%s", problem)

    def _write_down(self, usd: float) -> None:
        with self.ledger.open() as state:
            state.hold(self.model, usd)
        self._taken, self._paid = usd, 0.0

    def _fits(self, most: float) -> bool:
        """Whether there is room for `most`, which is taken from the ledger if need be."""
        if self._taken - self._busy - self._paid >= most:
            return True
        with self.ledger.open() as state:
            free = self.limit - self.ledger.spent(state) - self.ledger.set_aside(state, self.model) - self._busy
            fits = most <= free
            taken = self._busy + (max(most, min(AHEAD * most, free / SHARE)) if fits else 0.0)
            state.hold(self.model, taken)
        self._taken, self._paid = taken, 0.0  # now that it is written down; what was paid stands in the journals
        return fits

    def _used_up(self, most: float, left: int) -> str:
        with self.ledger.open() as state:
            spent, others = self.ledger.spent(state), self.ledger.set_aside(state, self.model)
            mean = self.ledger.mean(state, self.model) or most
        aside = f", {in_words(others)} are set aside by running jobs and open batches" if others else ""
        return (
            f"The budget is used up: {in_words(spent)} of {in_words(self.limit)} USD (llm.budget_usd) are "
            f"spent{aside}, and the next request can cost {in_words(most)}. {left} requests of this step are left, "
            f"about {in_words(left * mean)} USD. All answers are kept: raise llm.budget_usd and run the same command "
            "again (`make estimate` tells what the whole build needs)."
        )

    def _rate(self) -> Rate:
        try:
            return self.ledger.prices[self.model]
        except KeyError:
            raise Problem(no_price(self.model, "config: models")) from None


def _bounds(body: dict) -> tuple[int, int]:
    """Tokens that a choice may have and how many choices; a Problem when the request does not bound what it costs."""
    tokens = [body[name] for name in ("max_completion_tokens", "max_tokens") if body.get(name) is not None]
    choices = 1 if body.get("n") is None else body["n"]
    contents = [message.get("content") for message in body["messages"]]
    parts = [part for content in contents if isinstance(content, list) for part in content]
    if not tokens:
        wrong = "A request states no max_tokens"
    elif not all(type(number) is int and number > 0 for number in [*tokens, choices]):
        wrong = "A request's max_tokens or n is no whole number above 0"
    elif not all(isinstance(part, dict) and part.get("type") == "text" for part in parts):
        wrong = "A request has parts that are no text, whose tokens cannot be counted"
    else:
        return max(tokens), choices
    raise Problem(
        f"{wrong}, so llm.budget_usd cannot be held. Mend it, or set llm.budget_usd: null. Nothing more was asked."
    )
