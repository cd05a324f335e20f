"""Chat rows that teach a model how ESConv dialogues end: the dialogue -> its seeker's final intensity (paper A, F.2).

python -m scripts -- judging.build_intensity_sft --dialogues results/corpora/esconv/train.jsonl --prompt
resources/prompts/A-INT.md --history '{…}' --output rows.jsonl
"""

import argparse
import json
import logging
from pathlib import Path

from scripts.judging.intensity_models import rated_dialogues, shown
from scripts.text.files import write_jsonl
from scripts.text.intensity import sentence
from scripts.text.prompts import Prompt, load_prompt

log = logging.getLogger(__name__)


def example(dialogue: dict, prompt: Prompt, window: dict) -> dict:
    return {
        "id": dialogue["id"],
        "prompt": prompt.messages(dialogue=shown(dialogue, window)),
        "completion": [{"role": "assistant", "content": sentence(dialogue["meta"]["final_intensity"])}],
    }


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dialogues", type=Path, required=True)
    parser.add_argument("--prompt", type=Path, required=True, help="A-INT")
    parser.add_argument("--history", type=json.loads, required=True, help="{first_words, last_words}")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    prompt, dialogues = load_prompt(args.prompt), rated_dialogues(args.dialogues)
    write_jsonl(args.output, (example(row, prompt, args.history) for row in dialogues))
    log.info("%d examples", len(dialogues))


if __name__ == "__main__":
    main()
