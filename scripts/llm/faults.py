"""What a user reads when requests fail, how long a fault is waited for, and when asking on is pointless.

The SDK tries each request nine times (transport.py). What is left is decided here:

| fault | what is done |
|---|---|
| quota used up, key refused, model or address unknown | stop at once |
| the endpoint asks for a longer wait than the SDK's 120 s | nothing is sent until then; beyond `patience`, stop |
| 429 after all tries | tried on for `patience`, then stop |
| no connection, 502-504, time-out; nobody else is answered | tried on for `patience` if it ever answered, then stop |
| the same while others are answered, twice over | this request failed, the others go on |
| 500, 400, a connection that breaks, no completion | this request failed, the others go on |
| so many failures in a row as there are requests at once, and at least 8 | stop |

Stopping keeps every answer that came; the same command asks only for the rest.
"""

import email.utils
import logging
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scripts.llm.exchange import Ask, Failed
from scripts.llm.operation import Endpoint
from scripts.provenance.errors import Problem

log = logging.getLogger(__name__)

ROUND_SECONDS = 8.0  # between the SDK's rounds of tries
PAGE_RETRIES = 3  # for a 200 that is no completion
AGAIN = "All answers so far are kept: run the same command again for the rest."
_FATAL = {401: "refused the key", 403: "denied access", 404: "does not know the model or the address"}
KEY_ENV = "OPENAI_API_KEY"  # what a command typed by hand reads
_AWAY = {502, 503, 504}
_NO_CONNECTION = {"ConnectError", "ConnectTimeout"}
CODE = re.compile(r"[A-Za-z_.]{1,48}|\d{1,6}")  # no key looks like that, nor does a prompt
_MEDIA = re.compile(r"[a-z]+/[a-z.+-]{1,48}(?=;|$)")


class NotACompletion(Exception):
    """A 200 whose body is no chat completion, such as a proxy's page; its text is the content type."""


class Stopped(Exception):
    """Asking ended while this request waited for its turn."""


@dataclass
class Trial:
    """One request's rounds of tries; times are monotonic seconds."""

    first: float = 0.0  # when the first round began
    began: float = 0.0  # when this round began
    round: int = 0
    beside: int = 0  # rounds in a row that failed while others were answered

    def begin(self) -> None:
        self.began = time.monotonic()
        self.first = self.first or self.began
        self.round += 1


class Weather:
    """How an endpoint does, over all calls that are under way at the same time."""

    def __init__(self, place: Endpoint, at_once: int, answered_at: float | None):
        import anyio

        self.place, self.tolerance = place, max(at_once, 8)
        self.answered_at = answered_at  # monotonic seconds of its last answer in this process
        self.in_a_row = 0
        self.stop: Problem | None = None
        self._stopped = anyio.Event()
        self._closed_until = self._told_at = 0.0

    def fine(self) -> None:
        self.answered_at = time.monotonic()
        self.in_a_row = 0

    def end(self, problem: Problem) -> None:
        """Nothing more is sent; the first reason stands."""
        self.stop = self.stop or problem
        self._stopped.set()

    async def calm(self, seconds: float = 0.0) -> None:
        """Waits so long, and as long as the endpoint wants to be left alone; Stopped when asking has ended."""
        import anyio

        until = time.monotonic() + seconds
        while not self.stop and (left := max(until, self._closed_until) - time.monotonic()) > 0:
            with anyio.move_on_after(left):
                await self._stopped.wait()
        if self.stop:
            raise Stopped

    def wait_after(self, error: Exception, trial: Trial) -> float | None:
        """Seconds until a request that failed is tried again, or None to give it up; may end all asking."""
        now = time.monotonic()
        status = getattr(error, "status_code", None)
        if isinstance(error, NotACompletion):
            return 2.0 ** (trial.round - 1) - 0.5 if trial.round <= PAGE_RETRIES else None
        if fatal := self._fatal(error):
            self.end(fatal)
            return None
        if status in (429, 503) and (asked := seconds_asked(error)):
            return self._left_alone(asked, now, trial.first, error)
        if status != 429:
            if not away(error):
                return None
            others = self.answered_at is not None and self.answered_at > trial.began
            trial.beside = trial.beside + 1 if others else 0
            if trial.beside >= (1 if timed_out(error) else 2):
                return None  # one round may lie across the beginning or the end of an outage
        if now - trial.first < self.place.patience and (self.answered_at or status == 429):
            if now - self._told_at > 30:
                self._told_at = now
                log.warning("%s: %s; waiting for it", self.place.base_url, what(error))
            return ROUND_SECONDS
        self.end(self._gone(error, now - trial.first))
        return None

    def _fatal(self, error: Exception) -> Problem | None:
        place, status = self.place, getattr(error, "status_code", None)
        if getattr(error, "code", None) == "insufficient_quota":
            return Problem(f"The quota at {place.base_url} is used up. Add credit. {AGAIN}")
        if status == 401 and not place.key_env:
            return Problem(f"{place.base_url} wants a key and none was sent, status 401. Set {KEY_ENV}. {AGAIN}")
        if status in _FATAL:
            key = f" (key from {place.key_env})" if place.key_env else ""
            return Problem(f"{place.base_url} {_FATAL[status]}{key}, status {status}. Mend the entry. {AGAIN}")
        return None

    def _left_alone(self, asked: float, now: float, first: float, error: Exception) -> float | None:
        until = f"{datetime.now(UTC) + timedelta(seconds=asked):%Y-%m-%d %H:%M} UTC"
        if now - first + asked > self.place.patience:
            self.end(
                Problem(
                    f"{self.place.base_url} asks to be left alone for {asked:.0f} s, until {until} ({what(error)}). "
                    "All answers so far are kept: run the same command again then."
                )
            )
            return None
        self._closed_until = max(self._closed_until, now + asked)
        log.warning("%s asks to be left alone for %.0f s; going on at %s", self.place.base_url, asked, until)
        return asked

    def _gone(self, error: Exception, seconds: float) -> Problem:
        url, last = self.place.base_url, what(error)
        if getattr(error, "status_code", None) == 429:
            limits = "Lower operation.concurrency, or set its requests_per_minute"
            return Problem(f"{url} has refused requests as too many for {seconds:.0f} s ({last}). {limits}. {AGAIN}")
        if getattr(error, "status_code", None) is None and self.answered_at is None:
            return Problem(f"{url} cannot be reached ({last}). See to the address and the network. {AGAIN}")
        return Problem(f"{url} has given no answer for {seconds:.0f} s ({last}). Wait until it is back. {AGAIN}")


class Faults:
    """What could not be asked in one call. SDK errors carry the prompt, so only their kind and status are kept."""

    def __init__(self, weather: Weather):
        self.weather = weather
        self.failed: list[tuple[str, str]] = []

    def add(self, ask: Ask, error: Exception) -> None:
        weather = self.weather
        if isinstance(error, Problem):  # a full disk, not weather
            weather.end(error)
            return
        self.failed.append((ask.id, what(error)))
        weather.in_a_row += 1
        if weather.in_a_row >= weather.tolerance:
            weather.end(
                Problem(
                    f"{weather.place.base_url} failed {weather.in_a_row} times in a row (last: {self.failed[-1][1]}). "
                    f"See to the address or wait. {AGAIN}"
                )
            )

    def report(self, asked: int) -> None:
        """The Problem of the call, if there is one."""
        if self.weather.stop:
            raise Problem(str(self.weather.stop))
        if self.failed:
            raise Failed(
                f"{len(self.failed)} of {asked} requests failed after all tries (first: {self.failed[0][0]}, "
                f"{self.failed[0][1]}). Run the same command again: only these are asked again.",
                self.failed,
            )


def what(error: Exception) -> str:
    """Kind, cause, status and code of an error, in words that hold nothing of the request."""
    code = str(getattr(error, "code", None) or "")
    words = [type(error).__name__, getattr(error, "status_code", ""), code if CODE.fullmatch(code) else ""]
    cause = type(error.__cause__).__name__ if error.__cause__ else ""
    if isinstance(error, NotACompletion):
        media = _MEDIA.match(str(error))
        words, cause = ["no chat completion but", media[0] if media else "something unnamed"], ""
    return " ".join(str(word) for word in words if word) + (f", {cause}" if cause else "")


def away(error: Exception) -> bool:
    """Whether the endpoint seems not to be there. One that takes a request and hangs up is there."""
    status = getattr(error, "status_code", None)
    return status in _AWAY or timed_out(error) or type(error.__cause__).__name__ in _NO_CONNECTION


def timed_out(error: Exception) -> bool:
    """Whether an answer took too long so often (transport.py), rather than the connection to come about."""
    return type(error).__name__ == "APITimeoutError" and error.__cause__ is None


def seconds_asked(error: Exception) -> float | None:
    """How long the endpoint asks to be left alone (Retry-After, in seconds or as a date)."""
    response = getattr(error, "response", None)
    said = response.headers.get("retry-after", "") if response is not None else ""
    try:
        return max(float(said), 0.0)
    except ValueError:
        pass
    try:
        return max(email.utils.parsedate_to_datetime(said).timestamp() - time.time(), 0.0)
    except (TypeError, ValueError):
        return None
