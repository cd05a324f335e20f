"""Waits for an artifact's batches and puts their answers into its journal, joined on the request's key."""

import json
import logging
import time
from collections import Counter
from typing import Any

from scripts.llm.asking import Chat
from scripts.llm.batch_service import Service, Unseen
from scripts.llm.batch_state import Batch, named, say
from scripts.llm.batch_submit import settled
from scripts.llm.exchange import Ask, Reply
from scripts.llm.faults import CODE
from scripts.llm.operation import batch_patience
from scripts.llm.remote import Remote, completion_in, read_completion
from scripts.provenance.errors import Problem

log = logging.getLogger(__name__)

FIRST_SECONDS, LAST_SECONDS = 0.5, 60.0  # between two looks
ENDED = ("completed", "failed", "expired", "cancelled")


def collect(chat: Chat, backend: Remote) -> dict:
    """Waits for the open batches and keeps their answers; how many, and why others have none.

    A Problem when `operation.batch_api.patience` ends before they do, or when the service refused one whole.
    """
    journal = chat.journal
    service = Service(backend.place, backend.require_key())
    waiting = settled(service, journal.path)
    totals: Counter = Counter()
    refused: list[str] = []
    seconds, start = FIRST_SECONDS, time.monotonic()
    heard = start
    while True:
        for batch in list(waiting):
            try:
                seen = service.see(batch)
                if seen.status in ENDED:
                    totals += _take(chat, service, batch, seen)
                    waiting.remove(batch)
                    refused += [f"{batch.id} ({_codes(seen)})"] if seen.status == "failed" else []
                elif batch.status != seen.status:
                    batch.status = seen.status
                    batch.save()
                heard = time.monotonic()
            except Unseen as problem:
                if not problem.passing or time.monotonic() - heard > backend.place.patience:
                    raise
                log.warning("%s", problem)
        if not waiting:
            break
        if time.monotonic() - start > batch_patience():
            raise Problem(
                f"{len(waiting)} batches of {named(journal.path)} are not finished ({waiting[0].id}: "
                f"{waiting[0].status}). What came is kept: run the same command again later."
            )
        time.sleep(seconds)
        seconds = min(2 * seconds, LAST_SECONDS)
    if refused:
        raise Problem(
            f"The service refused {', '.join(refused)} of {named(journal.path)}; nothing of it was answered. "
            "See to the reason and submit again."
        )
    say(f"{named(journal.path)}: {totals['answered']} answers collected" + _others(totals))
    return {"answered": totals["answered"], "unanswered": totals["unanswered"], "reasons": _reasons(totals)}


def _take(chat: Chat, service: Service, batch: Batch, seen: Any) -> Counter:
    """Keeps the answers of a batch that has ended and closes it; requests by what became of them."""
    asks = {key: Ask(key, id, kind, sample, {}) for key, id, kind, sample in batch.listed()}
    answered: set[str] = set()
    reasons: dict[str, str] = {}
    for file in (seen.output_file_id, seen.error_file_id):
        for record in service.lines(file):
            ask = asks.get(record.get("custom_id"))
            if ask is None:
                log.warning("%s: an answer to nothing that was asked", batch.id)
            elif reply := reply_in(record):
                chat.journal.add(ask, reply, batch.model, batch=True)
                answered.add(ask.key)
            else:
                reasons[ask.key] = _reason(record)
    chat.journal.sync()
    batch.close()
    missing = Counter(reasons.get(key, seen.status) for key in asks if key not in answered)
    log.info("%s %s: %d of %d answered, missing %s", batch.id, seen.status, len(answered), len(asks), dict(missing))
    return Counter(answered=len(answered), unanswered=len(asks) - len(answered)) + missing


def reply_in(record: dict) -> Reply | None:
    """The reply in a line of an output file; None where there is no completion."""
    response = record.get("response")
    if not isinstance(response, dict) or response.get("status_code") != 200:
        return None
    completion = completion_in(json.dumps(response.get("body")).encode())
    return read_completion(completion) if completion else None


def _reason(record: dict) -> str:
    """The code of a failed request, in a word that holds nothing of it."""
    error, response = record.get("error"), record.get("response")
    code = error.get("code") if isinstance(error, dict) else None
    code = code or (response.get("status_code") if isinstance(response, dict) else None)
    return str(code) if CODE.fullmatch(str(code)) and code != 200 else "no_completion"


def _codes(seen: Any) -> str:
    """Why the service refused a batch."""
    found = [error.code or "" for error in (seen.errors.data or [])] if seen.errors else []
    return ", ".join(sorted({code for code in found if CODE.fullmatch(code)})) or "no reason given"


def _others(totals: Counter) -> str:
    if not totals["unanswered"]:
        return ""
    why = ", ".join(f"{name} {number}" for name, number in _reasons(totals).items())
    return f"; {totals['unanswered']} have none ({why}): submit again, or the artifact's own rule asks for them live"


def _reasons(totals: Counter) -> dict[str, int]:
    return {name: number for name, number in sorted(totals.items()) if name not in ("answered", "unanswered")}
