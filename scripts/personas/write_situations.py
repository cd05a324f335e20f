"""Step 1 of the personas: situations for pairs of problem category and value (paper A, E.1, Table 25; A-037).

Asks once for each pair; writes one row a situation: `id, category, value, situation`. Equal texts (case, spaces and
punctuation aside) and texts whose vectors come near an earlier one are dropped, over all pairs.

python -m scripts personas.write_situations --values resources/taxonomy/values.yaml --problems
resources/taxonomy/problems.yaml --prompt resources/prompts/A-SIT.md --model '{…}' --sampling '{…}' --max-failed 0.02
--cells 0 --least 10 --most 30 --seed 42 --sentences-kind encoder --sentences-model results/models/hub/sentences
--cosine 0.95 --output results/personas/situations.jsonl
"""

import argparse
import logging
import re
from collections.abc import Callable, Sequence
from typing import Any

from scripts.classifiers.sentences import open_sentences
from scripts.llm.chat import Request
from scripts.personas.asking import ask_all, asking_parser
from scripts.provenance.errors import Problem
from scripts.text.draws import seeded
from scripts.text.files import write_jsonl
from scripts.text.prompts import Prompt, load_prompt
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)

_NUMBERING = re.compile(r"^(?:\d+[.)]|[-*•])\s+")
LEAST_WORDS = 3  # a shorter line is a heading or a remark

Cell = tuple[int, int]  # (place of the category, place of the value)


def choose_cells(categories: int, values: int, number: int, seed: int) -> list[Cell]:
    """All cells, or `number` of them (0 is all) spread evenly over the categories, in taxonomy order."""
    cells = [(category, value) for category in range(categories) for value in range(values)]
    if not number or number >= len(cells):
        return cells
    shuffled = {
        category: sorted(range(values), key=lambda value: seeded(seed, "cell", category, value).random())
        for category in range(categories)
    }
    by_turn = [(category, shuffled[category][turn]) for turn in range(values) for category in range(categories)]
    return sorted(by_turn[:number])


def parse_situations(text: str) -> list[str]:
    """The lines of the answer without numbering; ValueError when there is no sentence."""
    lines = [" ".join(_NUMBERING.sub("", line.strip()).split()) for line in text.splitlines()]
    situations = [line for line in lines if len(line.split()) >= LEAST_WORDS]
    if not situations:
        raise ValueError("no line with a situation")
    return situations


def normalised(text: str) -> str:
    """Lower case words and nothing else: texts that are equal so count as one."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def drop_repeated(rows: list[dict]) -> list[dict]:
    """Rows whose normalised situation has not stood in an earlier row."""
    first: dict[str, dict] = {}
    for row in rows:
        first.setdefault(normalised(row["situation"]), row)
    return list(first.values())


def drop_near(rows: list[dict], vectors_of: Callable[[Sequence[str]], Any], cosine: float) -> list[dict]:
    """Rows whose vector has a cosine below `cosine` with each one kept before."""
    vectors = vectors_of([row["situation"] for row in rows])
    kept: list[int] = []
    for place in range(len(rows)):
        if not kept or float((vectors[kept] @ vectors[place]).max()) < cosine:
            kept.append(place)
    return [rows[place] for place in kept]


def request_for(prompt: Prompt, problem: dict, value: dict, cell: Cell, least: int, most: int) -> Request:
    messages = prompt.messages(
        category=problem["label"],
        subcategories=problem["subcategories"],
        value=value["label"],
        definition=value["definition"],
        contained=value["contained"],
        least=least,
        most=most,
    )
    return Request(f"c{cell[0] + 1}v{cell[1]:02d}", prompt.id, messages)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = asking_parser(__doc__)
    parser.add_argument("--values", required=True, help="taxonomy of the values")
    parser.add_argument("--problems", required=True, help="taxonomy of the problem categories")
    parser.add_argument("--cells", type=int, required=True, help="pairs of category and value asked for, 0 for all")
    parser.add_argument("--least", type=int, required=True, help="situations a pair, at least")
    parser.add_argument("--most", type=int, required=True, help="situations a pair, at most")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--sentences-kind", choices=["encoder", "tfidf"], required=True)
    parser.add_argument("--sentences-model", help="folder of the encoder")
    parser.add_argument("--cosine", type=float, required=True, help="likeness from which a situation is dropped")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    prompt, values, problems = load_prompt(args.prompt), load_taxonomy(args.values), load_taxonomy(args.problems)
    cells = choose_cells(len(problems), len(values), args.cells, args.seed)
    requests = [request_for(prompt, problems[c], values[v], (c, v), args.least, args.most) for c, v in cells]
    answers = ask_all(args, (requests, parse_situations))
    written = [
        {
            "id": f"{request.id}-{number:02d}",
            "category": problems[category]["label"],
            "value": values[value]["label"],
            "situation": situation,
        }
        for (category, value), request, answer in zip(cells, requests, answers, strict=True)
        for number, situation in enumerate(answer.value or [], 1)
    ]
    if not written:
        raise Problem(f"No situation was written for {args.output}. Mend the prompt or the model entry.")
    different = drop_repeated(written)
    kept = drop_near(different, open_sentences(args.sentences_kind, args.sentences_model or ""), args.cosine)
    write_jsonl(args.output, kept)
    repeated, near = len(written) - len(different), len(different) - len(kept)
    log.info(
        "%d situations for %d pairs, %d kept, %d repeated, %d near", len(written), len(cells), len(kept), repeated, near
    )


if __name__ == "__main__":
    main()
