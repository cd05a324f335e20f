"""What the two steps share that ask models: options, asking, the text of levels and histories."""

import argparse
import json
from collections.abc import Callable

from scripts.llm.chat import Answer, Request, Sampling, open_chat
from scripts.provenance.errors import Problem
from scripts.text.dialogue import fit_history, transcript
from scripts.text.rounds import HELP


def asking_parser(description: str) -> argparse.ArgumentParser:
    """A parser with the options of both steps."""
    parser = argparse.ArgumentParser(description=description, allow_abbrev=False)
    parser.add_argument("--levels", required=True, help="taxonomy of the levels")
    parser.add_argument("--history", type=json.loads, required=True, help="JSON {first_words, last_words}")
    parser.add_argument("--model", type=json.loads, required=True, help="JSON of the entry in the config's models")
    parser.add_argument("--sampling", type=json.loads, required=True, help="{temperature, top_p, max_tokens}")
    parser.add_argument("--max-failed", type=float, required=True, help="largest share of unusable answers, 0-1")
    parser.add_argument("--output", required=True)
    return parser


def ask_all(args: argparse.Namespace, requests: list[Request], parse: Callable[[str], object]) -> list[Answer]:
    """The answers in order; a Problem when more than `--max-failed` of them stayed unusable."""
    with open_chat(args.model, Sampling(**args.sampling), args.output) as chat:
        answers = chat.ask(requests, parse)
    failed = [request.id for request, answer in zip(requests, answers, strict=True) if answer.value is None]
    if len(failed) > args.max_failed * len(requests):
        raise Problem(
            f"{len(failed)} of {len(requests)} answers for {args.output} stayed unusable (first: {failed[0]}), more "
            f"than the share of {args.max_failed} allowed. {chat.journal.failures} lists them: mend the prompt, or "
            "allow more (evad.max_failed)."
        )
    return answers


def history_of(item: dict, window: dict) -> str:
    """The conversation up to the item's place, a line a turn, cut to the window."""
    return transcript(fit_history(item["history"], window["first_words"], window["last_words"]), HELP)
