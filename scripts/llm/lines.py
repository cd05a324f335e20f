"""The lines of a journal as they are read: those that hold a whole answer, and how many do not.

A file that was edited or cut may hold anything; what is no whole answer is passed over and asked again.
"""

import json
import math
from collections.abc import Iterable

from scripts.llm.spent import tokens_of

REPLY = ("text", "finish", "usage", "retries", "logprobs", "response")
DAMAGED = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)  # that reading a line raises


def replies_in(lines: Iterable[bytes]) -> tuple[dict[str, dict], int]:
    """Replies by key (the first of equal keys, so that replays agree) and the number of damaged lines."""
    replies: dict[str, dict] = {}
    damaged = 0
    for line in lines:
        if not line:
            continue
        try:
            record = json.loads(line)
            replies.setdefault(_key(record), reply_of(record))
        except DAMAGED:
            damaged += 1
    return replies, damaged


def reply_of(record: dict) -> dict:
    """What a line says of the reply; an error of DAMAGED when a part is missing or of a wrong kind."""
    kept = {name: record[name] for name in REPLY if name in record}
    if not (isinstance(kept["text"], str) and isinstance(kept["finish"], str)):
        raise ValueError("no answer")
    tokens_of(kept.get("usage", {}))
    retries = kept.get("retries", 0)
    if type(retries) is not int or retries < 0:
        raise ValueError("no number of retries")
    if not isinstance(kept.get("response", {}), dict):
        raise ValueError("no response")
    if not all(isinstance(text, str) and math.isfinite(number) for text, number in kept.get("logprobs", [])):
        raise ValueError("no probabilities of tokens")
    return kept


def _key(record: dict) -> str:
    if not isinstance(record["key"], str):
        raise TypeError("no key")
    return record["key"]
