"""One split of EmpatheticDialogues in the project's dialogue format (Rashkin et al. 2019; paper B, requirement B-008).

The release is no proper CSV: commas of a text are written `_comma_` and quotes mean nothing, so lines are split at
commas and nothing else (a CSV reader would swallow lines after an unpaired quote). A line has eight fields, of the
valid and test files nine too (candidates, not used); the seventh, marks of the speakers, holds no letter, which tells a
comma that was not written out. The speaker of a conversation's first utterance is the seeker, the
other one the supporter; turns are ordered by their number, and consecutive ones of one speaker stay as they are.

Output (JSONL): `id` `empathetic-<split>-<row>`, `turns [{index, role, text}]`, `meta` `conversation, emotion,
situation`.

    python -m scripts -- corpora.normalise_empathetic --input valid.csv --split dev --sha256 "" --output dev.jsonl
"""

import argparse
import logging
from collections.abc import Collection

from scripts.corpora.registry import checked
from scripts.provenance.errors import Problem
from scripts.text.files import write_jsonl

log = logging.getLogger(__name__)
HEADER = "conv_id,utterance_idx,context,prompt,speaker_idx,utterance,selfeval,tags"
FIELDS = {"train": (8,), "dev": (8, 9), "test": (8, 9)}


def plain(text: str) -> str:
    return " ".join(text.replace("_comma_", ",").split())


def read_lines(path: str, text: str, counts: Collection[int]) -> dict[str, list[list[str]]]:
    """Fields of each conversation's lines, in order of the file. A line that does not split into one of `counts`
    fields, whose number or speaker is none, or whose marks hold letters, is a Problem."""
    lines = text.split("\n")  # an utterance may hold other line separators
    if lines[0].strip("\r\ufeff ") != HEADER:
        raise Problem(f"{path} begins with {lines[0][:60]!r}, expected {HEADER}. Check that it is the right file.")
    talks: dict[str, list[list[str]]] = {}
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        fields = line.rstrip("\r").split(",")
        fits = len(fields) in counts and fields[1].isdigit() and fields[4].isdigit()
        if not fits or any(letter.isalpha() for letter in fields[6]):
            raise Problem(
                f"{path}, line {number} has {len(fields)} fields (expected {' or '.join(map(str, counts))}), or no "
                "numbers where they belong. Fetch the file again: a program that read and saved it as CSV has changed "
                "its quotes and commas."
            )
        talks.setdefault(fields[0], []).append(fields)
    return talks


def dialogue(name: str, lines: list[list[str]], split: str, row: int) -> dict:
    """The dialogue; ValueError when its turns are not numbered without a gap or a repeat, or a text is empty."""
    ordered = sorted(lines, key=lambda fields: int(fields[1]))
    numbers = [int(fields[1]) for fields in ordered]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise ValueError(f"turns {numbers}")
    first = ordered[0][4]
    turns = [
        {"index": index, "role": "seeker" if fields[4] == first else "supporter", "text": plain(fields[5])}
        for index, fields in enumerate(ordered)
    ]
    if not all(turn["text"] for turn in turns):
        raise ValueError("a turn without a word")
    meta = {"conversation": name, "emotion": ordered[0][2], "situation": plain(ordered[0][3])}
    return {"id": f"empathetic-{split}-{row}", "turns": turns, "meta": meta}


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--input", required=True)
    parser.add_argument("--split", choices=("train", "dev", "test"), required=True)
    parser.add_argument("--sha256", required=True, help="of the input; empty: not pinned")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    path = checked(args.input, args.sha256)
    rows = []
    text = path.read_bytes().decode("utf-8", "replace")
    if damaged := text.count("\ufffd"):
        log.warning("%s: %d characters are no UTF-8 and stand as \ufffd", args.input, damaged)
    for row, (name, lines) in enumerate(read_lines(args.input, text, FIELDS[args.split]).items()):
        try:
            rows.append(dialogue(name, lines, args.split, row))
        except ValueError as error:
            raise Problem(f"{args.input}: {name} is no conversation ({error}). Fetch the file again.") from error
    if not rows:
        raise Problem(f"{args.input} holds no conversation. Fetch the file again.")
    write_jsonl(args.output, rows)
    log.info("conversations %d, turns %d", len(rows), sum(len(row["turns"]) for row in rows))


if __name__ == "__main__":
    main()
