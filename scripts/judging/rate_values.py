"""ES-Value of a dialogue by itself, 1 to 5 from both perspectives (paper A, sections H and J; requirement A-070).

Reads one system's dialogues; writes one row a finished dialogue: `id, seeker, supporter` (1-5, higher is better).
Unfinished dialogues are not judged and are counted in the log.

python -m scripts judging.rate_values --dialogues results/dialogues/ours_dpo/test.jsonl --values
resources/taxonomy/values.yaml --prompt resources/prompts/A-VAL1.md --model '{…}' --temperature 0 --top-p 1
--max-tokens 400 --max-failed 0.01 --output results/judging/rated_values/ours_dpo.jsonl
"""

import argparse
import json
import logging
import re
from collections.abc import Sequence

from scripts.judging.asking import ask_judge, judge_parser, plain
from scripts.judging.finished import finished_dialogues
from scripts.llm.chat import Request
from scripts.text.files import write_jsonl
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)

PERSPECTIVES = ("seeker", "supporter")
_FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL)


def parse_ratings(text: str) -> dict[str, int]:
    """`seeker` and `supporter`, 1 to 5, from a JSON object that may hold reasons too; else ValueError."""
    text = plain(text)
    fenced = _FENCE.fullmatch(text)
    answer = json.loads(fenced[1] if fenced else text)
    if not isinstance(answer, dict) or not set(PERSPECTIVES) <= set(answer):
        raise ValueError("not one object with a rating from both perspectives")
    ratings = {who: answer[who] for who in PERSPECTIVES}
    if not all(type(rating) is int and 1 <= rating <= 5 for rating in ratings.values()):
        raise ValueError("a rating is no whole number from 1 to 5")
    return ratings


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = judge_parser("Rate how far a system's finished dialogues reinforce values, each by itself.")
    parser.add_argument("--dialogues", required=True)
    parser.add_argument("--values", required=True, help="taxonomy of the values")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    values, prompt = load_taxonomy(args.values), load_prompt(args.prompt)
    requests = [
        Request(id=persona, kind=prompt.id, messages=prompt.messages(values=values, dialogue=text))
        for persona, text in finished_dialogues(args.dialogues).items()
    ]
    answers = ask_judge(args, requests, parse_ratings)
    rows = [
        {"id": request.id, **answer.value}
        for request, answer in zip(requests, answers, strict=True)
        if answer.value is not None
    ]
    write_jsonl(args.output, rows)
    log.info("rated %d of %d finished dialogues", len(rows), len(requests))


if __name__ == "__main__":
    main()
