"""The command line of files made of others and kept in the repository: `--write` renews, `--check` compares."""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from scripts.text.files import write_text


def keep_current(
    argv: list[str] | None, module: str, about: str, origin: str, made: Callable[[], Iterable[tuple[str, str]]]
) -> None:
    """Writes what is not as it would be made now, or names it and leaves with code 1.

    `made` gives each file's path and text; one may be made from those before it. `origin` is what they follow from.
    """
    parser = argparse.ArgumentParser(description=about)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", action="store_true", help="bring what is not current up to date")
    choice.add_argument("--check", action="store_true", help="fail when something is not")
    args = parser.parse_args(argv)
    stale = []
    for name, text in made():
        path = Path(name)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if args.write:
                write_text(path, text)
    if stale and args.check:
        sys.exit(f"{', '.join(stale)}: not what the {origin} says. Run `python -m {module} --write`.")
