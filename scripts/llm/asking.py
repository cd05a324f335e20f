"""Asks a model a list of requests, in order, through the journal; an unusable answer is asked again."""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Self

from scripts.llm.exchange import Answer, Ask, Backend, Failed, Reply, Request, Sampling, request_key
from scripts.llm.journal import Journal
from scripts.llm.progress import Progress
from scripts.provenance.counts import COUNTS, USED
from scripts.provenance.errors import Problem

log = logging.getLogger(__name__)
_COUNTING = threading.Lock()

PARSE_RETRIES = 3  # requirement A-006
RETRY_TEMPERATURE = 0.7  # a greedy request would give the same unusable answer again
USABLE, CUT = "stop", "length"


class Replayer:
    """Journal in front of a backend: what was answered once is never asked again, whichever thread wants it."""

    borrows = False  # looks for missing answers in the journals of the artifact's siblings

    def __init__(self, backend: Backend, journal: Journal, epoch: int = 0):
        self.backend, self.journal, self.epoch = backend, journal, epoch
        self.progress = Progress(str(journal.path))
        self.counts = dict.fromkeys(
            ("asked", "replayed", "borrowed", "reasked", "failed", "tokens_in", "tokens_out"), 0
        )

    def ask_of(self, id: str, kind: str, sample: str, body: dict, prefix: str = "") -> Ask:
        key = request_key(self.backend.name, self.backend.identity, body, prefix, sample, self.epoch)
        return Ask(key, id, kind, sample, body, prefix)

    def replies(self, asks: Iterable[Ask]) -> dict[str, Reply]:
        """The reply to each ask by key, from the journal or, for those it lacks, from the backend."""
        asks = list(asks)
        wanted = {ask.key: ask for ask in asks}
        if any(key not in self.journal for key in wanted):
            self.journal.own()
        self._count("replayed", sum(ask.key in self.journal for ask in asks))
        if self.borrows:
            self._count("borrowed", self.journal.borrow(wanted))
        while any(key not in self.journal for key in wanted):
            with self.journal.claim(wanted) as missing:
                if missing:
                    self.progress.expect(len(missing))
                    self._fetch([wanted[key] for key in missing])
        found = {ask.key: Reply(**self.journal[ask.key]) for ask in asks}
        for ask in asks:
            self._tally(ask, found[ask.key].usage)
        return found

    def _fetch(self, asks: list[Ask]) -> None:
        failed = None
        try:
            self.backend.answer(asks, self._keep)
        except Failed as problem:
            failed = problem
        if failed:  # raised out here, it drags nothing along
            for id, reason in failed.reasons:
                self.journal.fail({"id": id, "reason": reason})
            raise Problem(f"{failed} {self.journal.failures} lists them.")

    def _keep(self, ask: Ask, reply: Reply) -> None:
        """Called from the backend's thread."""
        self.journal.add(ask, reply, self._priced(ask))
        tokens = reply.usage.get("prompt_tokens", 0), reply.usage.get("completion_tokens", 0)
        self._count("asked", 1)
        self._count("tokens_in", tokens[0])
        self._count("tokens_out", tokens[1])
        self.progress.came(self._priced(ask), *tokens)

    def _count(self, what: str, number: int) -> None:
        with _COUNTING:
            self.counts[what] += number
            COUNTS[what] += number

    def _tally(self, ask: Ask, usage: dict) -> None:
        with _COUNTING:
            used = USED[self._priced(ask)]
            used["requests"] += 1
            used["tokens_in"] += usage.get("prompt_tokens", 0)
            used["tokens_out"] += usage.get("completion_tokens", 0)

    def _priced(self, ask: Ask) -> str:
        return self.backend.priced or ask.body["model"]

    def close(self) -> None:
        self.journal.sync()
        self.progress.end()
        counts = ", ".join(f"{name} {number}" for name, number in self.counts.items())
        log.info("%s: %s", self.journal.path, counts)


class Chat(Replayer):
    """A model with its sampling and its journal; as a context manager it logs the counts at the end."""

    borrows = True

    def __init__(self, backend: Backend, sampling: Sampling, journal: Journal, epoch: int = 0, logprobs: bool = False):
        super().__init__(backend, journal, epoch)
        self.sampling, self.logprobs = sampling, logprobs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, requests: list[Request], parse: Callable[[str], Any]) -> list[Answer]:
        """The answers in the requests' order.

        An answer that was cut, filtered or refused, or for which `parse` raises ValueError, is asked again
        up to PARSE_RETRIES times with a new sample index; then its value is None and the failures file
        lists it.
        """
        answers: list[Answer] = [Answer("", None, 0)] * len(requests)
        pending = list(range(len(requests)))
        for attempt in range(PARSE_RETRIES + 1):
            asks = [self.attempt(requests[place], attempt) for place in pending]
            replies = self.replies(asks)
            unusable = []
            for place, ask in zip(pending, asks, strict=True):
                reply = replies[ask.key]
                logprobs = [tuple(pair) for pair in reply.logprobs] if reply.logprobs else None
                try:
                    value = parse(checked(reply))
                except ValueError as error:
                    value = None
                    unusable.append((place, str(error)))
                answers[place] = Answer(reply.text, value, attempt + 1, logprobs)
            if not unusable:
                return answers
            if attempt < PARSE_RETRIES:
                self._count("reasked", len(unusable))
            pending = [place for place, _ in unusable]
        for place, reason in unusable:
            request = requests[place]
            self.journal.fail({"id": request.id, "kind": request.kind, "reason": reason, "text": answers[place].text})
        self._count("failed", len(unusable))
        log.warning(
            "%d of %d answers stayed unusable, listed in %s",
            len(unusable),
            len(requests),
            self.journal.failures,
        )
        return answers

    def once(self, requests: list[Request]) -> list[Answer]:
        """The first answer to each request, in order, also one that was cut at `max_tokens`: nothing is asked again.

        The value is the text, or None for an answer that was filtered or refused.
        """
        asks = [self.attempt(request, 0) for request in requests]
        replies = self.replies(asks)
        return [taken(replies[ask.key]) for ask in asks]

    def attempt(self, request: Request, attempt: int) -> Ask:
        """What is sent for the request the first time (0), or after so many unusable answers."""
        sampling = self.sampling
        sample = f"{request.sample}.{attempt}" if attempt else str(request.sample)
        if attempt and not sampling.temperature:
            sampling = replace(sampling, temperature=RETRY_TEMPERATURE)
        body = {
            "messages": request.messages,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
        }
        if self.logprobs:
            body["logprobs"] = True
        return self.ask_of(request.id, request.kind, sample, body, request.prefix)


def taken(reply: Reply) -> Answer:
    """A first answer as it came, whole or cut."""
    return Answer(reply.text, reply.text if reply.finish in (USABLE, CUT) else None, 1)


def checked(reply: Reply) -> str:
    """The text of a complete answer; ValueError for one that was cut, filtered or refused."""
    if reply.finish != USABLE:
        raise ValueError(f"the answer ended by {reply.finish}")
    return reply.text
