"""What a user reads when requests fail, and when asking on is pointless."""

from scripts.llm.asking import Ask
from scripts.llm.operation import Endpoint
from scripts.provenance.errors import Problem

_FATAL = {401: "refused the key", 403: "denied access", 404: "does not know the model or the address"}


class NotACompletion(Exception):
    """A 200 whose body is no chat completion, such as a proxy's page."""


class Faults:
    """What could not be asked. SDK errors carry the prompt, so only their kind and status are kept."""

    def __init__(self, place: Endpoint, at_once: int):
        self.place, self.patience = place, max(at_once, 8)
        self.failed: list[tuple[str, str]] = []
        self.in_a_row = 0
        self.stop: Exception | None = None

    def add(self, ask: Ask, error: Exception) -> None:
        if isinstance(error, Problem):  # a full disk, not weather
            self.stop = self.stop or error
            return
        status, code = getattr(error, "status_code", None), getattr(error, "code", None)
        self.failed.append((ask.id, " ".join(str(part) for part in (type(error).__name__, status, code) if part)))
        self.in_a_row += 1
        place = self.place
        again = "All answers so far are kept: run the same command again for the rest."
        if code == "insufficient_quota":
            self.stop = Problem(f"The quota at {place.base_url} is used up. Add credit. {again}")
        elif status in _FATAL:
            key = f" (key from {place.key_env})" if place.key_env else ""
            self.stop = Problem(f"{place.base_url} {_FATAL[status]}{key}, status {status}. Mend the entry. {again}")
        elif self.in_a_row >= self.patience:
            self.stop = Problem(
                f"{place.base_url} failed {self.in_a_row} times in a row (last: {self.failed[-1][1]}). "
                f"See to the address or wait. {again}"
            )

    def report(self, asked: int) -> None:
        if self.stop:
            raise self.stop
        if self.failed:
            raise Problem(
                f"{len(self.failed)} of {asked} requests failed after all tries (first: {self.failed[0][0]}, "
                f"{self.failed[0][1]}). Run the same command again: only these are asked again."
            )
