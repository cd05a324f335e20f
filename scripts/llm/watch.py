"""Runs a server until its job is gone, whatever ended that: `python -m scripts.llm.watch COMMAND …`.

Standard input is a pipe of which the job alone holds the other end. When the job stops, crashes or is killed outright,
the pipe closes; the server is then asked to end, and after GRACE_SECONDS killed with all that it has started, also
with what has left its process group (such as an engine that holds the GPU's memory).
"""

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
from pathlib import Path

from scripts.provenance.parent import die_with

GRACE_SECONDS = 10.0
_SUBREAPER = 36  # prctl PR_SET_CHILD_SUBREAPER
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def watch(words: list[str]) -> int:
    """Runs the command until it ends or standard input does; returns its exit code, 128 + n for a signal."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # the job decides
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)  # what the server leaves behind becomes our child
    watcher = os.getpid()

    def prepare() -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        die_with(watcher)

    server = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=prepare)
    end = os.pidfd_open(server.pid)
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(end, selectors.EVENT_READ)
        if end not in [key.fd for key, _ in selector.select()]:
            server.terminate()
            selector.unregister(0)
            selector.select(GRACE_SECONDS)
    server.kill()
    code = server.wait()
    _kill_all()
    return 128 - code if code < 0 else code


def _kill_all() -> None:
    """Kills every process below this one; those that come to us meanwhile too."""
    while children := _children(os.getpid()):
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)


def _children(parent: int) -> list[int]:
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if int(Path("/proc", name, "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(name))
    return found


if __name__ == "__main__":
    sys.exit(watch(sys.argv[1:]))
