"""Chat rows that teach a baseline the supporter turns of a public corpus, no values, no steps (paper A, section 6.3).

Run: python -m scripts.supporter.build_baseline_sft --dialogues results/corpora/esconv/train.jsonl … --output rows.jsonl
"""

import argparse
import json
import logging
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.text.contexts import supporter_messages
from scripts.text.dialogue import merge_turns
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import Prompt, load_prompt

log = logging.getLogger(__name__)


def examples(dialogue: dict, prompt: Prompt, window: dict) -> list[dict]:
    """One row for every supporter turn that answers a seeker turn; consecutive turns of a role are one."""
    turns = merge_turns(dialogue["turns"])
    return [
        {
            "id": f"{dialogue['id']}:{turn['index']}",
            "prompt": supporter_messages(prompt, turns[: turn["index"]], [], "", [], window),
            "completion": [{"role": "assistant", "content": turn["text"]}],
        }
        for turn in turns
        if turn["role"] == "supporter" and turn["index"] > 0
    ]


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=Path, required=True)
    parser.add_argument("--prompt", type=Path, required=True, help="A-SUP-PLAIN")
    parser.add_argument("--history", type=json.loads, required=True, help="{first_words, last_words}")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    prompt, dialogues = load_prompt(args.prompt), read_jsonl(args.dialogues)
    rows = [row for dialogue in dialogues for row in examples(dialogue, prompt, args.history)]
    if not rows:
        raise Problem(f"{args.dialogues} holds no supporter turn after a seeker turn. Look at how the corpus was read.")
    write_jsonl(args.output, rows)
    log.info("%d rows from %d dialogues", len(rows), len(dialogues))


if __name__ == "__main__":
    main()
