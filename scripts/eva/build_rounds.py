"""Dialogues as chat rows that teach every supporter turn (ACQ; paper B, section 4.1.1 and G; requirement B-009).

Keeps the dialogues that the seeker opens (requirement B-006; those of EmpatheticDialogues all are), joins consecutive
turns of one speaker, and leaves out what the seeker says after the supporter's last turn. Writes a row a dialogue:
`id`, `messages` (B-BASE's instruction, then seeker as user and supporter as assistant in turn). A dialogue without a
supporter turn, or with a turn without a word, is left out and counted in the log; none left is a Problem.

python -m scripts -- eva.build_rounds --dialogues results/corpora/esconv/train.jsonl --prompt
resources/prompts/B-BASE.md --output results/eva/rounds/esconv/train.jsonl
"""

import argparse
import logging

from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import Prompt, load_prompt
from scripts.text.rounds import chat_history, seeker_first

log = logging.getLogger(__name__)


def rounds(dialogue: dict, prompt: Prompt) -> dict | None:
    """The row of a merged dialogue; None without a supporter turn, or where a turn has no word."""
    turns = dialogue["turns"]
    last = max((place for place, turn in enumerate(turns) if turn["role"] == "supporter"), default=-1)
    kept = turns[: last + 1]
    if not kept or not all(turn["text"].strip() for turn in kept):
        return None
    return {"id": dialogue["id"], "messages": chat_history(prompt, kept)}


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dialogues", required=True, help="JSONL, one split of a corpus")
    parser.add_argument("--prompt", required=True, help="B-BASE")
    parser.add_argument("--output", required=True, help="JSONL")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    prompt, dialogues = load_prompt(args.prompt), read_jsonl(args.dialogues)
    opened = seeker_first(dialogues)
    rows = [row for dialogue in opened if (row := rounds(dialogue, prompt))]
    if not rows:
        raise Problem(
            f"{args.dialogues} has no dialogue that the seeker opens and a supporter answers. Look at how the corpus "
            "was read (corpora.normalise_esconv, corpora.normalise_empathetic)."
        )
    write_jsonl(args.output, rows)
    log.info(
        "dialogues in %d, opened by the seeker %d, kept %d, without an answer or a word %d",
        *(len(dialogues), len(opened), len(rows), len(opened) - len(rows)),
    )


if __name__ == "__main__":
    main()
