"""Chat rows that teach the supporter its four steps: initial and alternative answers (paper A, 5.3, Tables 1, 9, 10).

Answers whose strategy is not one of the eight are dropped (requirement A-048). `counts.json` holds dialogues, turns,
outputs before and after the filter and the strategies of both kinds, for each split.
Run: python -m scripts.supporter.build_supporter_sft --help
"""

import argparse
import json
import logging
from collections import Counter
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.text.answers import known_strategy
from scripts.text.contexts import supporter_messages
from scripts.text.files import read_jsonl, write_json, write_jsonl
from scripts.text.prompts import Prompt, load_prompt
from scripts.text.taxonomy import labels, load_taxonomy

log = logging.getLogger(__name__)


def outputs(dialogues: list[dict]) -> list[tuple[dict, dict, str, dict]]:
    """(dialogue, turn, kind, answer) for every initial and alternative answer; the greeting is none."""
    found = []
    for dialogue in dialogues:
        for turn in dialogue["turns"]:
            if "answer" in turn:
                found.append((dialogue, turn, "initial", turn))
                if turn.get("alternative"):
                    found.append((dialogue, turn, "alternative", turn["alternative"]))
    return found


def row(dialogue: dict, turn: dict, kind: str, answer: dict, prompt: Prompt, strategies: list, window: dict) -> dict:
    before = dialogue["turns"][: turn["index"]]
    messages = supporter_messages(prompt, before, turn["target_values"], turn["reference"], strategies, window)
    return {
        "id": f"{dialogue['id']}:{turn['index']}:{kind}",
        "prompt": messages,
        "completion": [{"role": "assistant", "content": answer["answer"]}],
    }


def build(dialogues: list[dict], prompt: Prompt, strategies: list[dict], window: dict) -> tuple[list[dict], dict]:
    """The kept rows and the counts of one split."""
    found = outputs(dialogues)
    kept = [item for item in found if known_strategy(item[3]["strategy"], strategies)]
    spread = Counter((kind, answer["strategy"]) for _, _, kind, answer in kept)
    counts = {
        "dialogues": len(dialogues),
        "turns": sum(kind == "initial" for _, _, kind, _ in found),
        "outputs": len(found),
        "kept": len(kept),
        "strategies": {
            kind: {label: spread[kind, label] for label in labels(strategies)} for kind in ("initial", "alternative")
        },
    }
    return [row(*item, prompt, strategies, window) for item in kept], counts


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train-dialogues", type=Path, required=True)
    parser.add_argument("--dev-dialogues", type=Path, required=True)
    parser.add_argument("--prompt", type=Path, required=True, help="A-SUP or A-SUP-E")
    parser.add_argument("--strategies", type=Path, required=True)
    parser.add_argument("--history", type=json.loads, required=True, help="{first_words, last_words}")
    parser.add_argument("--train", type=Path, required=True, help="output")
    parser.add_argument("--dev", type=Path, required=True, help="output")
    parser.add_argument("--counts", type=Path, required=True, help="output")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    prompt, strategies = load_prompt(args.prompt), load_taxonomy(args.strategies)
    counts = {}
    for split, source, output in (
        ("train", args.train_dialogues, args.train),
        ("dev", args.dev_dialogues, args.dev),
    ):
        rows, counts[split] = build(read_jsonl(source), prompt, strategies, args.history)
        if not rows:
            raise Problem(
                f"{source}: no usable supporter answer. Look at its end reasons and at the strategies' names."
            )
        write_jsonl(output, rows)
        log.info("%s: %d rows kept of %d outputs", split, counts[split]["kept"], counts[split]["outputs"])
    write_json(args.counts, counts)


if __name__ == "__main__":
    main()
