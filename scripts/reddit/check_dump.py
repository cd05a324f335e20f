"""A dump beside what the registry knows of it, before anything reads it (A-011): size and sha256.

Output (JSON): `bytes` and `sha256` of the file. None are published for these dumps. Put those of a download you trust
into resources/datasets.csv, best before the first build: like any edit of it, that makes stale what the dump leads to.

    python -m scripts -- reddit.check_dump --dump comments.zst --bytes "" --sha256 "" --output gate.json
"""

import argparse
import logging
from pathlib import Path

from scripts.provenance.digests import file_sha256
from scripts.provenance.errors import Problem
from scripts.text.files import write_json

log = logging.getLogger(__name__)
AGAIN = "Fetch the file again, or correct resources/datasets.csv if the change is meant."


def check(dump: Path, size: str, sha256: str) -> dict:
    """The file's size and sha256; a Problem when they are not `size` and `sha256` (empty: not known)."""
    found = dump.stat().st_size
    if size and str(found) != size:
        raise Problem(f"{dump} has {found} bytes, {size} were expected. {AGAIN}")
    if not found:
        raise Problem(f"{dump} is empty. {AGAIN}")
    digest = file_sha256(dump)
    if sha256 and digest != sha256.lower():
        raise Problem(f"{dump} has sha256 {digest[:12]}…, {sha256[:12]}… was expected. {AGAIN}")
    return {"bytes": found, "sha256": digest}


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dump", type=Path, required=True)
    parser.add_argument("--bytes", required=True, help="empty: not known")
    parser.add_argument("--sha256", required=True, help="empty: not known")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    options = parse_args(argv)
    record = check(options.dump, options.bytes, options.sha256)
    write_json(options.output, record)
    known = " and ".join(name for name in record if getattr(options, name)) or "nothing"
    log.info("%s: %s; the registry knows its %s", options.dump, record, known)


if __name__ == "__main__":
    main()
