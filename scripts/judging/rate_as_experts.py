"""Stand-ins for the experts: a model rates the sampled dialogues, as often as there are people (design: `raters: llm`).

Writes the ratings' form (`dialogue_id, rater, criterion, score`); what follows from it is marked synthetic. Each
stand-in is asked by the judges' own prompts with a sample number of its own, from 1 on: 0 is the judges'.

python -m scripts -- judging.rate_as_experts --sample results/judging/experts/sample.jsonl --criteria
resources/taxonomy/criteria.yaml --values resources/taxonomy/values.yaml --people 2 --prompt
resources/prompts/A-SKILL.md --values-prompt resources/prompts/A-VAL1.md --model '{…}' --temperature 1 --top-p 1
--max-tokens 1024 --max-failed 0.02 --output results/judging/experts/stand_ins.csv
"""

import argparse
import functools
import logging
from collections.abc import Sequence

from scripts.judging.asking import ask_judge, judge_parser
from scripts.judging.judge_skills import parse_skills
from scripts.judging.rate_values import parse_ratings
from scripts.llm.chat import Request
from scripts.text.files import read_jsonl, write_csv
from scripts.text.prompts import load_prompt
from scripts.text.ratings import COLUMNS, criteria_of
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = judge_parser("Rate sampled dialogues in the experts' place.")
    parser.add_argument("--sample", required=True, help="key of the sampled dialogues")
    parser.add_argument("--criteria", required=True, help="taxonomy of the criteria")
    parser.add_argument("--values", required=True, help="taxonomy of the values")
    parser.add_argument("--values-prompt", required=True, help="A-VAL1")
    parser.add_argument("--people", required=True, type=int)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    criteria, values = load_taxonomy(args.criteria), load_taxonomy(args.values)
    skills, value, rows = load_prompt(args.prompt), load_prompt(args.values_prompt), read_jsonl(args.sample)
    names = criteria_of(criteria)
    asked = [(row, number) for number in range(1, args.people + 1) for row in rows]
    requests = [
        Request(f"{row['dialogue_id']}.{number}.{prompt.id}", prompt.id, messages, sample=number)
        for row, number in asked
        for prompt, messages in (
            (skills, skills.messages(criteria=criteria, dialogue=row["transcript"])),
            (value, value.messages(values=values, dialogue=row["transcript"])),
        )
    ]
    parse = functools.partial(parse_either, names=[entry["name"] for entry in criteria])
    answers = ask_judge(args, requests, parse)
    ratings = []
    for place, (row, number) in enumerate(asked):
        given = {**(answers[2 * place].value or {}), **(answers[2 * place + 1].value or {})}
        for label, name in names.items():
            if name in given:
                line = (row["dialogue_id"], f"stand-in {number}", label, given[name])
                ratings.append(dict(zip(COLUMNS, line, strict=True)))
    write_csv(args.output, ratings, list(COLUMNS))
    log.info("%d dialogues, %d stand-ins, %d ratings", len(rows), args.people, len(ratings))


def parse_either(text: str, names: list[str]) -> dict[str, int]:
    """The answer to either prompt; ValueError when it is neither ten skills nor two value ratings."""
    try:
        return parse_skills(text, names)
    except ValueError:
        return parse_ratings(text)


if __name__ == "__main__":
    main()
