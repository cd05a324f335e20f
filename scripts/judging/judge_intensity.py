"""ES-Intensity: how much negative emotion is left at the end of a dialogue (paper A, section 6.2, F.2; A-067).

Reads one system's dialogues; writes one row a finished dialogue: `id, intensity` (1-5, lower is better).
Unfinished dialogues are not judged and are counted in the log.

python -m scripts judging.judge_intensity --dialogues results/dialogues/gpt/test.jsonl --prompt
resources/prompts/A-INT.md --model '{…}' --temperature 0 --top-p 1 --max-tokens 40 --max-failed 0.01
--output results/judging/intensity/gpt.jsonl
"""

import argparse
import logging
import re
from collections.abc import Sequence

from scripts.judging.asking import ask_judge, judge_parser, plain
from scripts.judging.finished import finished_dialogues
from scripts.llm.chat import Request
from scripts.text.files import write_jsonl
from scripts.text.intensity import LEVELS
from scripts.text.prompts import load_prompt

log = logging.getLogger(__name__)

_OPENING = re.compile(rf"\W*({'|'.join(LEVELS)})\b", re.IGNORECASE)


def parse_intensity(text: str) -> int:
    """1 to 5 from the words that open the answer; ValueError when it opens otherwise."""
    found = _OPENING.match(plain(text))
    if not found:
        raise ValueError("does not begin with one of the five levels")
    return LEVELS.index(found[1].casefold()) + 1


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = judge_parser("Rate the negative emotion left at the end of a system's finished dialogues.")
    parser.add_argument("--dialogues", required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    prompt = load_prompt(args.prompt)
    requests = [
        Request(id=persona, kind=prompt.id, messages=prompt.messages(dialogue=text))
        for persona, text in finished_dialogues(args.dialogues).items()
    ]
    answers = ask_judge(args, requests, parse_intensity)
    rows = [
        {"id": request.id, "intensity": answer.value}
        for request, answer in zip(requests, answers, strict=True)
        if answer.value is not None
    ]
    write_jsonl(args.output, rows)
    log.info("judged %d of %d finished dialogues", len(rows), len(requests))


if __name__ == "__main__":
    main()
