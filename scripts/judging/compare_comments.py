"""Which of two references is nearer in content to the real comment (paper A, section D.2, Tables 7, 8, 17; A-031).

Every thread that both files answer is judged twice, once with the first file's text as Comment A, once as Comment B.
Writes one row a thread: `id`, `order_1` and `order_2` (`first` or `second`, the file that was chosen), `drawn` (orders
whose answer stayed unusable and was drawn at random, as the counts of an order add up to all threads).

python -m scripts -- judging.compare_comments --threads results/reddit/single/test.jsonl --first …/llama_original.jsonl
--second …/sft_original.jsonl --history '{…}' --seed 42 --prompt resources/prompts/A-RGJ.md --model '{…}' --temperature
0 --top-p 1 --max-tokens 1024 --max-failed 0.02 --output results/judging/comments/single/llama_sft.jsonl
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
from scripts.text.draws import seeded
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import Prompt, load_prompt

log = logging.getLogger(__name__)

ORDERS = {"order_1": ("first", "second"), "order_2": ("second", "first")}  # which file's text is Comment A, which B
_CHOICE = re.compile(r"^Similar comment:\s*\(?Comment ([AB])\)?\.?\s*\Z", re.IGNORECASE | re.MULTILINE)


def parse_choice(text: str) -> str:
    """A or B from the line that closes the answer; else ValueError."""
    found = _CHOICE.search(plain(text))
    if not found:
        raise ValueError("no similar comment named at the end")
    return found[1].upper()


def requests_of(thread: dict, texts: dict[str, str], prompt: Prompt, window: dict) -> list[Request]:
    """The thread's two judgements; `texts` holds the comments as `first` and `second`."""
    shown = {"history": history_text(thread["turns"], window), "truth": thread["comment"]}
    return [
        Request(f"{thread['id']}.{order}", prompt.id, prompt.messages(comment_a=texts[a], comment_b=texts[b], **shown))
        for order, (a, b) in ORDERS.items()
    ]


def row_of(thread: str, choices: Sequence[str | None], seed: int) -> dict:
    """The thread's row from the answers in asking order (None: unusable)."""
    row: dict = {"id": thread}
    drawn = []
    for (order, shown), choice in zip(ORDERS.items(), choices, strict=True):
        if choice is None:
            drawn.append(order)
            choice = seeded(seed, "comparison", thread, order).choice("AB")
        row[order] = shown["AB".index(choice)]
    return row | {"drawn": drawn}


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = judge_parser("Say which of two references is nearer to the real comment.")
    parser.add_argument("--threads", required=True, help="held-out threads with the real comment")
    parser.add_argument("--first", required=True, help="rows of write_comments")
    parser.add_argument("--second", required=True, help="other rows of write_comments")
    parser.add_argument("--history", type=json.loads, required=True, help="{first_words, last_words}")
    parser.add_argument("--seed", type=int, required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    prompt, threads = load_prompt(args.prompt), {row["id"]: row for row in read_jsonl(args.threads)}
    first, second = ({row["id"]: row["text"] for row in read_jsonl(path)} for path in (args.first, args.second))
    for path, found in ((args.first, first), (args.second, second)):
        if strange := sorted(found.keys() - threads.keys()):
            raise Problem(f"{path} answers the thread {strange[0]}, which {args.threads} lacks. Build it again.")
    both = [name for name in threads if name in first and name in second]
    requests = [
        request
        for name in both
        for request in requests_of(threads[name], {"first": first[name], "second": second[name]}, prompt, args.history)
    ]
    answers = [answer.value for answer in ask_judge(args, requests, parse_choice)]
    rows = [row_of(name, answers[2 * place : 2 * place + 2], args.seed) for place, name in enumerate(both)]
    write_jsonl(args.output, rows)
    drawn = sum(len(row["drawn"]) for row in rows)
    log.info("%d of %d threads compared in two orders, %d choices drawn", len(rows), len(threads), drawn)


if __name__ == "__main__":
    main()
