"""Tables of words and settings: printed labels joined as any table's numbers are, and a flag where they differ."""

from collections.abc import Iterable, Mapping, Sequence

from scripts.provenance.errors import Problem
from scripts.tables.published import printed_rows
from scripts.tables.tidy import Key

AGREES = "agrees"  # the column after the contract's: yes, no, or empty where nothing is printed
DIFFERS = "≠"


def published_labels(path: str, keys: Sequence[str]) -> dict[Key, dict[str, str]]:
    """The printed labels by row and column, in printed order: every column that is no key is a metric.

    A missing key column, or a row that stands twice, is a Problem.
    """
    rows: dict[Key, dict[str, str]] = {}
    for row in printed_rows(path):
        if missing := [name for name in keys if name not in row]:
            raise Problem(f"{path} has no column {missing[0]}. Restore the file from the repository.")
        own = tuple(row[name] for name in keys)
        for metric in (name for name in row if name not in keys):
            if (*own, metric) in rows:
                raise Problem(f"{path} holds {', '.join(own)} twice. Restore the file from the repository.")
            rows[*own, metric] = {"value": row[metric], "marker": ""}
    return rows


def require(published: Mapping[Key, object], wanted: Iterable[Key], path: str) -> None:
    """A Problem when a row that the paper prints is not in its published file."""
    missing = [key for key in wanted if key not in published]
    if missing:
        raise Problem(f"{path} lacks the row {', '.join(missing[0])}. Restore the file from the repository.")


def with_agreement(rows: Sequence[dict]) -> list[dict]:
    """The tidy rows, each with a word on whether its value is the printed one."""
    return [row | {AGREES: agreement(row["value"], row["published"])} for row in rows]


def agreement(value: float | str | None, printed: str | None) -> str:
    """yes or no; empty where nothing is printed. Numbers are compared as numbers, so that 1e-4 is 0.0001."""
    if not printed:
        return ""
    if value is None or isinstance(value, str):
        return "yes" if value == printed else "no"
    return "yes" if float(printed) == value else "no"


def beside(text: str, row: Mapping[str, object]) -> str:
    """The cell of a page: the text, and where it differs from the printed one that too."""
    return f"{text} {DIFFERS} {row['published']}" if row[AGREES] == "no" else text


def count_agreeing(rows: Sequence[Mapping[str, object]]) -> str:
    """A sentence on how many of the printed cells come out as printed."""
    printed = [row for row in rows if row[AGREES]]
    same = sum(row[AGREES] == "yes" for row in printed)
    flag = f"; {DIFFERS} stands before what is printed" if same < len(printed) else ""
    return f"{same} of the {len(printed)} printed cells agree{flag}.\n"
