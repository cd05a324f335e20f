"""The line in the log that says how asking goes: share done, rate, tokens, cost so far and time left."""

import logging
import threading
import time
from collections import Counter

from scripts.llm.operation import prices

log = logging.getLogger(__name__)

EVERY_SECONDS = 30.0


class Progress:
    """Of one chat in this process: what was answered of what was missing; replayed answers do not count.

    The rate is that since the line before. A chat that is asked turn by turn knows of no later turn, so the share and
    the time left are of what it has been asked for.
    """

    def __init__(self, name: str):
        self.name = name
        self._lock = threading.Lock()
        self._done = self._expected = 0
        self._tokens: dict[str, Counter] = {}
        self._shown, self._shown_at, self._started = 0, 0.0, 0.0

    def expect(self, number: int) -> None:
        with self._lock:
            self._expected += number
            if not self._started:
                self._started = self._shown_at = time.monotonic()

    def came(self, model: str, tokens_in: int, tokens_out: int) -> None:
        """An answer with its tokens; logs a line when the last one is EVERY_SECONDS old."""
        with self._lock:
            self._done += 1
            self._tokens.setdefault(model, Counter()).update(tokens_in=tokens_in, tokens_out=tokens_out)
            now = time.monotonic()
            if now - self._shown_at >= EVERY_SECONDS:
                rate = (self._done - self._shown) / (now - self._shown_at)
                left = (self._expected - self._done) / rate
                log.info("%s, %s left", self._line(rate), f"about {left:.0f} s")
                self._shown, self._shown_at = self._done, now

    def end(self) -> None:
        """The line of the whole, if anything was asked."""
        with self._lock:
            if self._done:
                log.info("%s", self._line(self._done / (time.monotonic() - self._started)))

    def _line(self, rate: float) -> str:
        total = sum(self._tokens.values(), Counter())
        done = f"{self._done} of {self._expected} answered ({self._done / self._expected:.0%}), {rate:.1f} a second"
        tokens = f"{total['tokens_in']} tokens read, {total['tokens_out']} written"
        return f"{self.name}: {done}, {tokens}{self._cost()}"

    def _cost(self) -> str:
        """USD of the answers so far, where every model's price is known."""
        known = prices()
        if not self._tokens.keys() <= known.keys():
            return ""
        usd = sum(known[model].usd(counts["tokens_in"], counts["tokens_out"]) for model, counts in self._tokens.items())
        return f", {usd:.2f} USD" if usd else ""
