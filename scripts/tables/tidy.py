"""Tidy table rows: a build's cells joined to the published numbers, in the printed order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scripts.provenance.errors import Problem
from scripts.tables.published import printed_numbers

COLUMNS = [
    *("metric", "value", "marker", "n", "ci_low", "ci_high", "published", "published_marker", "difference"),
    *("status", "evidence", "run"),
]


@dataclass(frozen=True)
class Cell:
    """One number or label of a build; `interval` is its 95 % bootstrap interval, `n` the units behind it."""

    value: float | str | None
    n: int | None = None
    marker: str = ""
    interval: tuple[float, float] | None = None
    status: str = "built"
    evidence: str | None = None  # where it is not the whole table's: a row without a model may be real on a laptop


@dataclass(frozen=True)
class Origin:
    """What stands behind a build: `run` paper, demo or laptop; `evidence` real or stand_in."""

    run: str
    evidence: str


Key = tuple[str, ...]  # the row keys in the published file's order, then the metric


def read_published(path: str, keys: Sequence[str]) -> dict[Key, dict[str, str]]:
    """The published rows by key, in printed order; a key that stands twice is a Problem, as is no number or marker."""
    rows = {}
    for row in printed_numbers(path, keys):
        key = (*(row[name] for name in keys), row["metric"])
        if key in rows:
            raise Problem(f"{path} holds {', '.join(key)} twice. Restore the file from the repository.")
        rows[key] = row
    return rows


def tidy(
    published: Mapping[Key, dict[str, str]], cells: Mapping[Key, Cell], keys: Sequence[str], origin: Origin
) -> list[dict]:
    """Rows of the published keys in printed order, each with its cell; keys only `cells` has follow, unpublished.

    A published row without a cell is a Problem. `difference` (value - published) is given for numbers and real
    evidence only.
    """
    missing = [key for key in published if key not in cells]
    if missing:
        raise Problem(
            f"Nothing was built for the printed row {', '.join(missing[0])}. Select what makes it; if the paper has no"
            " such row, its published file (resources/published) was edited: restore that."
        )
    order = [*published, *(key for key in cells if key not in published)]
    return [_row(key, cells[key], published.get(key, {}), keys, origin) for key in order]


def _row(key: Key, cell: Cell, printed: dict[str, str], keys: Sequence[str], origin: Origin) -> dict:
    low, high = cell.interval or (None, None)
    evidence = cell.evidence or origin.evidence
    numeric = cell.value is not None and not isinstance(cell.value, str)
    comparable = numeric and evidence == "real" and printed.get("value")
    return {
        **dict(zip(keys, key, strict=False)),
        "metric": key[-1],
        "value": cell.value,
        "marker": cell.marker,
        "n": cell.n,
        "ci_low": low,
        "ci_high": high,
        "published": printed.get("value"),  # as printed, trailing zeros kept
        "published_marker": printed.get("marker"),
        "difference": cell.value - float(printed["value"]) if comparable else None,
        "status": cell.status,
        "evidence": evidence,
        "run": origin.run,
    }
