"""Picks the one ESConv dialogue that the seeker simulator is shown (paper A, E.2 and Table 28; requirement A-042).

Reads `corpora/esconv/train.jsonl`; writes `{"id", "turns"}` with merged turns (index, role, text). `auto` takes the
first dialogue whose seeker ended at intensity 1 after 8 to 12 merged turns; otherwise the id names the dialogue.

python -m scripts personas.pick_example --dialogues results/corpora/esconv/train.jsonl --example auto
--output results/personas/example.json
"""

import argparse
import logging
from collections.abc import Sequence

from scripts.provenance.errors import Problem
from scripts.text.dialogue import merge_turns
from scripts.text.files import read_jsonl, write_json

log = logging.getLogger(__name__)

FINAL_INTENSITY = 1
LEAST_TURNS, MOST_TURNS = 8, 12


def pick(dialogues: list[dict], example: str) -> dict:
    """The dialogue named by `example`, or the first suitable one for `auto`; a Problem when there is none."""
    for dialogue in dialogues:
        turns = merge_turns(dialogue["turns"])
        if example == "auto":
            suits = dialogue["meta"]["final_intensity"] == FINAL_INTENSITY and LEAST_TURNS <= len(turns) <= MOST_TURNS
        else:
            suits = dialogue["id"] == example
        if suits:
            kept = [{"index": turn["index"], "role": turn["role"], "text": turn["text"]} for turn in turns]
            return {"id": dialogue["id"], "turns": kept}
    if example == "auto":
        raise Problem(
            f"no ESConv train dialogue ends at intensity {FINAL_INTENSITY} within {LEAST_TURNS} to {MOST_TURNS} turns. "
            "Name one by its id in personas.example."
        )
    raise Problem(
        f"personas.example {example!r} is no ESConv train dialogue. Give an id such as esconv-train-0, or auto."
    )


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dialogues", required=True, help="normalised ESConv train dialogues")
    parser.add_argument("--example", required=True, help="id of the dialogue, or auto")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    dialogues = read_jsonl(args.dialogues)
    example = pick(dialogues, args.example)
    write_json(args.output, example)
    log.info("%d dialogues, picked %s with %d turns", len(dialogues), example["id"], len(example["turns"]))


if __name__ == "__main__":
    main()
