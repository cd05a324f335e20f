"""What seeker simulators are shown of a real talk, and what they are asked (paper A, section E.2; requirement A-043).

Rows written: a dialogue each, `id` and `turns` [{index, role, text}], the index that of the real turn among the merged.
"""

import argparse
import json
import logging

from scripts.llm.chat import Chat, Request
from scripts.llm.speaker import ask_within
from scripts.provenance.errors import Problem
from scripts.text.answers import parse_text
from scripts.text.contexts import history_text
from scripts.text.dialogue import fit_history, transcript
from scripts.text.files import read_json, read_jsonl, write_jsonl
from scripts.text.prompts import Prompt, load_prompt
from scripts.text.seeker_turns import Case, cases

log = logging.getLogger(__name__)

END = "[END]"
UNKNOWN = "not known"  # ESConv says nothing of age, gender and occupation


def seeker_messages(prompt: Prompt, case: Case, example: str, window: dict) -> list[dict]:
    """The chat before the turn: in the words of a persona (the supporter is the user), or as one transcript.

    A dialogue that its supporter opens begins with those words, any other with the prompt's greeting.
    """
    if "history" in prompt.slots:
        return prompt.messages(history=history_text(case.before, window))
    given = {
        "category": case.meta.get("problem_type", UNKNOWN),
        "emotion": case.meta.get("emotion_type", UNKNOWN),
        "example": example,
        **dict.fromkeys(("age_range", "gender", "occupation"), UNKNOWN),
    }
    opening = prompt.messages(**{slot: given[slot] for slot in prompt.slots})
    turns = fit_history(case.before, window["first_words"], window["last_words"])
    if turns[0]["role"] == "supporter":
        opening = [message for message in opening if message["role"] == "system"]
    roles = {"supporter": "user", "seeker": "assistant"}
    return opening + [{"role": roles[turn["role"]], "content": turn["text"]} for turn in turns]


def parse_turn(text: str) -> str:
    """The seeker's words; ValueError for an answer that only ends the talk, as the real seeker went on."""
    return parse_text(text.replace(END, " "))


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dialogues", required=True, help="normalised ESConv dialogues that are imitated")
    parser.add_argument("--prompt", required=True, help="A-SEEK, A-SEEK-0 or A-SEEK-PLAIN")
    parser.add_argument("--example-dialogues", help="one-shot dialogue, where the prompt has a slot for it")
    parser.add_argument("--history", type=json.loads, required=True, help="{first_words, last_words}")
    parser.add_argument("--max-failed", type=float, required=True, help="largest share of unusable answers, 0-1")


def imitate(args: argparse.Namespace, chat: Chat) -> None:
    """Asks for every turn and writes the dialogues with those that came."""
    prompt = load_prompt(args.prompt)
    if ("example" in prompt.slots) != bool(args.example_dialogues):
        raise Problem(f"{args.prompt} and --example-dialogues do not agree. Give both for one-shot, else neither.")
    example = transcript(read_json(args.example_dialogues)["turns"]) if args.example_dialogues else ""
    wanted = list(cases(read_jsonl(args.dialogues)))
    requests = [Request(case.id, prompt.id, seeker_messages(prompt, case, example, args.history)) for case in wanted]
    answers = ask_within(chat, requests, parse_turn, args.max_failed, args.output)
    said: dict[str, list[dict]] = {}
    for case, answer in zip(wanted, answers, strict=True):
        if answer.value is not None:
            said.setdefault(case.dialogue, []).append({"index": case.index, "role": "seeker", "text": answer.value})
    write_jsonl(args.output, ({"id": name, "turns": turns} for name, turns in said.items()))
    kept = sum(map(len, said.values()))
    log.info("%d turns, %d imitated, %d answers unusable", len(wanted), kept, len(wanted) - kept)
