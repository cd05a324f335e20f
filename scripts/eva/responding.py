"""A response to every real supporter turn of a set: what systems are shown, and what of their answers is the response.

Each turn is answered from the real history before it (B-031), once: answers are greedy, and one cut at `max_tokens`
counts as it is. Where the model reasons first (B-COT), what stands before its last `Response:` is taken away; an answer
without that line has no response. Rows written: as scripts/scoring/responses.py says.
"""

import argparse
import logging
import re

from scripts.llm.chat import Chat, Request
from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import load_prompt
from scripts.text.rounds import chat_history
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)

_CUE = re.compile(r"^\s*(?:supporter|assistant)\s*:\s*", re.IGNORECASE)
_LAST = re.compile(r".*^[\W\d_]*Response[*_ ]*:[*_]*\s*(.*)", re.DOTALL | re.MULTILINE | re.IGNORECASE)


def response_of(text: str | None, reasons: bool) -> str:
    """The response in one line, without reasoning and speaker's name; '' where there is none."""
    if text is None:
        return ""
    if reasons:
        found = _LAST.match(text)
        text = found[1] if found else ""
    return " ".join(_CUE.sub("", text).split())


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--turns", required=True, help="real supporters' turns with their histories (JSONL)")
    parser.add_argument("--prompt", required=True, help="B-BASE, or B-COT with --levels")
    parser.add_argument("--levels", help="taxonomy of levels, for a system that reasons first")
    parser.add_argument("--max-failed", type=float, required=True, help="largest share of empty responses, 0-1")


def respond(args: argparse.Namespace, chat: Chat) -> None:
    """Asks for every turn and writes the rows; too many without a response are a Problem."""
    prompt, turns = load_prompt(args.prompt), read_jsonl(args.turns)
    if not turns:
        raise Problem(f"{args.turns} holds no supporter turn. Rebuild it with the step before.")
    slots = {"levels": load_taxonomy(args.levels)} if args.levels else {}
    requests = [Request(turn["id"], prompt.id, chat_history(prompt, turn["history"], **slots)) for turn in turns]
    answers = chat.once(requests)
    rows = [
        {**turn, "response": response_of(answer.value, bool(args.levels))}
        for turn, answer in zip(turns, answers, strict=True)
    ]
    empty = [row["id"] for row in rows if not row["response"]]
    if len(empty) > args.max_failed * len(rows):
        raise Problem(
            f"{len(empty)} of {len(rows)} answers for {args.output} hold no response (first: {empty[0]}), more than "
            f"the {args.max_failed} allowed. Mend the prompt, choose another model, or allow more (eva.max_failed)."
        )
    write_jsonl(args.output, rows)
    log.info("%d turns, %d without a response", len(rows), len(empty))
