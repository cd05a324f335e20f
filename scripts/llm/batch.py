"""Batch mode: a step's requests as a batch of the service, at a share of the price, its answers into the same journal.

The step's own script runs with the command of its rule; `open_chat` then gives it a chat that submits what the journal
lacks, or collects what was submitted, and ends the script before it writes its artifact (`instead`). The artifact's own
rule replays the answers later and asks for what is still missing. See docs/batch.md.
"""

from collections.abc import Callable
from typing import Any

from scripts.llm.asking import PARSE_RETRIES, Chat, checked, taken
from scripts.llm.batch_collect import collect
from scripts.llm.batch_state import Batch, folder_of, open_batches
from scripts.llm.batch_submit import submit
from scripts.llm.exchange import Answer, Ask, Backend, Reply, Request
from scripts.llm.remote import Remote
from scripts.provenance.errors import Problem
from scripts.text.files import write_json

_mode: str | None = None


class Finished(Exception):
    """The batch's work is done; the script that asked goes no further."""

    def __init__(self, summary: dict):
        super().__init__(summary)
        self.summary = summary


def instead(mode: str, marker: str, main: Callable[[list[str]], None], words: list[str]) -> None:
    """Runs a step's `main` to submit or collect its requests; writes what came of it to `marker`."""
    global _mode
    _mode = mode
    try:
        main(words)
    except Finished as finished:
        write_json(marker, finished.summary)
    else:
        raise RuntimeError("the script asked no model")
    finally:
        _mode = None


def batched(chat: Chat) -> Any:
    """The chat that a step gets: itself, or in batch mode one that submits; collecting ends the step at once."""
    if _mode == "submit":
        return Submitting(chat, _remote(chat))
    if _mode == "collect":
        raise Finished(collect(chat, _remote(chat)))
    if folder_of(chat.journal.path).is_dir() and (batches := open_batches(chat.journal.path)):
        chat.backend = Awaiting(chat.backend, batches)
    return chat


def _remote(chat: Chat) -> Remote:
    if not isinstance(chat.backend, Remote) or chat.backend.name != "openai":
        raise Problem(f"{chat.backend.name} models are asked in no batches. Give the step a model with backend openai.")
    return chat.backend


class Awaiting:
    """A backend that does not ask for what a batch is about to answer: both would be paid."""

    def __init__(self, backend: Backend, batches: list[Batch]):
        self.name, self.identity, self.priced = backend.name, backend.identity, backend.priced
        self._backend = backend
        self._batches = {key: batch for batch in batches for key in batch.keys()}

    def answer(self, asks: list[Ask], keep: Callable[[Ask, Reply], None]) -> None:
        coming = [self._batches[ask.key] for ask in asks if ask.key in self._batches]
        if coming:
            raise Problem(
                f"{len(coming)} of {len(asks)} missing answers are on their way in batch {coming[0].id or '(?)'}. "
                "Run the target collect_batches and then the same command again; to ask for them live as well, and "
                f"pay twice, remove {coming[0].path.parent}."
            )
        self._backend.answer(asks, keep)


class Submitting:
    """A chat that notes what the journal lacks and submits it at its end."""

    def __init__(self, chat: Chat, backend: Remote):
        self._chat, self._backend = chat, backend
        self._missing: dict[str, Ask] = {}
        self.journal = chat.journal

    def __enter__(self) -> "Submitting":
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        if kind is None:
            raise Finished(submit(self._chat, self._backend, list(self._missing.values())))

    def ask(self, requests: list[Request], parse: Callable[[str], Any]) -> list[Answer]:
        """Answers as far as the journal has them; the first attempt that it lacks is noted."""
        return [self._known(request, parse) for request in requests]

    def once(self, requests: list[Request]) -> list[Answer]:
        """First answers as far as the journal has them; those that it lacks are noted."""
        replies = [self._reply(request, 0) for request in requests]
        return [taken(reply) if reply else Answer("", None, 0) for reply in replies]

    def _reply(self, request: Request, attempt: int) -> Reply | None:
        """What the journal has of an attempt; one that it lacks is noted."""
        ask = self._chat.attempt(request, attempt)
        if ask.key not in self.journal and not self.journal.borrow([ask.key]):
            self._missing[ask.key] = ask
            return None
        return Reply(**self.journal[ask.key])

    def _known(self, request: Request, parse: Callable[[str], Any]) -> Answer:
        for attempt in range(PARSE_RETRIES + 1):
            reply = self._reply(request, attempt)
            if reply is None:
                break
            try:
                return Answer(reply.text, parse(checked(reply)), attempt + 1)
            except ValueError:
                continue
        return Answer("", None, 0)
