"""llm.budget_usd over all jobs that write below one journal root, at once.

What was spent is what the journals hold (scripts/llm/ledger.py). A job takes room in the budget before it asks
(scripts/llm/purse.py), and a batch before it is sent. Rooms of jobs that are gone lapse.

A request whose answer comes back unread (a read time-out, a killed job) may be billed and is in no journal.
"""

import bisect
import itertools
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scripts.llm.ledger import Ledger
from scripts.llm.operation import budget_usd, prices
from scripts.llm.purse import Purse
from scripts.provenance.errors import Problem

_PURSES: dict[tuple[int, Path, str], Purse] = {}
_OPENING = threading.Lock()


@contextmanager
def spending(bodies: list[tuple[str, dict]], journal: Path | None) -> Iterator[dict[str, Purse]]:
    """What this process may spend on the answers of each model, for a call that asks models for those bodies.

    Empty without a budget. A Problem when a request has no price or no bound, or when the sums that budgets go by would
    not see the journal that its answer is for; nothing was asked then.
    """
    limit = budget_usd()
    if limit is None:
        yield {}
        return
    root = _root()
    if journal is not None:
        _require_seen(journal, root)
    with ExitStack() as calls:
        purses = {model: calls.enter_context(_call(root, limit, model)) for model in sorted({m for m, _ in bodies})}
        for model, body in bodies:
            purses[model].most(body)
        yield purses


@contextmanager
def _call(root: Path, limit: float, model: str) -> Iterator[Purse]:
    """The model's purse, whose room is given back when the last call that uses it ends."""
    with _OPENING:
        key = (os.getpid(), root, model)
        purse = _PURSES.setdefault(key, Purse(Ledger(root, prices()), limit, model))
        purse.calls += 1
    try:
        yield purse
    finally:
        with _OPENING:
            purse.calls -= 1
            if not purse.calls:
                purse.give_back()


@contextmanager
def room_for_batch(model: str, bodies: list[dict]) -> Iterator[tuple[int, float]]:
    """How many of the requests, from the first, a batch may hold now, and the USD that their answers can cost at most.

    No other job takes room within the context: what the batch may cost is to be written down there (batch_state.py).
    """
    limit = budget_usd()
    if limit is None:
        yield len(bodies), 0.0
        return
    ledger = Ledger(_root(), prices())
    purse = Purse(ledger, limit, model)
    sums = list(itertools.accumulate(purse.most(body, batch=True) for body in bodies))
    with ledger.open() as state:
        free = limit - ledger.spent(state) - ledger.set_aside(state, model)
        number = bisect.bisect_right(sums, free)
        yield number, sums[number - 1] if number else 0.0


def _root() -> Path:
    return Path(os.environ.get("AFFIRM_JOURNAL") or "journal").absolute()


def _require_seen(journal: Path, root: Path) -> None:
    """A Problem when the ledger of the root does not count the journal: every job would forget what it paid there."""
    below = Path(os.path.abspath(journal)).is_relative_to(os.path.abspath(root))
    if not (below or journal.resolve().is_relative_to(root.resolve())) or journal.suffix != ".jsonl":
        raise Problem(
            f"llm.budget_usd cannot be held with the journal {journal}: it counts *.jsonl below {root} alone. Name a "
            "journal there, let AFFIRM_JOURNAL name another folder, or set llm.budget_usd: null. Nothing was asked."
        )
