"""Every target of both papers, built in the demo, beside the rows that the paper prints."""

import base64
import csv
import html
import json
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
    """`a_table06`, `a_table27_labels` and `b_table02` -> table6, table27, eva/table2."""
    paper, number = name.split("_table")
    return f"{'eva/' if paper == 'b' else ''}table{int(number[:2])}"


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


PUBLISHED = sorted(path.stem for path in (ROOT / "resources/published").glob("?_table*.csv"))


@pytest.mark.parametrize("name", [name for name in PUBLISHED if f"{table_of(name)}.csv" in BUILT])
def test_every_printed_row_is_in_its_table(folder, name):
    table = rows(folder / f"{table_of(name)}.csv")
    published = rows(ROOT / f"resources/published/{name}.csv")
    lost = [key for key in missing(table, published) if (name, key) not in LEFT_OUT]
    assert lost == []
    shortened = [row for row in table if row != table[0]]
    assert missing(shortened, published) != []  # the comparison notices a lost row


def test_every_listed_target_that_is_built_lies_there_and_is_not_empty(folder):
    assert len(BUILT) >= 65
    assert [name for name in BUILT if not (folder / name).stat().st_size] == []
    beside = {".svg": ".csv", ".csv": ".md"}  # what a figure shows; what a person reads of a table
    for name in BUILT:
        path = folder / name
        assert path.with_suffix(beside.get(path.suffix, path.suffix)).stat().st_size, name


def test_full_report_shows_what_the_headlines_does_not(folder):
    full, short = ((folder / name).read_text(encoding="utf-8") for name in ("report_all.html", "report.html"))
    for words in ("Table 27 of paper A", "Figure 1 of paper A", "Table 9 of paper B", "Figure 13 of paper B"):
        assert words in full and words not in short
    for words in ("Table 3 of paper A", "Table 2 of paper B"):
        assert words in full and words in short


def test_reports_hold_nothing_that_a_person_wrote(folder):
    """Neither as text nor in a figure or page that is embedded."""
    texts = [row["text"] for row in rows(folder / "table34_texts.csv")]
    for split in ("train", "dev"):
        lines = (folder / f"eva/rounds/esconv/{split}.jsonl").read_text(encoding="utf-8").splitlines()
        said = [turn["content"] for line in lines for turn in json.loads(line)["messages"] if turn["role"] == "user"]
        texts += [text for text in said if len(text.split()) > 8]  # shorter ones everybody says in this world
    assert len(texts) > 30
    for name in ("report.html", "report_all.html"):
        page = (folder / name).read_text(encoding="utf-8")
        encoded = re.findall(r";base64,([\w+/=]+)", page)
        parts = [page, *(base64.b64decode(part).decode(errors="replace") for part in encoded)]
        assert len(parts) > 5
        assert [text for text in texts if any(text in part or html.escape(text) in part for part in parts)] == []
