"""A supporter utterance of each level for every item (paper B, sections 4.1.2 and E, table 6; requirement B-015).

Asks one prompt a level (B-L1 to B-L4, in this order). Writes a row an item: `item_id, candidates` {level: text}. An
item of which a level stayed without a usable answer is left out, and so is one whose writer said the same at two
levels: neither can be ranked. Both are counted in the log.

python -m scripts -- evad.write_candidates --items results/evad/items.jsonl --prompts resources/prompts/B-L{1,2,3,4}.md
--levels resources/taxonomy/levels.yaml --history '{…}' --model '{…}' --sampling '{…}' --max-failed 0.02 --output
results/evad/candidates.jsonl
"""

import argparse
import logging
import re
from collections.abc import Sequence

from scripts.evad.asking import ask_all, asking_parser, history_of
from scripts.llm.chat import Request
from scripts.stats.positions import LEVELS
from scripts.text.answers import parse_text
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)

_CUE = re.compile(r"^\s*supporter:\s*", re.IGNORECASE)


def level_slots(level: dict) -> dict:
    """What a level's prompt is told of it."""
    return {"level": level["level"], "name": level["label"], "meaning": level["definition"]}


def parse_candidate(text: str) -> str:
    """The utterance in one line, without the cue that some answers repeat; ValueError when nothing is left."""
    return parse_text(_CUE.sub("", text))


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = asking_parser("Write a candidate of each level.")
    parser.add_argument("--items", required=True)
    parser.add_argument("--prompts", required=True, nargs=len(LEVELS), help="templates, level 1 to 4")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    items, levels = read_jsonl(args.items), load_taxonomy(args.levels)
    prompts = [load_prompt(path) for path in args.prompts]
    requests = [
        Request(f"{item['item_id']}.{level['level']}", prompt.id, prompt.messages(**told, history=history))
        for item in items
        for history in [history_of(item, args.history)]
        for prompt, level in zip(prompts, levels, strict=True)
        for told in [level_slots(level)]
    ]
    answers = ask_all(args, requests, parse_candidate)
    texts = [answer.value for answer in answers]
    rows, failed, alike = [], 0, 0
    for place, item in enumerate(items):
        own = texts[len(LEVELS) * place : len(LEVELS) * (place + 1)]
        if None in own:
            failed += 1
        elif len(set(own)) < len(LEVELS):
            alike += 1
        else:
            candidates = {str(level): text for level, text in zip(LEVELS, own, strict=True)}
            rows.append({"item_id": item["item_id"], "candidates": candidates})
    write_jsonl(args.output, rows)
    log.info("%d items, %d with candidates; %d lack one, %d have equal ones", len(items), len(rows), failed, alike)


if __name__ == "__main__":
    main()
