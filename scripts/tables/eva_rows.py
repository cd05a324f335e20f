"""Rows of paper B's systems: what stands behind each, what is to be known of it, and means over seeds."""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from scripts.provenance.errors import Problem

VANILLA = "vanilla"
SPREAD = ["seeds", "seed_sd"]  # columns of what is a mean over seeds: how many, and their standard deviation
WHY_EMPTY = {"needs_ratings": "nobody has ranked yet", "not_selected": "not selected"}


@dataclass(frozen=True)
class Row:
    """A system as printed; its responders, one a seed; `missing`: why it has none; `aligned`: it learnt from EVAD."""

    model: str
    variant: str
    responders: tuple[str, ...]
    aligned: bool
    missing: str

    @property
    def name(self) -> str:
        """`Mistral` and `EVA Mistral`."""
        return self.model if self.variant == VANILLA else f"{self.variant} {self.model}"


def read_rows(text: str) -> list[Row]:
    """The rows of an option: JSON list of {model, variant, responders, aligned, missing}."""
    return [Row(**{**entry, "responders": tuple(entry["responders"])}) for entry in json.loads(text)]


def status_of(row: Row, raters: str) -> str:
    """`synthetic` where a model's rankings were learnt from; why there is nothing where there is nothing."""
    return row.missing or ("synthetic" if row.aligned and raters == "llm" else "built")


def heading(row: Row, raters: str) -> str:
    """What stands above a system in a figure: `EVA Mistral (synthetic)`."""
    return f"{row.name} (synthetic)" if status_of(row, raters) == "synthetic" else row.name


def dealt(rows: Sequence[Row], option: str, files: Sequence[str]) -> Iterator[tuple[Row, list[str]]]:
    """Each row with its responders' files, which are given in the rows' order; another number is a Problem."""
    wanted = sum(len(row.responders) for row in rows)
    if len(files) != wanted:
        raise Problem(f"--{option} has {len(files)} files for {wanted} responders. Give one each, in the rows' order.")
    left = iter(files)
    for row in rows:
        yield row, [next(left) for _ in row.responders]


def averaged(values: Sequence[float | None]) -> tuple[float | None, dict]:
    """The mean of the seeds' values and their spread; a seed without a value has no part in either."""
    there = [value for value in values if value is not None]
    spread = {"seeds": len(there), "seed_sd": stdev(there) if len(there) > 1 else None}
    return (fmean(there) if there else None), spread


def figure_parser(description: str) -> argparse.ArgumentParser:
    """Options of a figure that shows systems."""
    parser = argparse.ArgumentParser(description=description, allow_abbrev=False)
    parser.add_argument("--number", required=True, help="of the figure in the paper")
    parser.add_argument("--rows", required=True, type=read_rows, help="JSON list, scripts/tables/eva_rows.py")
    parser.add_argument("--raters", choices=("human", "llm"), required=True, help="who ranked EVAD")
    parser.add_argument("--run", required=True, help="paper, demo or laptop")
    parser.add_argument("--evidence", required=True, choices=("real", "stand_in"))
    parser.add_argument("--output", required=True, help="figure, .svg")
    parser.add_argument("--table", required=True, help="the plotted numbers, .csv")
    return parser
