"""Chat rows that teach the reference generator: history and target values -> the real comment (paper A, 5.2, Table 16).

With the emotion prompt (no `targets` slot) the rows show the history alone (paper A, G.1).
Run: python -m scripts.reference.build_reference_sft --threads results/reddit/single/train.jsonl … --output rows.jsonl
"""

import argparse
import json
import logging
from pathlib import Path

from scripts.text.contexts import reference_messages
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)


def example(thread: dict, prompt, values: list[dict], window: dict) -> dict:
    return {
        "id": thread["id"],
        "prompt": reference_messages(prompt, thread["turns"], thread["targets"], values, window),
        "completion": [{"role": "assistant", "content": thread["comment"]}],
    }


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=Path, required=True)
    parser.add_argument("--prompt", type=Path, required=True, help="A-RG or A-RG-E")
    parser.add_argument("--values", type=Path, required=True)
    parser.add_argument("--history", type=json.loads, required=True, help="{first_words, last_words}")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    prompt, values = load_prompt(args.prompt), load_taxonomy(args.values)
    threads = read_jsonl(args.threads)
    write_jsonl(args.output, (example(thread, prompt, values, args.history) for thread in threads))
    log.info("%d examples", len(threads))


if __name__ == "__main__":
    main()
