"""One model that a table compares with others: its options, how it is opened, and how many answers it may fail."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from scripts.llm.chat import Answer, Chat, Request, Sampling, open_chat
from scripts.provenance.errors import Problem


def hosted_options(parser: argparse.ArgumentParser) -> None:
    """Options of a model behind an address."""
    parser.add_argument("--model", type=json.loads, required=True, help="entry of the config's models")
    common_options(parser)


def common_options(parser: argparse.ArgumentParser) -> None:
    """Options of any model."""
    parser.add_argument("--sampling", type=json.loads, required=True, help="{temperature, top_p, max_tokens}")
    parser.add_argument("--output", type=Path, required=True)


def open_hosted(args: argparse.Namespace) -> Chat:
    """The chat of `hosted_options`."""
    return open_chat(args.model, Sampling(**args.sampling), args.output)


def ask_within(
    chat: Chat, requests: list[Request], parse: Callable[[str], object], max_failed: float, output: Path
) -> list[Answer]:
    """The answers in order; a Problem when a larger share than `max_failed` stayed unusable."""
    answers = chat.ask(requests, parse)
    failed = sum(answer.value is None for answer in answers)
    if failed > max_failed * len(requests):
        raise Problem(
            f"{failed} of {len(requests)} answers for {output} stayed unusable, more than --max-failed {max_failed} "
            f"allows. {chat.journal.failures} lists them. Mend the prompt, choose another model or allow more."
        )
    return answers
