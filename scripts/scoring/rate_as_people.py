"""Stand-ins for the people who judge responses: a model fills in the sheet (`raters: llm`; B-011, B-025, B-040).

Writes the form that people's ratings come in (scripts/text/studies.py), a line of the sheet a rating; all that follows
is marked synthetic. Each stand-in is asked with a sample number of its own; an answer that stays unusable leaves its
lines out, and is counted in the log.

python -m scripts -- scoring.rate_as_people --study pairwise --key key.jsonl --sheet sheet.csv --criteria
resources/taxonomy/comparison.yaml --prompt resources/prompts/B-HUM-PAIR.md --history '{…}' --model '{…}' --sampling
'{…}' --max-failed 0.02 --output stand_ins.csv
"""

import argparse
import functools
import json
import logging
import re
from collections.abc import Callable, Sequence

from scripts.llm.chat import Request, Sampling, open_chat
from scripts.provenance.errors import Problem
from scripts.text.dialogue import fit_history, transcript
from scripts.text.files import read_csv, read_jsonl, write_csv
from scripts.text.prompts import load_prompt
from scripts.text.rounds import HELP
from scripts.text.studies import FORMS, Form
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)
SHOWN = {"comfort": ["response"], "pairwise": ["first", "second"], "validity": []}  # slots of an item's responses


def answer_after(word: str, text: str, form: Form) -> str:
    """What the last line `<word>: …` says; ValueError when it says none of the form's answers, or there is none."""
    found = re.findall(rf"^\W*{re.escape(word)}\W*:\W*(\w+)\W*$", text, re.MULTILINE | re.IGNORECASE)
    if not found or found[-1].lower() not in form.answers:
        raise ValueError(f"no line {word}: with one of {', '.join(form.answers)}")
    return found[-1].lower()


def parse_answers(text: str, form: Form, criteria: Sequence[str]) -> dict[str, str]:
    """The answer by criterion ('' where a study has none); ValueError when one is missing."""
    if form.by_criterion:
        return {name: answer_after(name, text, form) for name in criteria}
    return {"": answer_after("Score" if form.answer == "score" else "Answer", text, form)}


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fill in the sheet in the raters' place.", allow_abbrev=False)
    parser.add_argument("--study", required=True, choices=FORMS)
    parser.add_argument("--key", required=True, help="the items, .jsonl")
    parser.add_argument("--sheet", required=True, help="who rates what, .csv")
    parser.add_argument("--criteria", required=True, help="what pairs are compared by")
    parser.add_argument("--prompt", required=True, help="B-HUM-COMF, B-HUM-PAIR or B-HUM-VALID")
    parser.add_argument("--history", type=json.loads, required=True, help="JSON {first_words, last_words}")
    parser.add_argument("--model", type=json.loads, required=True, help="JSON of the entry in the config's models")
    parser.add_argument("--sampling", type=json.loads, required=True, help="{temperature, top_p, max_tokens}")
    parser.add_argument("--max-failed", type=float, required=True, help="largest share of unusable answers, 0-1")
    parser.add_argument("--output", required=True, help=".csv")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    form, prompt, criteria = FORMS[args.study], load_prompt(args.prompt), load_taxonomy(args.criteria)
    items = {row["item_id"]: row for row in read_jsonl(args.key)}
    pairs = sorted({(line[form.item], line["rater"]) for line in read_csv(args.sheet)})
    numbers = {rater: place for place, rater in enumerate(sorted({rater for _, rater in pairs}), 1)}
    requests = []
    for item, rater in pairs:
        row = items[item]
        history = transcript(fit_history(row["history"], **args.history), HELP)
        said = [" ".join(text.split()) for text in row["responses"]]
        slots = {"history": history} | dict(zip(SHOWN[args.study], said, strict=True))
        slots |= {"criteria": criteria} if form.by_criterion else {}
        requests.append(Request(f"{item}.{rater}", prompt.id, prompt.messages(**slots), sample=numbers[rater]))
    labels = [entry["label"] for entry in criteria]
    answers = asked_all(args, requests, functools.partial(parse_answers, form=form, criteria=labels))
    rows = [
        {form.item: item, "rater": rater, "criterion": criterion, form.answer: answer}
        for (item, rater), given in zip(pairs, answers, strict=True)
        for criterion, answer in (given or {}).items()
    ]
    write_csv(args.output, [{name: row[name] for name in form.columns} for row in rows], form.columns)
    log.info("%d ratings; %d answers stayed unusable", len(rows), sum(given is None for given in answers))


def asked_all(args: argparse.Namespace, requests: list[Request], parse: Callable[[str], object]) -> list:
    """The answers' values in order, None for an unusable one; a Problem when more than `--max-failed` are."""
    with open_chat(args.model, Sampling(**args.sampling), args.output) as chat:
        values = [answer.value for answer in chat.ask(requests, parse)]
    failed = [request.id for request, value in zip(requests, values, strict=True) if value is None]
    if len(failed) > args.max_failed * len(requests):
        raise Problem(
            f"{len(failed)} of {len(requests)} answers for {args.output} stayed unusable (first: {failed[0]}), more "
            f"than the share of {args.max_failed} allowed. {chat.journal.failures} lists them: mend the prompt, or "
            "allow more (eva_human.max_failed)."
        )
    return values


if __name__ == "__main__":
    main()
