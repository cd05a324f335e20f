"""What supporters' turns are like, a row for each system's simulated dialogues of a split (requirements A-047, A-079).

Writes CSV `system, split, dialogues, failed, turns`, then for each measure its value and 95 % interval (`…_low`,
`…_high`), which resamples dialogues. Words of a supporter's turn are separated by white space; the greeting is no turn
of theirs. An exchange is a pair of turns after the situation, counted in dialogues that did not fail. Reference use is
the share of turns that use the reference they were given: of all, of the first of each dialogue, of the later ones; by
the initial answer, never by its alternative; empty for a system that is given none. No cell holds a text.

python -m scripts audit.tabulate_turns --dialogues results/dialogues/gpt/{train,dev,test}.jsonl … --resamples 10000
--seed 42 --output results/audit/turns.csv
"""

import argparse
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.stats.clustered import Units, mean
from scripts.text.files import read_jsonl, write_csv

log = logging.getLogger(__name__)

MEASURES = ("words", "exchanges", "reference_use", "reference_use_first", "reference_use_later")
COLUMNS = [
    *("system", "split", "dialogues", "failed", "turns"),
    *(f"{name}{end}" for name in MEASURES for end in ("", "_low", "_high")),
]
Trials = list[tuple[str, float]]  # (dialogue, value)


def supporter_turns(dialogue: dict) -> list[dict]:
    """The supporter's turns in order, without the greeting."""
    return [turn for turn in dialogue["turns"] if turn["role"] == "supporter" and turn["index"] > 0]


def exchanges(dialogue: dict) -> int:
    """Supporter's turns that the seeker answered: the situation answers none."""
    return sum(turn["role"] == "seeker" for turn in dialogue["turns"]) - 1


def decisions(dialogues: Sequence[dict]) -> Iterator[tuple[str, bool, float]]:
    """(dialogue, whether it is its first, 1 where it uses the reference) of each turn that was given a reference."""
    for dialogue in dialogues:
        for place, turn in enumerate(supporter_turns(dialogue)):
            if turn.get("reference"):
                yield dialogue["id"], place == 0, float(turn["use_reference"])


def trials(dialogues: Sequence[dict]) -> dict[str, Trials]:
    """What is averaged, by measure."""
    decided = list(decisions(dialogues))
    return {
        "words": [
            (dialogue["id"], float(len(turn["text"].split())))
            for dialogue in dialogues
            for turn in supporter_turns(dialogue)
        ],
        "exchanges": [
            (dialogue["id"], float(exchanges(dialogue))) for dialogue in dialogues if dialogue["end_reason"] != "failed"
        ],
        "reference_use": [(name, used) for name, _, used in decided],
        "reference_use_first": [(name, used) for name, first, used in decided if first],
        "reference_use_later": [(name, used) for name, first, used in decided if not first],
    }


def row(system: str, split: str, dialogues: Sequence[dict], resamples: int, seed: int) -> dict:
    """One line of the table; a measure that nothing was counted for has empty cells."""
    units = Units([dialogue["id"] for dialogue in dialogues], resamples, seed)
    found = trials(dialogues)
    cells: dict[str, object] = {
        "system": system,
        "split": split,
        "dialogues": len(dialogues),
        "failed": sum(dialogue["end_reason"] == "failed" for dialogue in dialogues),
        "turns": len(found["words"]),
    }
    for name in MEASURES:
        value, interval = mean(units, found[name])
        low, high = interval or (None, None)
        cells |= {name: value, f"{name}_low": low, f"{name}_high": high}
    return cells


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dialogues", type=Path, nargs="+", required=True, help="files <system>/<split>.jsonl")
    parser.add_argument("--resamples", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    rows = []
    for path in args.dialogues:
        dialogues = read_jsonl(path)
        if not dialogues:
            raise Problem(f"{path} holds no dialogue. Build it again.")
        rows.append(row(path.parent.name, path.stem, dialogues, args.resamples, args.seed))
    write_csv(args.output, rows, COLUMNS)
    log.info("%d files, %d dialogues", len(rows), sum(found["dialogues"] for found in rows))


if __name__ == "__main__":
    main()
