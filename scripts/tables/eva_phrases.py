"""Phrases of paper B's systems for its figures: a row a phrase of each seed, since seeds have phrases of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

from scripts.tables.bars import Panel
from scripts.tables.eva_rows import WHY_EMPTY, Row, heading, status_of
from scripts.tables.tidy import Cell, Key
from scripts.text.files import read_csv

KEYS = ("model", "variant", "responder", "order", "rank", "phrase")
SHARES = ("share_dialogues", "share_utterances")


@dataclass(frozen=True)
class Phrased:
    """A system with its seeds' phrases, as scoring.find_phrases writes them."""

    row: Row
    seeds: tuple[list[dict[str, str]], ...]

    def shown(self, order: int, top: int) -> list[list[dict[str, str]]]:
        """Of each seed the `top` phrases of that many words."""
        return [[one for one in own if int(one["order"]) == order and int(one["rank"]) <= top] for own in self.seeds]


def read_phrases(row: Row, files: Sequence[str]) -> Phrased:
    return Phrased(row, tuple(read_csv(path) for path in files))


def cells(found: Phrased, order: int, top: int, metrics: Sequence[str], raters: str) -> dict[Key, Cell]:
    """The metrics of each phrase; `n` counts what the share is of. A system that is not there: a cell that says why."""
    status, key = status_of(found.row, raters), (found.row.model, found.row.variant)
    if found.row.missing:
        return {(*key, "", str(order), "", "", metrics[0]): Cell(None, status=status)}
    built: dict[Key, Cell] = {}
    for name, own in zip(found.row.responders, found.shown(order, top), strict=True):
        for one in own:
            for metric in metrics:
                n = int(one["of_utterances" if metric == "share_utterances" else "of_dialogues"])
                place = (*key, name, one["order"], one["rank"], one["phrase"], metric)
                built[place] = Cell(float(one[metric]), n, status=status)
    return built


def panel(found: Phrased, order: int, top: int, metrics: Sequence[str], raters: str) -> Panel:
    """The phrases of the first seed, a bar a metric."""
    first = next(iter(found.shown(order, top)), [])
    bars = [(one["phrase"], [float(one[metric]) for metric in metrics]) for one in first]
    return Panel(heading(found.row, raters), bars, WHY_EMPTY.get(found.row.missing, ""))
