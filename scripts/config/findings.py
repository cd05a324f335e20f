"""What is wrong in a config, where, and how to mend it: the words of every check that one key cannot make."""

import difflib
from collections.abc import Iterator
from typing import NamedTuple

Path = tuple[str | int, ...]


class Finding(NamedTuple):
    """What is wrong at a path: the value as shown, what was expected, how to mend it."""

    value: str | None
    expected: str
    fix: str


Found = Iterator[tuple[Path, Finding]]


def named(path: Path, name: str, known: list[str], where: str) -> Found:
    if name not in known:
        yield path, Finding(repr(name), f"expected an entry of {where}", nearest(name, known))


def nearest(written: str, known: list[str]) -> str:
    """Advice that names the nearest of the known names, or all of them."""
    if not known:
        return "There is none yet: add one."
    near = difflib.get_close_matches(written, known, n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else f"Take {alternatives(known)}."


def alternatives(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
