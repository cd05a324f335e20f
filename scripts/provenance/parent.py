"""Ends a process with the one that started it (Linux)."""

import ctypes
import os
import signal

_DIE_WITH_PARENT = 1  # prctl PR_SET_PDEATHSIG


def die_with(parent: int) -> None:
    """Ends this process when `parent` ends, or at once when it has ended already."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
