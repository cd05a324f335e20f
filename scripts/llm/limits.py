"""Rate limits of an endpoint: so many requests and so many tokens a minute, over all threads of this process."""

import time

CHARACTERS_PER_TOKEN = 4  # of English; a limit needs no better guess
BURST_SECONDS = 1.0  # what may be sent at once after a pause


class Rate:
    """Hands out amounts at an even rate; one larger than the burst is given at once and paid for by those after it."""

    def __init__(self, per_minute: int | None):
        self._seconds_each = 60 / per_minute if per_minute else 0.0
        self._paid_until = 0.0

    def take(self, amount: float) -> float:
        """Seconds to wait for it: turns are given in the order they are asked for."""
        now = time.monotonic()
        turn = max(self._paid_until, now - BURST_SECONDS)
        self._paid_until = turn + amount * self._seconds_each
        return max(turn - now, 0.0)

    def give_back(self, amount: float) -> None:
        """What was taken and not used."""
        self._paid_until -= amount * self._seconds_each


def most_tokens(body: dict) -> int:
    """What a request may cost: its prompt by its characters, and the longest answer it allows."""
    prompt = sum(len(str(message.get("content") or "")) for message in body["messages"])
    return prompt // CHARACTERS_PER_TOKEN + int(body.get("max_tokens") or body.get("max_completion_tokens") or 0)
