"""What the intensity models of table 11 are shown: ESConv dialogues that their seekers rated, and examples.

Rows written: `id, intensity` (1-5), of dialogues whose answer could be read (A-068: the others are dropped).
"""

import argparse
import itertools
import json
import logging
from pathlib import Path

from scripts.judging.judge_intensity import parse_intensity
from scripts.llm.chat import Chat, Request
from scripts.llm.speaker import ask_within
from scripts.provenance.errors import Problem
from scripts.text.contexts import history_text
from scripts.text.dialogue import merge_turns
from scripts.text.draws import seeded
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.intensity import sentence
from scripts.text.prompts import load_prompt

log = logging.getLogger(__name__)


def rated_dialogues(path: str | Path) -> list[dict]:
    """The dialogues whose seeker gave a final intensity; none at all is a Problem."""
    rated = [row for row in read_jsonl(path) if row["meta"]["final_intensity"] is not None]
    if not rated:
        raise Problem(f"{path} holds no dialogue with a final intensity. Check how ESConv was read and rebuild it.")
    return rated


def shown(dialogue: dict, window: dict) -> str:
    """The transcript that a model reads."""
    return history_text(merge_turns(dialogue["turns"]), window)


def pick_examples(dialogues: list[dict], count: int, window: dict, seed: int) -> list[dict]:
    """`count` examples {dialogue, answer}, the levels that occur in turn from the lowest on, each drawn by id.

    None of ESConv's 1,086 rated dialogues ended at 5: with five shots the lowest level gets a second example. Fewer
    dialogues than examples are a Problem.
    """
    if count > len(dialogues):
        raise Problem(f"{len(dialogues)} dialogues cannot give {count} examples. Ask fewer shots.")
    waiting: dict[int, list[dict]] = {}
    for row in sorted(dialogues, key=lambda row: (seeded(seed, "example", row["id"]).random(), row["id"])):
        waiting.setdefault(row["meta"]["final_intensity"], []).append(row)
    rounds = itertools.zip_longest(*(waiting[level] for level in sorted(waiting)))
    chosen = [row for one_round in rounds for row in one_round if row][:count]
    chosen.sort(key=lambda row: row["meta"]["final_intensity"])
    return [{"dialogue": shown(row, window), "answer": sentence(row["meta"]["final_intensity"])} for row in chosen]


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dialogues", required=True, help="normalised ESConv dialogues that are rated")
    parser.add_argument("--prompt", required=True, help="A-INT, or A-INT-FS with --examples-dialogues")
    parser.add_argument("--history", type=json.loads, required=True, help="{first_words, last_words}")
    parser.add_argument("--max-failed", type=float, required=True, help="largest share of unusable answers, 0-1")


def rate(args: argparse.Namespace, chat: Chat, examples: list[dict] | None) -> None:
    """Asks for every rated dialogue and writes the rows."""
    prompt, dialogues = load_prompt(args.prompt), rated_dialogues(args.dialogues)
    more = {} if examples is None else {"examples": examples}
    requests = [
        Request(row["id"], prompt.id, prompt.messages(dialogue=shown(row, args.history), **more)) for row in dialogues
    ]
    answers = ask_within(chat, requests, parse_intensity, args.max_failed, args.output)
    rows = [
        {"id": request.id, "intensity": answer.value}
        for request, answer in zip(requests, answers, strict=True)
        if answer.value is not None
    ]
    write_jsonl(args.output, rows)
    log.info("%d dialogues, %d rated, %d answers unusable", len(dialogues), len(rows), len(dialogues) - len(rows))
