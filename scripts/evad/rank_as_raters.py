"""Stand-ins for the raters: a model ranks the candidates, as often as there are raters (`raters: llm`; B-016).

Writes the form that people's rankings come in (`item_id, annotator, rank1` … `rank4`, levels, the most appropriate
first); all that follows from it is marked synthetic. Each stand-in sees the candidates of an item in a drawn order of
its own and is asked with a sample number of its own. An answer that stays unusable leaves its item with a rater fewer:
such items are left out whole, as an item needs all its raters, and counted in the log.

python -m scripts -- evad.rank_as_raters --items results/evad/items.jsonl --candidates results/evad/candidates.jsonl
--prompt resources/prompts/B-HUM-RANK.md --levels resources/taxonomy/levels.yaml --history '{…}' --people 12 --seed 42
--model '{…}' --sampling '{…}' --max-failed 0.02 --output results/evad/stand_ins.csv
"""

import argparse
import logging
import re
from collections.abc import Sequence

from scripts.evad.asking import ask_all, asking_parser, history_of
from scripts.evad.items import rater_name, read_items
from scripts.evad.ranking_files import COLUMNS
from scripts.llm.chat import Request
from scripts.stats.positions import LEVELS
from scripts.text.draws import seeded
from scripts.text.files import write_csv
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)

LETTERS = "ABCD"
_LINE = re.compile(r"^\W*Ranking\W*:\W*([A-D])\W+([A-D])\W+([A-D])\W+([A-D])\W*$", re.MULTILINE)


def parse_ranking(text: str) -> tuple[str, ...]:
    """The four letters, best first; ValueError when the last `Ranking:` line does not name each once."""
    found = _LINE.findall(text)
    if not found or sorted(found[-1]) != list(LETTERS):
        raise ValueError("no line Ranking: with the letters A to D, each once")
    return found[-1]


def order_for(item_id: str, rater: int, seed: int) -> list[int]:
    """The levels in the order in which a rater sees them, as A to D."""
    return seeded(seed, "evad order", item_id, rater).sample(LEVELS, len(LEVELS))


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = asking_parser("Rank the candidates in the raters' place.")
    parser.add_argument("--prompt", required=True, help="B-HUM-RANK")
    parser.add_argument("--items", required=True)
    parser.add_argument("--candidates", required=True)
    parser.add_argument("--people", type=int, required=True, help="raters of an item")
    parser.add_argument("--seed", type=int, required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    prompt, levels = load_prompt(args.prompt), load_taxonomy(args.levels)
    asked, requests = [], []
    for item in read_items(args.items, args.candidates):
        history = history_of(item, args.history)
        first = 1 + (item["group"] - 1) * args.people  # a rater belongs to one group
        for rater in range(first, first + args.people):
            order = order_for(item["item_id"], rater, args.seed)
            shown = [
                {"letter": letter, "text": item["candidates"][level]}
                for letter, level in zip(LETTERS, order, strict=True)
            ]
            messages = prompt.messages(levels=levels, history=history, candidates=shown)
            requests.append(Request(f"{item['item_id']}.{rater}", prompt.id, messages, sample=rater))
            asked.append((item, rater, order))
    answers = ask_all(args, requests, parse_ranking)
    gaps = {item["item_id"] for (item, _, _), answer in zip(asked, answers, strict=True) if answer.value is None}
    rows = []
    for (item, rater, order), answer in zip(asked, answers, strict=True):
        if item["item_id"] not in gaps:
            ranked = [order[LETTERS.index(letter)] for letter in answer.value]
            name = rater_name(item["group"], f"standin{rater:02d}")
            rows.append(dict(zip(COLUMNS, (item["item_id"], name, *ranked), strict=True)))
    write_csv(args.output, rows, list(COLUMNS))
    log.info("%d rankings; %d items left out, which lack one", len(rows), len(gaps))


if __name__ == "__main__":
    main()
