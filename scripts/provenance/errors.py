"""The one class of errors that a user can mend, and how a command typed by hand tells one."""

import logging
import sys
from collections.abc import Callable


class Problem(Exception):
    """Says what is wrong, where (file, line, record) and what to do next, in at most three sentences."""


def disk_full(error: BaseException) -> bool:
    """Whether an error is about a full disk; DuckDB, Arrow and safetensors say so in words only."""
    return any(words in str(error) for words in ("No space left on device", "Disk quota exceeded"))


def run_typed(name: str, main: Callable[[], None]) -> None:
    """Runs a script without the front door: its log on stderr, a Problem without a traceback and as exit status 2."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    try:
        main()
    except Problem as problem:
        print(f"{name}: {problem}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print(f"{name}: stopped", file=sys.stderr)
        sys.exit(130)
