"""The event loop of this process, in a thread of its own: calls from several threads run on it at once."""

import threading
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

_STARTING = threading.Lock()
_loop: "asyncio.AbstractEventLoop | None" = None


def run(coroutine: Coroutine) -> Any:
    """What the coroutine returns or raises; it is cancelled when the thread that waits is interrupted."""
    import asyncio

    future = asyncio.run_coroutine_threadsafe(coroutine, _running())
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


def _running() -> "asyncio.AbstractEventLoop":
    """The loop, started by the first call (in a confined job: after its confinement, which it inherits)."""
    import asyncio

    global _loop
    with _STARTING:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="asking", daemon=True).start()
        return _loop


def later(work: Any) -> None:
    """Starts the coroutine function on the loop and waits for nothing."""
    if _loop is not None:
        _loop.call_soon_threadsafe(lambda: _loop.create_task(work()))
