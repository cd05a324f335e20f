"""What the answers of journals took, from the lines' own usage: requests and tokens by model, day and way of asking.

An answer counts where it was paid: not where it was copied from a sibling's journal (`from`), and as often as it stands
there. What was paid and never reached a journal (a request in flight when its job was killed, a read time-out) cannot
be seen; cached input tokens count at the full price, so sums are upper bounds where the service gives a discount.
"""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from scripts.llm.prices import Prices


class Group(NamedTuple):
    """Answers that are added up: of one model, on one day (UTC), asked live or by the Batch API."""

    model: str  # as prices.csv calls it
    day: str
    batch: bool


class Used(NamedTuple):
    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    def plus(self, other: "Used") -> "Used":
        return Used(*(a + b for a, b in zip(self, other, strict=True)))


def used_in(lines: Iterable[bytes]) -> dict[Group, Used]:
    """The sums over a journal's lines; unreadable ones (which are asked again) are passed over."""
    totals: dict[Group, Counter] = {}
    for line in lines:
        try:
            record = json.loads(line)
            if "from" in record:
                continue
            tokens = tokens_of(record["usage"])
            day = datetime.fromtimestamp(record["at"], UTC).date().isoformat()
            group = Group(record.get("model", ""), day, bool(record.get("batch")))
            if not isinstance(group.model, str):
                continue
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            continue
        total = totals.setdefault(group, Counter())
        total.update(requests=1, tokens_in=tokens[0], tokens_out=tokens[1])
    return {group: Used(total["requests"], total["tokens_in"], total["tokens_out"]) for group, total in totals.items()}


def tokens_of(usage: dict) -> tuple[int, int]:
    """Tokens read and written; ValueError when one is no count, AttributeError when `usage` is no mapping."""
    read, written = usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)
    if not all(type(count) is int and count >= 0 for count in (read, written)):
        raise ValueError("usage that counts nothing")
    return read, written


def usd_of(used: dict[Group, Used], prices: Prices) -> float:
    """What it cost; KeyError with the model's name where a model has no price."""
    return sum(prices[group.model].usd(total.tokens_in, total.tokens_out, group.batch) for group, total in used.items())
