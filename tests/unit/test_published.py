"""A published file that lacks a printed row is an error, whatever reads it."""

import shutil
from pathlib import Path

import pytest

from scripts.provenance.errors import Problem
from scripts.tables.comparisons import read_counts
from scripts.tables.labels import published_labels
from scripts.tables.published import ROWS, printed_rows
from scripts.tables.tabulate_table35 import read_labels
from scripts.tables.tidy import read_published

FOLDER = Path("resources/published")
READERS = {
    "a_table03": lambda path: read_published(path, ("category", "model", "group")),
    "a_table07": read_counts,
    "a_table24": lambda path: published_labels(path, ("category_id", "subcategory_id")),
    "a_table35_labels": read_labels,
}


def test_every_published_file_holds_what_its_table_prints():
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(ROWS)
    for name, printed in ROWS.items():
        assert len(printed_rows(str(FOLDER / f"{name}.csv"))) == printed


@pytest.mark.parametrize("name", READERS)
def test_a_row_that_was_lost_is_told_with_the_file(tmp_path, name):
    copy = tmp_path / f"{name}.csv"
    shutil.copy(FOLDER / copy.name, copy)
    lines = copy.read_text(encoding="utf-8").splitlines()
    copy.write_text("\n".join([*lines[:3], *lines[4:]]) + "\n", encoding="utf-8")
    with pytest.raises(Problem, match=rf"{name}\.csv has {ROWS[name] - 1} rows and the paper prints {ROWS[name]}"):
        READERS[name](str(copy))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("4.83,*", "4,83x,*", "line 2: "),
        ("4.83,*", "much,*", r"line 2: 'much' is neither number nor marker"),
        ("4.83,*", "nan,*", "line 2: 'nan'"),
        ("4.83,*", "4.83,x", "line 2: 'x' is neither number nor marker"),
        ("metric,value", "measure,value", "has no column metric"),
    ],
)
def test_what_is_no_number_marker_or_header_is_told_with_its_line(tmp_path, old, new, told):
    copy = tmp_path / "a_table03.csv"
    copy.write_text((FOLDER / copy.name).read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Problem, match=told):
        READERS["a_table03"](str(copy))
