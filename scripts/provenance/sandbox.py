"""A job reads only what it declares: Landlock (Linux 5.19 or newer, no root) refuses every other file of the project.

Reading files is all that is restricted; listing, writing, renaming and running stay as they were. What appears later
beside a protected folder, or beside a folder above it, cannot be read either: a job that uses the temporary folder
there wants a TMPDIR of its own among its readable folders.
"""

import argparse
import ctypes
import os
import re
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath

from scripts.provenance.signature import ROOT, closure

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # landlock_create_ruleset, _add_rule, _restrict_self
_READ_FILE, _REFER = 1 << 2, 1 << 13
_BELOW_PATH, _ASK_VERSION, _NO_NEW_PRIVILEGES = 1, 1, 38
_LIBC = ctypes.CDLL(None)
_LIBC.syscall.restype = ctypes.c_long

# What libraries say of a file they may not open: tokenizers an Exception, safetensors "No such file or directory".
_REFUSALS = ("ermission denied", "No such file or directory")
_QUOTED = re.compile(r"'([^'\n]+)'|\"([^\"\n]+)\"|`([^`\n]+)`")
_BETWEEN_WORDS = re.compile(r"[\s'\"`,;:=()\[\]{}<>|&]+")
_DOOR = "scripts/__main__.py"
_DOORS_OWN = re.compile(r"(^|/)scripts/(__main__\.py|provenance/)")  # knows paths that no job wanted to read: logs …


def confine(protected: list[str], readable: list[str]) -> bool:
    """Restricts this thread, its later threads and processes: below `protected` only `readable` can be read.

    Threads started before keep their rights. False, and nothing is enforced, where the kernel has no Landlock, one
    that would forbid renames from folder to folder (before 5.19), or where a folder above cannot be listed.
    """
    if sys.platform != "linux" or _syscall(_CREATE, None, 0, _ASK_VERSION) < 2:
        return False
    handled = struct.pack("=Q", _READ_FILE | _REFER)
    ruleset = _syscall(_CREATE, handled, len(handled), 0)
    if ruleset < 0:
        return False

    def allow(path: str, access: int = _READ_FILE) -> None:
        try:
            file = os.open(path, os.O_PATH | os.O_NOFOLLOW)  # a link beside a protected folder may lead into it
        except OSError:
            return  # gone or out of reach for us anyway
        _syscall(_ADD, ruleset, _BELOW_PATH, struct.pack("=Qi", access, file), 0)
        os.close(file)

    roots = {path for path in _real(protected) if os.path.exists(path)}
    try:
        allow("/", _REFER)
        _allow_around("/", roots, allow)
        for path in _real(readable):
            if _inside(path, roots):  # a folder that holds a protected one would open it whole
                allow(path)
        _LIBC.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return _syscall(_RESTRICT, ruleset, 0) == 0
    except OSError:
        return False
    finally:
        os.close(ruleset)


def readable_code(module: str) -> list[str]:
    """Files and folders that hold what a job of the script `module` (path from the root) may run.

    Its closure and the door's, each with its own compiled file (a whole `__pycache__` would satisfy an undeclared
    import), and the environment.
    """
    sources = {Path(file) for file in closure(module) | closure(_DOOR)}
    sources |= {folder / "__init__.py" for file in sources for folder in file.parents if folder.name}
    compiled = {file.parent / "__pycache__" / f"{file.stem}.{sys.implementation.cache_tag}.pyc" for file in sources}
    return [*sorted(str(ROOT / file) for file in sources | compiled), *environment()]


def environment() -> list[str]:
    """The folders of the Python that runs."""
    return sorted({sys.prefix, sys.base_prefix})


def refused(error: BaseException, protected: list[str], readable: list[str]) -> str | None:
    """The file (or folder, where no file is told) whose undeclared read `error` is about; None for any other error."""
    roots = _real(protected)
    opened = [path for path in _real(readable) if _inside(path, roots)]

    def first(texts: Iterable[str]) -> str | None:
        found = [text for text in texts if undeclared(text, roots, opened)]
        return min(found, key=os.path.isdir, default=None)

    signs = [link for link in _chain(error) if _is_refusal(link)]
    name = first(text for link in signs for text in _named(link))
    if name:
        return shown(name)
    for link in signs:
        if isinstance(link, FileNotFoundError) or any("/" in text for text in _named(link)):
            continue  # it names its file, which is missing indeed or none of ours
        for values in _locals(link):
            if name := first(_strings(values, 4)):
                return shown(name)
    return None


def undeclared(path: str, roots: Iterable[str], opened: Iterable[str]) -> bool:
    """Whether something lies at `path` that is below one of `roots` and not in `opened` (both real paths)."""
    if not path or len(path) > 4096 or not os.path.exists(path):
        return False
    if "/" not in path and os.path.isdir(path):
        return False  # a word such as `demo`, more likely than the folder
    real = os.path.realpath(path)
    return real not in roots and _inside(real, roots) and not _inside(real, opened)


def shown(path: str) -> str:
    """The path from the current folder where it lies below, as it was spelled; else the real one."""
    here = os.getcwd()
    full = next((full for full in (os.path.abspath(path), os.path.realpath(path)) if _inside(full, [here])), None)
    return os.path.relpath(full, here) if full else os.path.realpath(path)


def _real(paths: Iterable[str]) -> list[str]:
    return [os.path.realpath(path) for path in paths]


def _inside(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def _allow_around(folder: str, roots: set[str], allow: Callable[[str], None]) -> None:
    """Allows all that lies in `folder` and outside `roots`: there are no rules that forbid, only such that allow."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.path in roots:
                continue
            if any(root.startswith(entry.path + "/") for root in roots):
                _allow_around(entry.path, roots, allow)
            else:
                allow(entry.path)


def _syscall(number: int, *words: int | bytes | None) -> int:
    wide = (ctypes.c_long(word) if isinstance(word, int) else word for word in words)
    return _LIBC.syscall(ctypes.c_long(number), *wide)


def _chain(error: BaseException) -> list[BaseException]:
    """The error and all it came from or is made of."""
    links: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo:
        link = todo.pop(0)
        if link is not None and link not in links:
            links.append(link)
            todo += [link.__cause__, link.__context__]
            todo += link.exceptions if isinstance(link, BaseExceptionGroup) else ()
    return links


def _is_refusal(error: BaseException) -> bool:
    if isinstance(error, (PermissionError, FileNotFoundError)) or type(error).__name__ == "CalledProcessError":
        return True
    text = str(error)
    return any(sign in text for sign in _REFUSALS)


def _named(error: BaseException) -> list[str]:
    """Words of an error that may be paths: its file names, its command's words, and what its message is made of."""
    command = getattr(error, "cmd", None)
    words = [getattr(error, name, None) for name in ("filename", "filename2", "stderr", "output")]
    words += [*(command if isinstance(command, (list, tuple)) else [command]), str(error)]
    texts = [os.fsdecode(word) for word in words if isinstance(word, (str, bytes, PurePath))]
    for text in texts.copy():
        texts += text.split(": ")
        texts += [part for match in _QUOTED.finditer(text) for part in match.groups() if part]
        texts += [part.rstrip(".") for part in _BETWEEN_WORDS.split(text)]
    return texts


def _locals(error: BaseException) -> Iterator[dict]:
    """Local variables along the error's traceback, the innermost first."""
    frames = []
    trace = error.__traceback__
    while trace:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    return (frame.f_locals for frame in reversed(frames) if not _DOORS_OWN.search(frame.f_code.co_filename))


def _strings(value: object, depth: int) -> Iterator[str]:
    """Strings and paths in a value, its first few hundred entries where it is a collection."""
    if isinstance(value, (str, PurePath)):
        yield str(value)
    elif depth:
        if isinstance(value, argparse.Namespace):
            value = vars(value)
        entries = value.values() if isinstance(value, dict) else value
        if isinstance(value, (dict, list, tuple, set, frozenset)):
            for _, entry in zip(range(300), entries, strict=False):
                yield from _strings(entry, depth - 1)
