"""Asks an OpenAI-compatible address what a file of requests says, keeping every answer in a journal.

    python -m scripts.llm.ask --requests R.jsonl --output O.jsonl --journal J.jsonl \\
        --base-url URL --concurrency N

Requests: `{"id", "body": {chat completions body}, "sample": 0}` a line. Output, in the same order:
`id, response` (the completion as it came), `usage, attempts` (tries until it came). The key is read from
OPENAI_API_KEY if that is set. Run the same command again after a failure: only what is missing is asked.
"""

import argparse
import logging
import os
from pathlib import Path
from urllib.parse import urlsplit

from scripts.llm.asking import Replayer
from scripts.llm.exchange import Ask, Reply
from scripts.llm.faults import KEY_ENV
from scripts.llm.journal import open_journal
from scripts.llm.operation import Endpoint
from scripts.llm.remote import Remote
from scripts.llm.request_rows import read_requests
from scripts.provenance.errors import Problem, run_typed
from scripts.text.files import apart, write_jsonl

log = logging.getLogger(__name__)
BUDGET = (
    'A budget holds when it is told in the environment, AFFIRM_OPERATION=\'{"budget_usd": 5, "prices": '
    '{"MODEL": [USD a token read, USD a token written, batch share]}}\', and the journal lies below $AFFIRM_JOURNAL.'
)


def ask_all(rows: list[dict], replayer: Replayer) -> list[dict]:
    """Output rows for request rows, through the journal."""
    asks = [replayer.ask_of(row["id"], "", str(row.get("sample", 0)), row["body"]) for row in rows]
    replies = replayer.replies(asks)
    return [_output(ask, replies[ask.key]) for ask in asks]


def _output(ask: Ask, reply: Reply) -> dict:
    response = reply.response or {}
    return {"id": ask.id, "response": response, "usage": response.get("usage"), "attempts": reply.retries + 1}


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog=BUDGET, allow_abbrev=False)
    parser.add_argument("--requests", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--journal", required=True)
    parser.add_argument("--base-url", type=_address, required=True)
    parser.add_argument("--concurrency", type=_positive, required=True)
    return parser.parse_args(argv)


def _address(text: str) -> str:
    if "@" in text:  # it is not shown, as it stands in logs and messages otherwise
        raise argparse.ArgumentTypeError(f"an address holds no user and no password; give the key in {KEY_ENV}")
    try:
        place = urlsplit(text)
        found = place.scheme in ("http", "https") and place.hostname and place.port != 0
    except ValueError:
        found = False
    if not found or place.query or place.fragment or any(sign.isspace() for sign in text):
        raise argparse.ArgumentTypeError(f"{text!r} is no http address; write http://HOST:PORT/v1")
    if place.path.rstrip("/").endswith("/chat/completions"):
        raise argparse.ArgumentTypeError(f"leave /chat/completions out of {text}; it is added")
    return text


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least 1")
    return int(text)


def _make_room(option: str, path: str) -> None:
    """A Problem when a file cannot be written there: found out before anything is paid for."""
    folder = Path(path).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(
            f"The folder of {path} ({option}) cannot be made ({error.strerror}). Name another place. Nothing was asked."
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK) or (os.path.exists(path) and not os.access(path, os.R_OK | os.W_OK)):
        raise Problem(f"{path} ({option}) cannot be written. Mend its rights or name another place. Nothing was asked.")


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    if not Path(args.requests).is_file():
        raise Problem(f"{args.requests} is no file. Name the file of requests.")
    apart("--requests", args.requests, "--output", args.output, "--journal", args.journal)
    rows = read_requests(args.requests)
    _make_room("--output", args.output)
    _make_room("--journal", args.journal)
    place = Endpoint(args.base_url, KEY_ENV if os.environ.get(KEY_ENV) else "")
    backend = Remote("openai", None, "", place)  # each body names its own model
    backend.concurrency, backend.keeps_responses, backend.journal = args.concurrency, True, Path(args.journal)
    replayer = Replayer(backend, open_journal(args.journal))
    try:
        write_jsonl(args.output, ask_all(rows, replayer))
    finally:
        replayer.close()


if __name__ == "__main__":
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # a line a request would bury the rest
    run_typed("ask", main)
