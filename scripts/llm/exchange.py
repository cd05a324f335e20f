"""What passes between a step, the journal and a model: requests, attempts, replies, answers, and an attempt's key."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from scripts.provenance.errors import Problem

SCHEMA = 1  # raise it when what a key stands for changes


@dataclass(frozen=True)
class Sampling:
    """How tokens are drawn: temperature 0 is greedy, `max_tokens` bounds one answer."""

    temperature: float
    top_p: float
    max_tokens: int


@dataclass(frozen=True)
class Request:
    """One question. `kind` is the prompt's id; `prefix` is text the answer must begin with (local models)."""

    id: str
    kind: str
    messages: list[dict[str, str]]
    sample: int = 0
    prefix: str = ""


@dataclass(frozen=True)
class Answer:
    """`value` is what the parser returned, None when every attempt stayed unusable.

    `token_logprobs` are (token text, log-probability) of a local model that was opened with them; the texts
    joined are `text` without the request's prefix.
    """

    text: str
    value: Any
    attempts: int
    token_logprobs: list[tuple[str, float]] | None = None


@dataclass(frozen=True)
class Ask:
    """One attempt at a request as a backend sends it: a chat completions body without the model's name."""

    key: str
    id: str
    kind: str
    sample: str
    body: dict
    prefix: str = ""


@dataclass(frozen=True)
class Reply:
    """A model's answer; `finish` is `stop`, or why it cannot be used (length, content_filter, refusal, …)."""

    text: str
    finish: str
    usage: dict = field(default_factory=dict)
    retries: int = 0
    logprobs: list | None = None
    response: dict | None = None


class Failed(Problem):
    """Requests that could not be had while others could; `reasons` by their ids."""

    def __init__(self, message: str, reasons: list[tuple[str, str]]):
        super().__init__(message)
        self.reasons = reasons


class Backend(Protocol):
    """A place that answers. `identity` names the weights or the model, so a retrained one is another."""

    name: str
    identity: str
    priced: str | None  # as resources/prices.csv calls it; None: as each request does

    def answer(self, asks: list[Ask], keep: Callable[[Ask, Reply], None]) -> None:
        """Calls `keep` once for every ask as its answer comes; raises Problem when some cannot be had."""


def request_key(backend: str, identity: str, body: dict, prefix: str, sample: str, epoch: int) -> str:
    """The sha256 of all that an answer depends on; addresses and ports are left out.

    A local model draws its noise from it, so it stands in code that signatures cover, not with the journal.
    """
    stands_for = [SCHEMA, backend, identity, body, prefix, sample, epoch]
    text = json.dumps(stands_for, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
