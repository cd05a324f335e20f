"""Readers of target values that were not trained for it: what they are asked, and how it is read (paper A, Table 5).

Rows written: `id, predicted` (the first values named, at most `--top-values`; none for an unusable answer), `targets`.
"""

import argparse
import functools
import json
import logging
from pathlib import Path

from scripts.llm.chat import Chat, Request
from scripts.text.answers import parse_values
from scripts.text.contexts import history_text
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import Prompt, load_prompt
from scripts.text.taxonomy import labels, load_taxonomy

log = logging.getLogger(__name__)

REASONED, DEFINED = "A-TVD-R", "A-TVD-V"  # reasons before the labels; definitions beside them


def parse_reasoned(text: str, labels: list[str]) -> list[str]:
    """The labels after the last `Values:`; ValueError without it or without a known label."""
    _, mark, named = text.rpartition("Values:")
    if not mark:
        raise ValueError("no line of values")
    return parse_values(named, labels)


def messages_of(prompt: Prompt, turns: list[dict], values: list[dict], window: dict) -> list[dict]:
    """The thread as the detector sees it; with definitions where the prompt gives them."""
    listed = values if prompt.id == DEFINED else labels(values)
    return prompt.messages(values=listed, history=history_text(turns, window))


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=Path, nargs="+", required=True, help="test threads of each setting in use")
    parser.add_argument("--prompt", type=Path, required=True, help="A-TVD, A-TVD-R or A-TVD-V")
    parser.add_argument("--values", type=Path, required=True)
    parser.add_argument("--history", type=json.loads, required=True, help="{first_words, last_words}")
    parser.add_argument("--top-values", type=int, required=True)


def predict(args: argparse.Namespace, chat: Chat) -> None:
    """Asks for every thread and writes the rows."""
    prompt, values = load_prompt(args.prompt), load_taxonomy(args.values)
    threads = [thread for path in args.threads for thread in read_jsonl(path)]
    requests = [
        Request(thread["id"], prompt.id, messages_of(prompt, thread["turns"], values, args.history))
        for thread in threads
    ]
    parse = functools.partial(parse_reasoned if prompt.id == REASONED else parse_values, labels=labels(values))
    answers = chat.ask(requests, parse)
    write_jsonl(
        args.output,
        (
            {"id": row["id"], "predicted": (answer.value or [])[: args.top_values], "targets": row["targets"]}
            for row, answer in zip(threads, answers, strict=True)
        ),
    )
    log.info("%d threads, %d unusable answers", len(threads), sum(answer.value is None for answer in answers))
