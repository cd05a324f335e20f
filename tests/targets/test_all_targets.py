"""Every target of paper A that there is, built in the demo, beside the rows that the paper prints."""

import csv
import re

import pytest

from tests.graph.tree import ROOT

NOT_KEYS = {"value", "marker", "emphasis"}  # of a file of numbers; a file of labels is all keys
# Rows that the paper prints and a table does not have, each with its reason: none so far.
LEFT_OUT: dict[tuple[str, tuple[str, ...]], str] = {}
PAGE = (ROOT / "docs/targets.md").read_text(encoding="utf-8")  # another test holds it to the graph
BUILT = re.findall(r"\| `results/(\S+)` \|.*\| built \|", PAGE)


def rows(path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def folder(demo):
    return demo.folder / "results/demo"


def table_of(name: str) -> str:
    """`a_table06` and `a_table27_labels` -> table6, table27."""
    return f"table{int(name.removeprefix('a_table')[:2])}"


def is_numbers(published: list[dict[str, str]]) -> bool:
    """Whether a published file holds a number a row; one of labels holds words, of which `value` may be one."""
    return "metric" in published[0] or {"value", "marker"} <= published[0].keys()


def keys_of(published: list[dict[str, str]]) -> tuple[list[str], list[tuple[str, ...]]]:
    """The key columns of a published file, and its rows by them."""
    names = list(published[0])
    if is_numbers(published):
        names = [name for name in names if name not in NOT_KEYS]
    return names, [tuple(row[name] for name in names) for row in published]


def missing(table: list[dict[str, str]], published: list[dict[str, str]]) -> list[tuple[str, ...]]:
    """Printed rows that the table has not; the labels of a row are its `published` cells."""
    names, printed = keys_of(published)
    if is_numbers(published):
        found = {tuple(row[name] for name in names) for row in table}
        return [key for key in printed if key not in found]
    own = [name for name in names if name in table[0] and name not in ("value",)]
    cells = {(*(row[name] for name in own), row["metric"]): row["published"] for row in table}
    return [
        (*(row[name] for name in own), metric, row[metric])
        for row in published
        for metric in names
        if metric not in own and cells.get((*(row[name] for name in own), metric)) != row[metric]
    ]


PUBLISHED = sorted(path.stem for path in (ROOT / "resources/published").glob("a_table*.csv"))


@pytest.mark.parametrize("name", [name for name in PUBLISHED if f"{table_of(name)}.csv" in BUILT])
def test_every_printed_row_is_in_its_table(folder, name):
    table = rows(folder / f"{table_of(name)}.csv")
    published = rows(ROOT / f"resources/published/{name}.csv")
    lost = [key for key in missing(table, published) if (name, key) not in LEFT_OUT]
    assert lost == []
    shortened = [row for row in table if row != table[0]]
    assert missing(shortened, published) != []  # the comparison notices a lost row


def test_every_listed_target_that_is_built_lies_there_and_is_not_empty(folder):
    assert len(BUILT) >= 38
    assert [name for name in BUILT if not (folder / name).stat().st_size] == []
    for name in BUILT:
        beside = (folder / name).with_suffix(".csv" if name.startswith("figure") else ".md")
        assert beside.stat().st_size, beside


def test_full_report_shows_what_the_headlines_does_not(folder):
    full, short = ((folder / name).read_text(encoding="utf-8") for name in ("report_all.html", "report.html"))
    for words in ("Table 27 of paper A", "Figure 1 of paper A"):
        assert words in full and words not in short
    texts = rows(folder / "table34_texts.csv")
    assert len(texts) == 3 and not any(row["text"] in full for row in texts)
