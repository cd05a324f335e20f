"""Preference pairs that align a model with emotional validation (ALI; paper B, section 4.1.2; prompt B-ALI).

Reads one split of the voted items. Writes a row an item for the DPO trainer: `id`, `prompt` (B-BASE's instruction, then
the conversation as user and assistant turns), `chosen` and `rejected` (one assistant message each). A split without an
item is a Problem: there is nothing to train on until somebody has ranked.

python -m scripts -- evad.build_alignment_pairs --items results/evad/train.jsonl --prompt resources/prompts/B-BASE.md
--output results/evad/pairs/train.jsonl
"""

import argparse
import logging
from collections.abc import Sequence

from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import Prompt, load_prompt
from scripts.text.rounds import chat_history

log = logging.getLogger(__name__)


def pair(item: dict, prompt: Prompt) -> dict:
    def said(picked: str) -> list[dict[str, str]]:
        return [{"role": "assistant", "content": item[picked]["text"]}]

    return {
        "id": item["item_id"],
        "prompt": chat_history(prompt, item["history"]),
        "chosen": said("chosen"),
        "rejected": said("rejected"),
    }


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Write preference pairs for DPO.", allow_abbrev=False)
    parser.add_argument("--items", required=True, help="one split of the voted items")
    parser.add_argument("--prompt", required=True, help="B-BASE")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    items, prompt = read_jsonl(args.items), load_prompt(args.prompt)
    if not items:
        raise Problem(
            f"{args.items} holds no item. Let people rank on the rating pages and drop their files into the folder "
            "evad.rating.folder of data_dir, or set evad.rating.raters: llm."
        )
    write_jsonl(args.output, [pair(item, prompt) for item in items])
    log.info("%d pairs", len(items))


if __name__ == "__main__":
    main()
