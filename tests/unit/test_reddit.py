"""Dumps to tables: damage is never silent, filters say why, private details go."""

import json
import random

import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.provenance.errors import Problem
from scripts.reddit import decode, ingest_comments, ingest_submissions
from scripts.reddit.decode import read_rows
from scripts.reddit.filters import Comment, seconds
from scripts.reddit.masks import clean, hashed_author, mask
from scripts.world.noise import private_detail

WORDS = "I value your kindness and maybe walking could help"


def comment(number: int, **more) -> dict:
    base = {"id": f"c{number:04d}", "link_id": "t3_p1", "parent_id": "t3_p1", "body": f"{WORDS} {number}."}
    return base | {"author": f"user{number}", "created_utc": 1_600_000_000 + number, "score": 5} | more


def lines_of(records) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def packed(text: bytes, window: int = 27) -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=window, write_checksum=True)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(text)


def run(tmp_path, content: bytes, *more: str, kind=ingest_comments):
    (tmp_path / "dump.zst").write_bytes(content)
    (tmp_path / "salt.txt").write_text("s")
    options = ["--dump", str(tmp_path / "dump.zst"), "--output", str(tmp_path / "out.parquet")]
    options += ["--report", str(tmp_path / "report.json"), "--from", "2019-01-01", "--to", "2023-12-31"]
    options += [
        "--score",
        "1",
        "--least-words",
        "5",
        "--most-words",
        "400",
        "--salt-file",
        str(tmp_path / "salt.txt"),
        "--max-bad",
        "0.2",
        *more,
    ]
    kind.main(options)
    return pq.read_table(tmp_path / "out.parquet").to_pylist(), json.loads((tmp_path / "report.json").read_text())


def refused(tmp_path, content: bytes, *more: str) -> str:
    with pytest.raises(Problem) as caught:
        run(tmp_path, content, *more)
    assert {path.name for path in tmp_path.iterdir()} == {"dump.zst", "salt.txt"}, "something was left behind"
    return str(caught.value)


WHOLE = lines_of(comment(number) for number in range(40))


@pytest.mark.parametrize("cut", [1, 3, 4, 5, 60, 200])
def test_a_cut_dump_is_refused_and_leaves_nothing(tmp_path, cut):
    message = refused(tmp_path, packed(WHOLE)[:-cut])
    assert "dump.zst" in message and "at byte" in message and "Fetch the file again" in message


@pytest.mark.parametrize(
    "content", [b"", b"hello", packed(WHOLE) + b"garbage", packed(WHOLE)[:30] + b"\x00" + packed(WHOLE)[31:]]
)
def test_empty_foreign_and_damaged_files_are_refused(tmp_path, content):
    assert "at byte" in refused(tmp_path, content)


def test_long_window_several_frames_cut_inside_a_line_and_plain_text_give_the_same_rows(tmp_path):
    expected, _ = run(tmp_path, WHOLE)
    assert len(expected) == 40
    assert run(tmp_path, packed(WHOLE, window=27))[0] == expected
    assert run(tmp_path, packed(WHOLE[:777]) + packed(WHOLE[777:]))[0] == expected
    assert run(tmp_path, packed(WHOLE.rstrip(b"\n")))[0] == expected


def test_broken_lines_are_skipped_counted_and_listed_with_their_offset(tmp_path):
    first = lines_of([comment(1)])
    broken = [b'{"id": "x"\n', b'{"body": "\xff"}\n', b"\x00\n", b'{"body": "\\ud83d"}\n']
    rows, report = run(tmp_path, packed(first + b"".join(broken) + WHOLE))
    assert report["bad"] == 4 and report["lines"] == 45
    assert [line["offset"] for line in report["bad_lines"]][:2] == [len(first), len(first) + len(broken[0])]
    assert report["kept"] == len(rows) == 40  # comment 1 comes twice


def test_more_broken_lines_than_allowed_are_a_problem(tmp_path):
    assert "1 of 41 lines are broken" in refused(tmp_path, WHOLE + b"{\n", "--max-bad", "0.01")


def test_two_broken_lines_never_pass_for_one_object(tmp_path):
    glued = json.dumps(comment(900)).encode().replace(b', "link_id"', b',\n"link_id"') + b"\n"
    _, report = run(tmp_path, WHOLE + glued)
    assert (report["bad"], report["lines"]) == (2, 42)


def test_a_line_longer_than_a_block_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(decode, "BLOCK", 1000)
    (tmp_path / "d").write_bytes(packed(lines_of([comment(1), comment(2, body="long " * 5000), comment(3)])))
    assert [row.id for rows, _, _ in read_rows(tmp_path / "d", Comment) for row in rows] == [
        "c0001",
        "c0002",
        "c0003",
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=0, max_size=3)), max_size=6))
def test_no_damage_to_lines_loses_a_line_silently(tmp_path_factory, edits):
    text = bytearray(WHOLE)
    for place, piece in edits:
        text[place : place + 1] = piece
    path = tmp_path_factory.mktemp("dump") / "d"
    path.write_bytes(packed(bytes(text)))
    blocks = list(read_rows(path, Comment))
    lines = [line for line in bytes(text).split(b"\n") if line.strip()]
    assert sum(len(rows) + len(bad) for rows, bad, _ in blocks) == len(lines)


@pytest.mark.parametrize("created", [1_600_000_000, 1_600_000_000.0, "1600000000"])
def test_created_utc_may_be_int_float_or_string(created):
    assert seconds(created) == 1_600_000_000


def test_every_reason_to_drop_a_comment_is_counted_by_month(tmp_path):
    records = [
        comment(1),
        comment(2, author="[deleted]"),
        comment(3, body="[removed]"),
        comment(4, author="AutoModerator"),
        comment(5, score=0),
        comment(6, score=None),
        comment(7, body="too short"),
        comment(8, body="word " * 401),
        comment(9, created_utc="1500000000"),
        comment(1, body=f"{WORDS} again"),
    ]
    rows, report = run(tmp_path, packed(lines_of(records)))
    reasons = {
        "deleted": 2,
        "bot": 1,
        "low_score": 1,
        "no_score": 1,
        "too_short": 1,
        "too_long": 1,
        "outside_dates": 1,
    }
    assert report["dropped"] == reasons | {"duplicate": 1}
    assert [row["body"] for row in rows] == [f"{WORDS} 1."]
    assert report["by_month"]["2017-07"] == {"outside_dates": 1}
    assert report["lines"] == 10 == report["kept"] + sum(report["dropped"].values()) + report["bad"]


def test_ids_become_numbers_and_rows_are_sorted_by_them(tmp_path):
    rows, _ = run(tmp_path, lines_of([comment(2, parent_id="t1_zz"), comment(1)]))
    assert [(row["id"], row["parent"], row["top"]) for row in rows] == [
        (int("c0001", 36), int("p1", 36), True),
        (int("c0002", 36), 35 * 36 + 35, False),
    ]


def post(number: int, **more) -> dict:
    base = {
        "id": f"p{number}",
        "author": "a",
        "title": "I am sad",
        "selftext": WORDS,
        "score": 9,
        "is_self": True,
    }
    return base | {"created_utc": 1_560_000_000, "over_18": False} | more


@pytest.mark.parametrize(("stance", "kept"), [("keep", ["p1", "p2"]), ("drop", ["p2"])])
def test_posts_of_months_without_upvote_ratio_follow_the_stated_stance(tmp_path, stance, kept):
    records = [post(1), post(2, upvote_ratio=1), post(3, upvote_ratio=0.5), post(4, over_18=True)]
    records += [post(5, removed_by_category="moderator"), post(6, is_self=False)]
    options = ("--upvote-ratio", "0.8", "--absent-upvote-ratio", stance, "--over-18", "drop")
    rows, report = run(tmp_path, lines_of(records), *options, kind=ingest_submissions)
    assert [row["id"] for row in rows] == [int(name, 36) for name in kept]
    assert report["upvote_ratio_absent"]["2019-06"] == {"rows": 6, "absent": 4}
    assert report["dropped"]["low_upvote_ratio"] == report["dropped"]["over_18"] == report["dropped"]["removed"] == 1


def test_a_missing_dump_says_where_it_comes_from(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Problem, match=r"datasets\.csv tells where it comes from"):
        ingest_comments.main(["--dump", str(tmp_path / "no"), "--output", str(tmp_path / "o"), "--report", "r"])


def test_planted_private_details_do_not_survive():
    drawn = [private_detail(random.Random(seed)) for seed in range(2000)]
    survived = [secret for sentence, secret in drawn if secret in clean(f"{WORDS}. {sentence} {WORDS}.")]
    assert survived == []


def test_masks_leave_ordinary_text_alone():
    text = "From 2019-2023 I earned 100 000 and/or 50 % more (see 3.5), e.g. at 10:30 on 12.04.2020, him/her too."
    assert mask(text) == text
    assert clean("tea &amp; sleep\x00") == "tea & sleep"


def test_authors_are_hashed_with_the_salt():
    assert hashed_author("jane", b"a") == hashed_author("jane", b"a")
    assert hashed_author("jane", b"a") != hashed_author("jane", b"b")
    assert -(2**63) <= hashed_author("jane", b"a" * 64) < 2**63
