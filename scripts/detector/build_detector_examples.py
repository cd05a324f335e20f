"""Chat rows that teach the target value detector (paper A, sections 5.1 and D.1, Table 15).

One row a thread: history up to the seeker's turn -> the values of the OP's next, positive reply.
Run: python -m scripts.detector.build_detector_examples --threads results/reddit/single/train.jsonl … --output …
"""

import argparse
import json
import logging
from pathlib import Path

from scripts.text.contexts import detector_messages
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import labels, load_taxonomy

log = logging.getLogger(__name__)


def example(thread: dict, prompt, values: list[dict], window: dict) -> dict:
    """{id, prompt, completion}: the answer names the 1-3 target values in the taxonomy's order.

    The paper states no order; one that is the same everywhere can be learnt, the classifier's ranking cannot.
    """
    named = [label for label in labels(values) if label in thread["targets"]]
    return {
        "id": thread["id"],
        "prompt": detector_messages(prompt, thread["turns"], values, window),
        "completion": [{"role": "assistant", "content": ", ".join(named)}],
    }


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=Path, nargs="+", required=True, help="one split of each setting in use")
    parser.add_argument("--prompt", type=Path, required=True)
    parser.add_argument("--values", type=Path, required=True)
    parser.add_argument("--history", type=json.loads, required=True, help="{first_words, last_words}")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    prompt, values = load_prompt(args.prompt), load_taxonomy(args.values)
    threads = [thread for path in args.threads for thread in read_jsonl(path)]
    write_jsonl(args.output, (example(thread, prompt, values, args.history) for thread in threads))
    log.info("%d examples from %d files", len(threads), len(args.threads))


if __name__ == "__main__":
    main()
