"""What a reference generator answers on held-out threads, with their own target values or random ones (paper A, D.2).

Writes one row a thread: `id, targets, text` (requirements A-031 and A-032). Random values are as many as the thread's
own, drawn without replacement from all others.

python -m scripts -- reference.write_comments --threads results/reddit/single/test.jsonl --prompt
resources/prompts/A-RG.md --values resources/taxonomy/values.yaml --history '{…}' --targets random --seed 42
--max-failed 0.02 --base … --base-backend local --adapter … --sampling '{…}' --output
results/reference/single/comments/dpo_random.jsonl
"""

import argparse
import json
import logging
from pathlib import Path

from scripts.llm.chat import Request
from scripts.llm.own_speaker import open_own, own_options
from scripts.llm.speaker import ask_within
from scripts.text.answers import parse_text
from scripts.text.contexts import reference_messages
from scripts.text.draws import seeded
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import labels, load_taxonomy

log = logging.getLogger(__name__)


def random_targets(targets: list[str], known: list[str], seed: int, thread: str) -> list[str]:
    """As many values as `targets`, none of them among these, in the taxonomy's order."""
    others = [label for label in known if label not in targets]
    drawn = seeded(seed, "random targets", thread).sample(others, len(targets))
    return [label for label in known if label in drawn]


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--threads", type=Path, required=True)
    parser.add_argument("--prompt", type=Path, required=True, help="A-RG")
    parser.add_argument("--values", type=Path, required=True)
    parser.add_argument("--history", type=json.loads, required=True, help="{first_words, last_words}")
    parser.add_argument("--targets", choices=("original", "random"), required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--max-failed", type=float, required=True, help="largest share of empty answers, 0-1")
    own_options(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    prompt, values, threads = load_prompt(args.prompt), load_taxonomy(args.values), read_jsonl(args.threads)
    given = {
        row["id"]: row["targets"]
        if args.targets == "original"
        else random_targets(row["targets"], labels(values), args.seed, row["id"])
        for row in threads
    }
    requests = [
        Request(row["id"], prompt.id, reference_messages(prompt, row["turns"], given[row["id"]], values, args.history))
        for row in threads
    ]
    with open_own(args) as chat:
        answers = ask_within(chat, requests, parse_text, args.max_failed, args.output)
    rows = [
        {"id": request.id, "targets": given[request.id], "text": answer.value}
        for request, answer in zip(requests, answers, strict=True)
        if answer.value is not None
    ]
    write_jsonl(args.output, rows)
    log.info("%d threads, %d answered", len(threads), len(rows))


if __name__ == "__main__":
    main()
