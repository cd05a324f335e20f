"""What the three judges share: options, asking, and plain text of an answer."""

import argparse
import json
import unicodedata
from collections.abc import Callable

from scripts.llm.chat import Answer, Request, Sampling, open_chat
from scripts.provenance.errors import Problem


def judge_parser(description: str) -> argparse.ArgumentParser:
    """A parser with the options every judge has."""
    parser = argparse.ArgumentParser(description=description, allow_abbrev=False)
    parser.add_argument("--prompt", required=True, help="prompt template")
    parser.add_argument("--model", required=True, help="JSON of the judge's entry in the config's models")
    parser.add_argument("--temperature", type=float, required=True)
    parser.add_argument("--top-p", type=float, required=True)
    parser.add_argument("--max-tokens", type=int, required=True)
    parser.add_argument("--max-failed", type=float, required=True, help="largest share of unusable answers, 0-1")
    parser.add_argument("--output", required=True)
    return parser


def ask_judge(args: argparse.Namespace, requests: list[Request], parse: Callable[[str], object]) -> list[Answer]:
    """The answers in order; a Problem when more than `--max-failed` of them stayed unusable."""
    sampling = Sampling(args.temperature, args.top_p, args.max_tokens)
    with open_chat(json.loads(args.model), sampling, args.output) as chat:
        answers = chat.ask(requests, parse)
    failed = sum(answer.value is None for answer in answers)
    if failed > args.max_failed * len(requests):
        raise Problem(
            f"{failed} of {len(requests)} answers for {args.output} stayed unusable, more than --max-failed "
            f"{args.max_failed} allows. {chat.journal.failures} lists them. Mend the prompt, choose another judge "
            "or allow more."
        )
    return answers


def plain(text: str) -> str:
    """The answer with fullwidth letters, digits and signs made plain, and without bold marks."""
    return unicodedata.normalize("NFKC", text).replace("*", "").replace("\u2019", "'").strip()
