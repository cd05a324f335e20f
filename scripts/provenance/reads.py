"""Which files a job reads, as far as Python itself opens them (pyarrow, DuckDB, safetensors and tokenizers do not)."""

import os
import sys
import threading

from scripts.provenance.sandbox import environment, shown, undeclared

# Bits of an `open` that reads nothing that was there before.
_NO_READING = os.O_TRUNC | os.O_EXCL | getattr(os, "O_PATH", 0)

_target: list[tuple[set[str], set[int | None]]] = []  # the set to fill, and the threads to leave out


def record() -> set[str]:
    """A set that fills with the paths opened for reading from now on, in this process, until the next call.

    Threads that run already are left out: the door hashes inputs and outputs in one.
    """
    seen: set[str] = set()
    others = {thread.native_id for thread in threading.enumerate()} - {threading.get_native_id()}
    installed = bool(_target)
    _target[:] = [(seen, others)]
    if not installed:  # a hook stays for good
        sys.addaudithook(_note)
    return seen


def below(seen: set[str], protected: list[str]) -> list[str]:
    """The recorded files below `protected` and the project's loaded modules, from the current folder where below it.

    Without folders, compiled code and the environment.
    """
    roots = [os.path.realpath(path) for path in protected]
    aside = [path for path in map(os.path.realpath, environment()) if undeclared(path, roots, [])]
    found = {path for path in {*seen, *_modules()} if "__pycache__" not in path and os.path.isfile(path)}
    return sorted({shown(path) for path in found if undeclared(path, roots, aside)})


def _modules() -> set[str]:
    ours = [module for name, module in list(sys.modules.items()) if name.split(".")[0] in ("scripts", "__main__")]
    specs = [module.__spec__ for module in ours if getattr(module, "__spec__", None)]
    return {spec.origin for spec in specs if spec.has_location}


def _note(event: str, arguments: tuple) -> None:
    """The audit hook, called some 80,000 times a job; an error here would be raised where the file is opened."""
    if event != "open":
        return
    try:
        path, _, flags = arguments
        seen, others = _target[0]
        if flags & _NO_READING or flags & os.O_ACCMODE == os.O_WRONLY:
            return
        if threading.get_native_id() not in others:
            path = os.fsdecode(path)
            seen.add(path if path[:1] == "/" else os.path.join(os.getcwd(), path))
    except (OSError, TypeError, ValueError):
        pass  # a number for a path, or no current folder
