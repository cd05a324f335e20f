"""Experts' notes on the sampled dialogues, counted by code (paper A, section 6.4.3; requirement A-078).

What the experts write cannot be computed. They read the exported pages and keep a file `dialogue_id, rater, code,
note`: a line a remark, with the code that it is an instance of. The codes are given (config: measures.experts.codes).
Counted are remarks, dialogues and raters, code by code, over all systems and by system; no note's text is passed on.

Writes `kind, code, system, notes, dialogues, raters, agreed, status, file, run`: `agreed` are dialogues that at least
two raters give the code. Without the file every row is empty and says `needs human`. A missing or unknown column, a
dialogue that is not of the sheet, an unknown code, no rater, an empty note, a line that stands twice: each is a Problem
that says where.

python -m scripts -- judging.summarise_notes --sample results/judging/experts/sample.jsonl --codes '{"strengths":
["validation", …], "improvements": ["understanding", …]}' --systems '["gpt", …]' --notes a_expert_notes.csv --file
ratings/a_expert_notes.csv --run paper --output results/expert_notes.csv
"""

import argparse
import csv
import json
import logging
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_csv

log = logging.getLogger(__name__)

FORM = ("dialogue_id", "rater", "code", "note")
COLUMNS = ["kind", "code", "system", "notes", "dialogues", "raters", "agreed", "status", "file", "run"]
ALL = "all"
ADVICE = "Correct it: columns are " + ", ".join(FORM) + ", and a note with commas stands in quotes."


class Remark(NamedTuple):
    """That a rater gave a dialogue a code; the note's words are not kept."""

    dialogue: str
    rater: str
    code: str


def records(path: str) -> list[list[str]]:
    """The header, blanks stripped, and the records; empty lines are left out, and so is a UTF-8 mark."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:
            rows = [row for row in csv.reader(stream, strict=True) if row]
    except UnicodeDecodeError:
        raise Problem(f"{path} is no UTF-8 text. Save it as CSV in UTF-8.") from None
    except csv.Error as error:
        raise Problem(f"{path} is no CSV ({error}). {ADVICE}") from None
    return [[name.strip() for name in rows[0]], *rows[1:]] if rows else [[]]


def read_remarks(path: str, dialogues: Collection[str], codes: Collection[str]) -> list[Remark]:
    """The file's remarks. Messages name the line, never a cell, which might be part of a note.

    A rater may give a dialogue a code more than once, by different notes.
    """
    header, *rows = records(path)
    if missing := [name for name in FORM if name not in header]:
        raise Problem(f"{path} has no column {missing[0]}. It needs {', '.join(FORM)}.")
    for column, name in enumerate(header):
        if name not in FORM or name in header[:column]:
            raise Problem(f"{path}: column {column + 1} is none of {', '.join(FORM)}, or one of them again. Remove it.")
    if not rows:
        raise Problem(f"{path} holds no notes. Fill it in, or take it away until there are some.")
    remarks = []
    seen: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows, 1):
        place = f"{path}, record {number} after the header"
        if len(row) != len(FORM):
            raise Problem(f"{place} has not {len(FORM)} cells. {ADVICE}")
        dialogue, rater, code, note = cells = tuple(row[header.index(name)].strip() for name in FORM)
        if dialogue not in dialogues:
            raise Problem(f"{place}: its dialogue_id is none of the sheet's. Take the ids from the exported sheet.")
        if not rater:
            raise Problem(f"{place} names no rater. Give each person a name of their own.")
        if code not in codes:
            raise Problem(f"{place}: its code is none of {', '.join(codes)}. Take one, or add it to the config.")
        if not note:
            raise Problem(f"{place} has no note. Write one, or take the line away.")
        if cells in seen:
            raise Problem(f"{place} says the same as record {seen[cells]}. Keep one of the two.")
        seen[cells] = number
        remarks.append(Remark(dialogue, rater, code))
    return remarks


def counted(remarks: Sequence[Remark]) -> dict[str, int]:
    """Remarks of one code: how many, on how many dialogues, by how many raters, and dialogues of two raters or more."""
    raters: dict[str, set[str]] = {}
    for remark in remarks:
        raters.setdefault(remark.dialogue, set()).add(remark.rater)
    return {
        "notes": len(remarks),
        "dialogues": len(raters),
        "raters": len({remark.rater for remark in remarks}),
        "agreed": sum(len(people) > 1 for people in raters.values()),
    }


def table(
    codes: Mapping[str, Sequence[str]], system_of: Mapping[str, str], systems: Sequence[str], remarks: list | None
) -> list[dict]:
    """Rows code by code, over all systems and then by system; without remarks (None) they are empty."""
    rows = []
    for kind, names in codes.items():
        for code in names:
            for system in (ALL, *systems):
                row: dict = {"kind": kind, "code": code, "system": system, "status": "needs human"}
                if remarks is not None:
                    own = [r for r in remarks if r.code == code and system in (ALL, system_of[r.dialogue])]
                    row |= counted(own) | {"status": "built"}
                rows.append(row)
    return rows


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Experts' notes, counted by code.", allow_abbrev=False)
    parser.add_argument("--sample", required=True, help="key of the sampled dialogues")
    parser.add_argument("--codes", required=True, type=json.loads, help="JSON: lists of codes by kind")
    parser.add_argument("--systems", required=True, type=json.loads, help="JSON list of ids")
    parser.add_argument("--notes", required=True, nargs="*", help="the experts' file, if it is there")
    parser.add_argument("--file", required=True, help="where it belongs, below data_dir")
    parser.add_argument("--run", required=True, help="paper, demo or laptop")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    system_of = {row["dialogue_id"]: row["system"] for row in read_jsonl(args.sample)}
    codes = [code for names in args.codes.values() for code in names]
    remarks = read_remarks(args.notes[0], system_of, codes) if args.notes else None
    rows = table(args.codes, system_of, args.systems, remarks)
    write_csv(args.output, [row | {"file": args.file, "run": args.run} for row in rows], COLUMNS)
    log.info(
        "%d dialogues, %d codes, notes: %s", len(system_of), len(codes), "none" if remarks is None else len(remarks)
    )


if __name__ == "__main__":
    main()
