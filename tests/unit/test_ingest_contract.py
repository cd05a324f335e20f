"""The ingest commands as people type them, and rows that can be decoded but not used."""

import json
import random

import pyarrow.parquet as pq
import pytest

from scripts.reddit import ingest, ingest_comments, ingest_submissions
from scripts.reddit.authors import Authors
from scripts.reddit.masks import hashed_author
from tests.unit.test_reddit import WHOLE, WORDS, comment, lines_of, packed, post

ODD = [
    comment(1, score=-7),
    comment(2, score=None),
    comment(3, body="no"),
    comment(4, body="word " * 2000),
    comment(5, created_utc="1100000000"),
    comment(6, created_utc=1_900_000_000.0),
]


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """Runs a command below an empty folder with the three options that it needs, and what else is named."""
    monkeypatch.chdir(tmp_path)

    def run(content: bytes, *more: str, kind=ingest_comments):
        (tmp_path / "dump.zst").write_bytes(content)
        kind.main(["--dump", "dump.zst", "--output", "out.parquet", "--report", "report.json", *more])
        return pq.read_table("out.parquet").to_pylist(), json.loads((tmp_path / "report.json").read_text())

    return run


def test_three_options_are_enough_and_filter_nothing_but_what_is_gone_or_a_bots(bare, tmp_path):
    rows, report = bare(lines_of([*ODD, comment(7, author="[deleted]"), comment(8, author="AutoModerator")]))
    assert [row["score"] for row in rows] == [-7, None, 5, 5, 5, 5]
    assert report["dropped"] == {"deleted": 1, "bot": 1}
    assert (tmp_path / "resources/external/reddit/salt.txt").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "dropped"),
    [
        (["--score", "5"], {"low_score": 1, "no_score": 1}),
        (["--least-words", "2"], {"too_short": 1}),
        (["--most-words", "1999"], {"too_long": 1}),
        (["--most-words", "2000"], {}),
        (["--from", "2010-01-01"], {"outside_dates": 1}),
        (["--to", "2010-01-01"], {"outside_dates": 5}),
    ],
)
def test_a_filter_is_applied_when_it_is_named_and_alone(bare, words, dropped):
    rows, report = bare(lines_of(ODD), *words)
    assert report["dropped"] == dropped and len(rows) == len(ODD) - sum(dropped.values())


def test_both_days_count_to_their_ends(bare):
    midnight = 1_600_000_000 // 86_400 * 86_400  # 2020-09-13
    records = [comment(place, created_utc=midnight + second) for place, second in enumerate((-1, 0, 86_399, 86_400))]
    rows, _ = bare(lines_of(records), "--from", "2020-09-13", "--to", "2020-09-13")
    assert [row["created_utc"] - midnight for row in rows] == [0, 86_399]


def test_submissions_need_three_options_too(bare):
    records = [post(1), post(2, upvote_ratio=0.01, over_18=True, score=-3, selftext=None), post(3, is_self=False)]
    rows, report = bare(lines_of(records), kind=ingest_submissions)
    assert [row["body"] for row in rows] == [WORDS, ""] and report["dropped"] == {"not_text": 1}
    _, report = bare(lines_of(records), "--least-words", "5", kind=ingest_submissions)
    assert report["dropped"] == {"not_text": 1, "too_short": 1}
    _, report = bare(lines_of(records), "--over-18", "drop", kind=ingest_submissions)
    assert report["dropped"] == {"not_text": 1, "over_18": 1}
    _, report = bare(lines_of(records), "--upvote-ratio", "0.5", kind=ingest_submissions)
    assert report["dropped"] == {"not_text": 1, "low_upvote_ratio": 1}


def test_one_broken_line_in_a_thousand_is_put_up_with_when_no_share_is_named(bare):
    many = lines_of(comment(number) for number in range(999))
    assert bare(many + b"{\n")[1]["bad"] == 1
    with pytest.raises(ingest.Problem, match="2 of 1001 lines are broken"):
        bare(many + b"{\n{\n")


def test_an_unreadable_day_says_how_days_are_written(bare):
    with pytest.raises(ingest.Problem, match="YYYY-MM-DD"):
        bare(WHOLE, "--from", "1.1.2019")


@pytest.mark.parametrize(
    "spoiled",
    [
        {"parent_id": "t9_abc"},
        {"parent_id": "t1_a!"},
        {"link_id": "t3_"},
        {"id": "zzzzzzzzzzzzzzzz"},
        {"id": "-5"},
        {"created_utc": 1e300},
        {"created_utc": 10**15},
        {"created_utc": "soon"},
        {"score": 1e300},
        {"score": 2**63},
    ],
)
def test_a_row_that_cannot_be_used_is_a_broken_line_with_its_offset(bare, spoiled):
    before = lines_of([comment(1), comment(2)]) + b"\n{\n"
    content = before + lines_of([comment(3, **spoiled)]) + WHOLE
    rows, report = bare(packed(content), "--max-bad", "0.2")
    assert report["bad"] == 2 and len(rows) == 40
    assert report["bad_lines"][1]["offset"] == len(before)
    assert report["lines"] == 44 == report["kept"] + sum(report["dropped"].values()) + report["bad"]


def test_order_and_repetition_of_lines_and_size_of_batches_do_not_change_the_table(bare, monkeypatch):
    lines = WHOLE.splitlines(keepends=True)
    expected, _ = bare(WHOLE)
    monkeypatch.setattr(ingest, "BATCH", 3)
    monkeypatch.setattr("scripts.reddit.decode.BLOCK", 700)
    assert bare(WHOLE)[0] == expected
    random.Random(1).shuffle(lines)
    rows, report = bare(b"".join([*lines, *lines[:5]]))
    assert rows == expected and report["dropped"] == {"duplicate": 5} and report["kept"] == 40


def test_rows_out_of_order_only_between_batches_are_sorted(bare, monkeypatch):
    monkeypatch.setattr(ingest, "BATCH", 1)
    monkeypatch.setattr("scripts.reddit.decode.BLOCK", 1)  # a line a block, a block a batch
    lines = WHOLE.splitlines(keepends=True)
    rows, _ = bare(b"".join([*lines[20:], *lines[:20]]))
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)


def test_numbers_of_authors_do_not_depend_on_which_names_are_remembered(monkeypatch):
    names = [f"person{number % 7}" for number in range(50)]
    expected = [hashed_author(name, b"key") for name in names]
    monkeypatch.setattr("scripts.reddit.authors.REMEMBERED", 2)
    authors = Authors(b"key")
    assert [number for name in names for number in authors.numbers([name])] == expected
    assert len(authors._known) <= 3


def test_the_table_is_the_same_file_every_time(bare, tmp_path):
    bare(WHOLE)
    first = (tmp_path / "out.parquet").read_bytes()
    bare(packed(WHOLE))
    assert (tmp_path / "out.parquet").read_bytes() == first
