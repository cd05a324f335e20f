"""How alike a simulated and the real seeker turn are, 1 to 5 (paper A, section E.2, Table 29's GPT column; A-043).

Reads the real dialogues and one simulator's turns; writes one row a turn: `id` (`<dialogue>:<index>`), `score`.

python -m scripts -- judging.rate_similarity --dialogues results/corpora/esconv/test.jsonl --turns
results/dialogues/seekers/gpt_zero.jsonl --history '{…}' --prompt resources/prompts/A-SIM.md --model '{…}'
--temperature 0 --top-p 1 --max-tokens 64 --max-failed 0.02 --output results/judging/similarity/gpt_zero.jsonl
"""

import argparse
import json
import logging
import re
from collections.abc import Sequence

from scripts.judging.asking import ask_judge, judge_parser, plain
from scripts.llm.chat import Request
from scripts.provenance.errors import Problem
from scripts.text.contexts import history_text
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import load_prompt
from scripts.text.seeker_turns import cases

log = logging.getLogger(__name__)

_SCORE = re.compile(r"^Score:\s*([1-5])\s*(?:/\s*5)?\.?$", re.IGNORECASE | re.MULTILINE)


def parse_score(text: str) -> int:
    """1 to 5 from the one line `Score: …`; ValueError without it or when there are several."""
    found = _SCORE.findall(plain(text))
    if len(found) != 1:
        raise ValueError("no line with one score from 1 to 5")
    return int(found[0])


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = judge_parser("Rate how alike a simulator's seeker turns and the real ones are.")
    parser.add_argument("--dialogues", required=True, help="the real dialogues")
    parser.add_argument("--turns", required=True, help="a simulator's turns")
    parser.add_argument("--history", type=json.loads, required=True, help="{first_words, last_words}")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    prompt = load_prompt(args.prompt)
    real = {case.id: case for case in cases(read_jsonl(args.dialogues))}
    requests = []
    for row in read_jsonl(args.turns):
        for turn in row["turns"]:
            case = real.get(f"{row['id']}:{turn['index']}")
            if case is None:
                raise Problem(
                    f"{args.turns} has {row['id']}:{turn['index']}, which {args.dialogues} lacks. Rebuild it."
                )
            given = {"history": history_text(case.before, args.history), "real": case.text, "generated": turn["text"]}
            requests.append(Request(case.id, prompt.id, prompt.messages(**given)))
    answers = ask_judge(args, requests, parse_score)
    rows = [
        {"id": request.id, "score": answer.value}
        for request, answer in zip(requests, answers, strict=True)
        if answer.value is not None
    ]
    write_jsonl(args.output, rows)
    log.info("rated %d of %d turns", len(rows), len(requests))


if __name__ == "__main__":
    main()
