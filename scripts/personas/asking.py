"""What the steps that ask a model share: options, asking, and the share of unusable answers that stops a step."""

import argparse
import json
from collections.abc import Callable

from scripts.llm.chat import Answer, Request, Sampling, open_chat
from scripts.provenance.errors import Problem

Batch = tuple[list[Request], Callable[[str], object]]  # requests and the parser of their answers


def asking_parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with the options of every step that asks a model."""
    parser = argparse.ArgumentParser(
        description=description, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prompt", required=True, help="prompt template")
    parser.add_argument("--model", type=json.loads, required=True, help="JSON of the entry in the config's models")
    parser.add_argument("--sampling", type=json.loads, required=True, help="{temperature, top_p, max_tokens}")
    parser.add_argument("--max-failed", type=float, required=True, help="largest share of unusable answers, 0-1")
    parser.add_argument("--output", required=True)
    return parser


def ask_all(args: argparse.Namespace, *batches: Batch) -> list[Answer]:
    """The answers of all batches, in order; a Problem when more than `--max-failed` of them stayed unusable."""
    with open_chat(args.model, Sampling(**args.sampling), args.output) as chat:
        answers = [answer for requests, parse in batches for answer in chat.ask(requests, parse)]
    requests = [request for batch, _ in batches for request in batch]
    failed = [request.id for request, answer in zip(requests, answers, strict=True) if answer.value is None]
    if len(failed) > args.max_failed * len(requests):
        raise Problem(
            f"{len(failed)} of {len(requests)} answers for {args.output} stayed unusable (first: {failed[0]}), more "
            f"than the share of {args.max_failed} allowed. Read the failures beside its journal and mend the prompt."
        )
    return answers
