"""Sends requests as batches: what the journal lacks and no open batch is to answer, as far as the budget goes."""

import json
from collections.abc import Iterator
from pathlib import Path

from scripts.llm.asking import Chat
from scripts.llm.batch_service import PATH, Service
from scripts.llm.batch_state import Batch, batch_of, named, open_batches, say
from scripts.llm.budget import room_for_batch
from scripts.llm.exchange import Ask
from scripts.llm.remote import Remote
from scripts.provenance.errors import Problem

MOST_REQUESTS, MOST_BYTES = 50_000, 200_000_000  # of one file, by the service's documentation


def submit(chat: Chat, backend: Remote, missing: list[Ask]) -> dict:
    """Sends those of the missing requests that are not on their way yet; how many, in which batches."""
    journal, model = chat.journal.path, backend.priced or ""
    service = Service(backend.place, backend.require_key())
    known = settled(service, journal)
    coming = {key for batch in known for key in batch.keys()}
    todo = [ask for ask in missing if ask.key not in coming]
    sent: list[Batch] = []
    for part in parts_of(todo, backend):
        batch = _reserved(journal, model, part)
        if batch is None:
            break
        lines = b"".join(line_of(ask, backend) for ask in part[: batch.requests])
        batch.id = service.find(batch) or service.create(batch, named(journal), lines)
        batch.status = "validating"
        batch.save()
        sent.append(batch)
        if batch.requests < len(part):
            break
    submitted = sum(batch.requests for batch in sent)
    left = len(todo) - submitted
    if left and not sent:
        raise Problem(
            f"llm.budget_usd leaves no room for a request of {named(journal)}: a batch holds what its answers can cost "
            "at most until it is collected. Collect what is open, or raise the budget."
        )
    summary = {
        "submitted": submitted,
        "coming": sum(ask.key in coming for ask in missing),
        "left": left,
        "batches": sorted(batch.id for batch in [*known, *sent]),
        "usd_at_most": sum(batch.usd for batch in sent),
    }
    say(
        f"{named(journal)}: {submitted} requests submitted in {len(sent)} batches, {summary['coming']} already coming"
        + (f"; {left} had no room in llm.budget_usd: submit again after collecting" if left else "")
    )
    return summary


def _reserved(journal: Path, model: str, part: list[Ask]) -> Batch | None:
    """The batch of as many of the requests as the budget has room for, written down with that room; or None."""
    with room_for_batch(model, [ask.body for ask in part]) as (number, usd):
        if not number:
            return None
        batch = batch_of(journal, part[:number], model)
        batch.usd = usd
        batch.begin(part[:number])
    return batch


def settled(service: Service, journal: Path) -> list[Batch]:
    """The open batches. One whose job was killed while it submitted is found at the service, or closed."""
    for batch in open_batches(journal):
        if not batch.id:
            batch.id, batch.status = service.find(batch) or "", "validating"
            if batch.id:
                batch.save()
            else:
                batch.close()
    return open_batches(journal)


def line_of(ask: Ask, backend: Remote) -> bytes:
    """The request as a line of a batch's file; answers are joined on its key."""
    body, _ = backend.request(ask)
    line = {"custom_id": ask.key, "method": "POST", "url": PATH, "body": body}
    return json.dumps(line).encode() + b"\n"


def parts_of(asks: list[Ask], backend: Remote) -> Iterator[list[Ask]]:
    """The requests cut into what one file may hold."""
    part: list[Ask] = []
    size = 0
    for ask in asks:
        length = len(line_of(ask, backend))
        if part and (len(part) == MOST_REQUESTS or size + length > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(ask)
        size += length
    if part:
        yield part
