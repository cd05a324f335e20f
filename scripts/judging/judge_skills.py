"""ES-Skills: ten criteria, 1 to 5, for every finished dialogue of a system (paper A, section 6.2; A-066).

Reads one system's dialogues and the criteria; writes one row a dialogue: `id` and the ten criteria by name
(1-5, higher is better). Unfinished dialogues are not judged and are counted in the log.

python -m scripts judging.judge_skills --dialogues results/dialogues/gpt/test.jsonl --criteria
resources/taxonomy/criteria.yaml --prompt resources/prompts/A-SKILL.md --model '{…}' --temperature 0 --top-p 1
--max-tokens 200 --max-failed 0.01 --output results/judging/skills/gpt.jsonl
"""

import argparse
import functools
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

_FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL)


def parse_skills(text: str, names: list[str]) -> dict[str, int]:
    """The rating of each criterion in a JSON answer (a code fence round it is allowed).

    ValueError when it is not one object with exactly the `names`, each a whole number from 1 to 5.
    """
    text = plain(text)
    fenced = _FENCE.fullmatch(text)
    ratings = json.loads(fenced[1] if fenced else text)
    if not isinstance(ratings, dict) or set(ratings) != set(names):
        raise ValueError("not one object with the ten criteria")
    for name, rating in ratings.items():
        if type(rating) is not int or not 1 <= rating <= 5:
            raise ValueError(f"{name} is no whole number from 1 to 5")
    return {name: ratings[name] for name in names}


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = judge_parser("Rate the finished dialogues of a system by ten criteria.")
    parser.add_argument("--dialogues", required=True)
    parser.add_argument("--criteria", required=True, help="taxonomy of the criteria")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    criteria = load_taxonomy(args.criteria)
    prompt = load_prompt(args.prompt)
    dialogues = finished_dialogues(args.dialogues)
    requests = [
        Request(id=persona, kind=prompt.id, messages=prompt.messages(criteria=criteria, dialogue=text))
        for persona, text in dialogues.items()
    ]
    parse = functools.partial(parse_skills, names=[entry["name"] for entry in criteria])
    answers = ask_judge(args, requests, parse)
    rows = [
        {"id": request.id, **answer.value}
        for request, answer in zip(requests, answers, strict=True)
        if answer.value is not None
    ]
    write_jsonl(args.output, rows)
    log.info("judged %d of %d finished dialogues", len(rows), len(requests))


if __name__ == "__main__":
    main()
