"""When dialogues advance: all in lock step, or each on a thread of its own.

A model in this process answers a batch at once, so all dialogues wait for it together. Models behind an address answer
one by one: there a slow answer holds up its own dialogue and no other. The turns are the same functions either way.
"""

import logging
import queue
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

Exchange = Callable[[list[dict]], None]


def play(dialogues: list[dict], exchange: Exchange, most: int, at_once: int | None) -> None:
    """Gives the dialogues exchanges until each has an `end_reason`; after `most` that is `limit`.

    `exchange` advances those it is given. `at_once` dialogues are under way, each for itself; None: all in lock step.
    The first error stops all: what is in flight is awaited, and the error raised. A signal awaits nothing.
    """
    if at_once is None:
        _advance(dialogues, exchange, most, threading.Event())
    else:
        _apart(dialogues, exchange, most, at_once)


def _advance(dialogues: list[dict], exchange: Exchange, most: int, stop: threading.Event) -> None:
    for number in range(1, most + 1):
        under_way = [dialogue for dialogue in dialogues if dialogue["end_reason"] is None]
        if not under_way or stop.is_set():
            return
        exchange(under_way)
        if len(dialogues) > 1:
            log.info("exchange %d of at most %d: %d dialogues", number, most, len(under_way))
    for dialogue in dialogues:
        dialogue["end_reason"] = dialogue["end_reason"] or "limit"


def _apart(dialogues: list[dict], exchange: Exchange, most: int, at_once: int) -> None:
    waiting: queue.SimpleQueue[dict] = queue.SimpleQueue()
    for dialogue in dialogues:
        waiting.put(dialogue)
    stop, errors = threading.Event(), []

    def work() -> None:
        while not stop.is_set():
            try:
                dialogue = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                _advance([dialogue], exchange, most, stop)
            except BaseException as error:
                errors.append(error)
                stop.set()

    # Daemons: the job may be told to end while an answer is awaited.
    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(at_once, len(dialogues)))]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        stop.set()
    if errors:
        raise errors[0]
