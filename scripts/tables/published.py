"""The papers' printed numbers as kept in resources/published/: a file that lacks one is told, not read as less."""

import math
from collections.abc import Sequence
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.text.files import read_csv

MARKERS = ("", "*", "dagger", "approx", "significant")
ROWS = {  # numbers or labels that the papers print, by file
    "a_inline": 61,
    "a_table01": 4,
    "a_table02": 52,
    "a_table03": 117,
    "a_table04": 8,
    "a_table05": 21,
    "a_table06": 16,
    "a_table07": 16,
    "a_table08": 16,
    "a_table09": 8,
    "a_table10": 32,
    "a_table11": 36,
    "a_table12": 4,
    "a_table13": 12,
    "a_table14": 7,
    "a_table19": 96,
    "a_table20": 275,
    "a_table21": 54,
    "a_table22": 99,
    "a_table23": 12,
    "a_table24": 27,
    "a_table27_labels": 6,
    "a_table29": 56,
    "a_table33": 54,
    "a_table34_labels": 14,
    "a_table35_labels": 8,
    "b_inline": 66,
    "b_table01_labels": 4,
    "b_table02": 187,
    "b_table04": 48,
    "b_table05": 28,
    "b_table07": 30,
    "b_table08": 187,
    "b_table09": 4,
    "b_table10": 88,
    "b_table11": 88,
    "b_table12": 33,
    "b_table13": 10,
    "b_table14_labels": 2,
}


def printed_rows(path: str) -> list[dict[str, str]]:
    """The rows of a published file. One with more or fewer rows than its table prints is a Problem."""
    rows = read_csv(path)
    printed = ROWS.get(Path(path).stem, len(rows))
    if len(rows) != printed:
        raise Problem(
            f"{path} has {len(rows)} rows and the paper prints {printed}. Restore the file from the repository."
        )
    return rows


def printed_numbers(path: str, keys: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a file of numbers; a missing column, a value that is no number, an unknown marker is a Problem."""
    rows = printed_rows(path)
    of_table = not Path(path).stem.endswith("inline")  # what prose quotes may be a version or a list
    for line, row in enumerate(rows, 2):
        if missing := [name for name in (*keys, "metric", "value", "marker") if row.get(name) is None]:
            raise Problem(f"{path} has no column {missing[0]}. Restore the file from the repository.")
        odd = of_table and not _is_number(row["value"]) and repr(row["value"])
        odd = odd or (row["marker"] not in MARKERS and repr(row["marker"]))
        if odd:
            raise Problem(f"{path}, line {line}: {odd} is neither number nor marker. Restore the repository's file.")
    return rows


def _is_number(text: str) -> bool:
    """Whether a cell is empty or a number."""
    try:
        return not text or math.isfinite(float(text))
    except ValueError:
        return False
