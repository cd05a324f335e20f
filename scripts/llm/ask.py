"""Asks an OpenAI-compatible address what a file of requests says, keeping every answer in a journal.

    python -m scripts.llm.ask --requests R.jsonl --output O.jsonl --journal J.jsonl \\
        --base-url URL --concurrency N

Requests: `{"id", "body": {chat completions body}, "sample": 0}` a line. Output, in the same order:
`id, response` (the completion as it came), `usage, attempts` (tries until it came). The key is read from
OPENAI_API_KEY if that is set. Run the same command again after a failure: only what is missing is asked.
"""

import argparse
import json
import logging
import os
from pathlib import Path

from scripts.llm.asking import Replayer
from scripts.llm.exchange import Ask, Reply
from scripts.llm.journal import open_journal
from scripts.llm.operation import Endpoint
from scripts.llm.remote import Remote
from scripts.provenance.errors import Problem, run_typed
from scripts.text.files import apart, read_jsonl, write_jsonl

log = logging.getLogger(__name__)
KEY_ENV = "OPENAI_API_KEY"
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


def check_rows(rows: list[dict], path: str) -> None:
    """A Problem naming the first line that lacks an id or a body with messages and model, or that cannot be sent."""
    for number, row in enumerate(rows, 1):
        body = row.get("body") if isinstance(row, dict) else None
        if "id" not in (row or ()) or not isinstance(body, dict) or not _complete(body):
            raise Problem(f'{path}, line {number} is no request. Give {{"id", "body": {{"model", "messages", …}}}}.')
        try:
            json.dumps(row, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise Problem(f"{path}, line {number} holds half a surrogate pair. Mend the text.") from None


def _complete(body: dict) -> bool:
    messages = body.get("messages")
    return (
        isinstance(body.get("model"), str)
        and isinstance(messages, list)
        and all(isinstance(message, dict) for message in messages)
    )


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
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text} is no http address")
    return text


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    if not Path(args.requests).is_file():
        raise Problem(f"{args.requests} is no file. Name the file of requests.")
    apart("--requests", args.requests, "--output", args.output, "--journal", args.journal)
    rows = read_jsonl(args.requests)
    check_rows(rows, args.requests)
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
