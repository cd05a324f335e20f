"""Damaged dumps through the ingest commands: a damaged file is refused whole, a damaged line is skipped and named."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

from scripts.reddit import build_threads, decode, ingest
from tests.unit.damaged import KINDS, WORDS, ingested, line, packed, record, refused, text

ROOT = Path(__file__).resolve().parents[2]
both = pytest.mark.parametrize("kind", KINDS)
COUNT = 60
FILES = {kind: packed(text(kind, COUNT)) for kind in KINDS}


def told(message: str) -> bool:
    """Whether the message says where in the file, that nothing was written, and what to do."""
    return all(words in message for words in ("at byte ", "Nothing was written.", "Fetch the file again"))


# ---- files
@both
def test_file_cut_anywhere_is_refused(tmp_path, kind):
    whole = FILES[kind]
    cuts = sorted({*range(12), *range(12, len(whole), 29), *range(len(whole) - 12, len(whole))})
    for cut in cuts:
        assert told(refused(tmp_path, kind, whole[:cut])), cut
    assert len(ingested(tmp_path, kind, whole)[0]) == COUNT


def test_file_cut_behind_blocks_that_were_already_written_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(decode, "READ", 10_000)
    monkeypatch.setattr(ingest, "BATCH", 100)
    whole = packed(text("comments", 10_000))
    assert len(whole) > 20 * decode.READ  # the damage is met after much was read, kept and written
    for cut in (len(whole) - 1, len(whole) - 4, len(whole) - 5, len(whole) // 2):
        assert told(refused(tmp_path, "comments", whole[:cut]))


@both
def test_file_of_several_frames_is_read_whole_and_refused_when_cut_in_any_of_them(tmp_path, kind):
    content = text(kind, COUNT)
    frames = [packed(content[:1000]), packed(content[1000:1001]), packed(b""), packed(content[1001:], checksum=False)]
    skippable = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"notes"
    assert len(ingested(tmp_path / "good", kind, skippable.join(frames))[0]) == COUNT
    whole = b"".join(frames)
    ends = {sum(map(len, frames[:count])) for count in range(1, 5)}
    for cut in range(1, len(whole), 13):
        if cut not in ends:  # a file that ends with a frame shows no damage: its size tells
            assert told(refused(tmp_path / "cut", kind, whole[:cut])), cut


@both
def test_one_flipped_bit_is_noticed_or_moves_no_character(tmp_path, kind):
    whole, noticed = FILES[kind], 0
    places = range(0, len(whole), 29)
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 8
        try:
            message = refused(tmp_path / f"{place}", kind, bytes(flipped))
        except pytest.fail.Exception:  # a bit that the format has no use for
            assert zstandard.ZstdDecompressor(max_window_size=2**31).decompress(bytes(flipped)) == text(kind, COUNT)
            continue
        noticed += 1
        assert "at byte " in message and "Fetch the file again" in message, place
    assert noticed > 0.9 * len(places)


@pytest.mark.parametrize(
    "tail", [b"garbage", b"\n", b"\0" * 512, b"\x28", b"\x28\xb5\x2f\xfd", b"{}\n", b"x" * 100_000]
)
def test_anything_behind_the_last_frame_is_refused(tmp_path, tail):
    assert told(refused(tmp_path, "comments", FILES["comments"] + tail))


@pytest.mark.parametrize(
    "content",
    [
        *(
            b"",
            b"hello",
            b"\0" * 4096,
            b"<!DOCTYPE html><p>Not found",
            b"[{}]",
            b"BZh91AY",
            b"\xfd7zXZ\x00",
            b"\x28\xb5\x2f",
        ),
        gzip.compress(text("comments", 3), mtime=0),
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\xef\xbb\xbf" + text("comments", 3),
        "\ufeff{}".encode("utf-16-le"),
    ],
    ids=lambda content: content[:8].hex(),
)
@both
def test_file_that_is_neither_zstd_nor_json_lines_is_refused(tmp_path, kind, content):
    message = refused(tmp_path, kind, content)
    assert told(message) and ("is empty" in message or "neither zstd nor JSON lines" in message)


def test_message_names_the_byte_at_which_the_damage_was_met(tmp_path):
    whole = FILES["comments"]
    assert f"ends inside a zstd frame, at byte {len(whole) - 7}." in refused(tmp_path, "comments", whole[:-7])
    assert f"at byte {len(whole)}." in refused(tmp_path, "comments", whole + b"garbage")


# ---- lines
@both
def test_plain_lines_packed_lines_blank_lines_and_a_last_line_without_end_are_all_read(tmp_path, kind):
    content = text(kind, COUNT)
    for form in (content, content.rstrip(b"\n"), b"\n \n" + content.replace(b"\n", b"\r\n\n"), packed(content[:-1])):
        numbers, report = ingested(tmp_path, kind, form, "--max-bad", "0")
        assert numbers == list(range(COUNT)) and report["lines"] == COUNT and report["bad"] == 0


@both
def test_byte_order_mark_before_plain_lines_is_skipped_and_moves_no_offset(tmp_path, kind, monkeypatch):
    mark = b"\xef\xbb\xbf"
    for head in (b"", b"\n"):
        content = mark + head + text(kind, COUNT)
        for block in (1, decode.BLOCK):
            monkeypatch.setattr(decode, "BLOCK", block)
            numbers, report = ingested(tmp_path, kind, content, "--max-bad", "0")
            assert numbers == list(range(COUNT)) and report["lines"] == COUNT and report["bad_lines"] == []
            _, report = ingested(tmp_path, kind, content + b"{\n")
            assert [bad["offset"] for bad in report["bad_lines"]] == [len(content)]


@both
def test_ends_of_lines_within_a_text_are_all_written_alike(tmp_path, kind):
    import pyarrow.parquet as pq

    name = "body" if kind == "comments" else "selftext"
    ingested(tmp_path, kind, line(kind, 1, **{name: "one\r\ntwo\rthree\n\r\r\nfour\r"}), "--max-bad", "0")
    (row,) = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert row["body"] == "one\ntwo\nthree\n\n\nfour"


BROKEN = {
    "cut": b'{"id": "a00900", "author": "x"',
    "no JSON": b"<html>",
    "another type": b"[1, 2]",
    "invalid UTF-8": line("comments", 900).replace(b"walking", b"walk\xff\xfe").strip(),
    "half a character": line("comments", 900).replace(b"walking", b"walk\xe2\x82").strip(),
    "NUL in a text": line("comments", 900).replace(b"walking", b"walk\0").strip(),
    "NULs": b"\0" * 300,
    "lone surrogate": line("comments", 900).replace(b"walking", b"walk\\ud83d").strip(),
    "no id": line("comments", 900).replace(b'"id"', b'"di"').strip(),
    "null id": line("comments", 900).replace(b'"a00900"', b"null").strip(),
    "id of no base 36": line("comments", 900, id="a-00").strip(),
    "id too long": line("comments", 900, id="z" * 14).strip(),
    "parent of neither kind": line("comments", 900, parent_id="t5_2").strip(),
    "time in words": line("comments", 900, created_utc="yesterday").strip(),
    "no time": line("comments", 900, created_utc=None).strip(),
    "time beyond calendars": line("comments", 900, created_utc=1e300).strip(),
    "endless time": line("comments", 900).replace(b"1600000900", b"1e999").strip(),
    "score in words": line("comments", 900, score="many").strip(),
    "two in one": line("comments", 900).strip() + line("comments", 901).strip(),
    "deep": b'{"id": ' + b"[" * 100_000,
    "20 MB": b'{"id": "' + b"x" * 20_000_000,
}


@pytest.mark.parametrize("where", ["first but one", "middle", "last"])
@pytest.mark.parametrize("what", BROKEN)
def test_broken_line_is_skipped_counted_and_listed_and_its_neighbours_are_kept(tmp_path, what, where):
    before = {"first but one": 1, "middle": 30, "last": COUNT}[where]
    head = text("comments", before)
    content = head + BROKEN[what] + b"\n" + text("comments", COUNT - before, before)
    numbers, report = ingested(tmp_path, "comments", packed(content), "--max-bad", "0.1")
    assert numbers == list(range(COUNT))
    assert report["bad"] == 1 and report["lines"] == COUNT + 1
    (listed,) = report["bad_lines"]
    assert listed["offset"] == len(head) and 0 < len(listed["reason"]) <= 200


def test_at_most_a_hundred_broken_lines_are_listed_and_all_are_counted(tmp_path):
    _, report = ingested(tmp_path, "comments", text("comments", COUNT) + b"{\n" * 250)
    assert report["bad"] == 250 and len(report["bad_lines"]) == 100


@both
def test_more_broken_lines_than_allowed_are_an_error_that_shows_some(tmp_path, kind):
    content = text(kind, 999) + b"{broken\n"
    assert ingested(tmp_path / "good", kind, content, "--max-bad", "0.001")[1]["bad"] == 1
    message = refused(tmp_path / "bad", kind, content + b"\0\n", "--max-bad", "0.001")
    assert "2 of 1001 lines are broken" in message and f"byte {len(text(kind, 999))}: " in message
    assert "Fetch the file again, or allow more" in message


@both
def test_time_may_be_an_int_a_float_or_a_string_and_a_score_null_or_a_float(tmp_path, kind):
    times = [1_600_000_000, 1_600_000_000.0, "1600000000", "1600000000.0", 1_600_000_000.9]
    content = b"".join(line(kind, number, created_utc=time) for number, time in enumerate(times))
    content += line(kind, 50, score=None) + line(kind, 51, score=3.0) + line(kind, 52, edited=1.5, score=-2)
    numbers, report = ingested(tmp_path, kind, content, "--max-bad", "0")
    assert numbers == [*range(5), 50, 51, 52] and list(report["by_month"]) == ["2020-09"]
    numbers, report = ingested(tmp_path, kind, content, "--max-bad", "0", "--score", "-2")
    assert numbers == [*range(5), 51, 52] and report["dropped"] == {"no_score": 1}


@both
def test_escaped_nul_is_taken_out_of_the_text_and_a_pair_of_surrogates_is_one_character(tmp_path, kind):
    import pyarrow.parquet as pq

    content = line(kind, 1).replace(b"walking", b"wal\\u0000king \\ud83d\\ude42")
    ingested(tmp_path, kind, content, "--max-bad", "0")
    (row,) = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert row["body"] == f"{WORDS} 1.".replace("walking", "walking \U0001f642")


@both
@pytest.mark.slow
def test_line_of_20_megabytes_is_read_like_any_other(tmp_path, kind):
    name = "body" if kind == "comments" else "selftext"
    content = text(kind, 3) + line(kind, 3, **{name: "so long " * 2_500_000}) + text(kind, 3, 4)
    numbers, _ = ingested(tmp_path, kind, packed(content), "--max-bad", "0")
    assert numbers == list(range(7))
    numbers, report = ingested(tmp_path, kind, packed(content), "--max-bad", "0", "--most-words", "400")
    assert numbers == [0, 1, 2, 4, 5, 6] and report["dropped"] == {"too_long": 1}


@both
def test_first_of_equal_ids_is_kept_and_lines_may_come_in_any_order(tmp_path, kind):
    import pyarrow.parquet as pq

    name = "body" if kind == "comments" else "selftext"
    places = [5, 3, 9, 3, 0, 5, 3]
    content = b"".join(line(kind, number, **{name: f"{WORDS} at {place}"}) for place, number in enumerate(places))
    numbers, report = ingested(tmp_path, kind, content, "--max-bad", "0")
    assert numbers == [0, 3, 5, 9] and report["dropped"] == {"duplicate": 3}
    bodies = [row["body"] for row in pq.read_table(tmp_path / "rows.parquet").to_pylist()]
    assert bodies == [f"{WORDS} at {place}" for place in (4, 1, 0, 2)]


def test_comments_whose_post_is_missing_are_kept_and_make_no_thread(tmp_path):
    """The two dumps are read apart; the threads need both."""
    import json

    import pyarrow.parquet as pq

    post = {**record("submissions", 1), "author": "Op"}
    pairs = []
    for number, link in ((10, "t3_a00001"), (20, "t3_zzzzz"), (30, "t3_0")):
        pairs.append(record("comments", number, link_id=link, parent_id=link))
        answer = {"link_id": link, "parent_id": f"t1_a000{number}", "author": "Op"}
        pairs.append(record("comments", number + 1, **answer))
    for kind, records in {"submissions": [post], "comments": pairs}.items():
        numbers, _ = ingested(tmp_path / kind, kind, b"".join(json.dumps(each).encode() + b"\n" for each in records))
        assert len(numbers) == len(records)
    words = [f"--submissions={tmp_path}/submissions/rows.parquet", f"--comments={tmp_path}/comments/rows.parquet"]
    words += [f"--{name}={tmp_path}/{name}" for name in ("threads", "utterances", "report")]
    build_threads.main(
        [
            *words,
            "--comment-score=2",
            "--reply-score=1",
            "--least=5",
            "--most=15",
            "--siblings=8",
            "--same-commenter=false",
        ]
    )
    threads = pq.read_table(tmp_path / "threads").to_pylist()
    assert [thread["path"] for thread in threads] == [["t3_a00001", "t1_a00010", "t1_a00011"]]


# ---- as they are typed
def typed(folder: Path, *words: str, kind: str = "comments") -> subprocess.CompletedProcess:
    command = [
        sys.executable,
        "-m",
        *words,
        "--dump",
        str(folder / "dump.zst"),
        "--salt-file",
        str(folder / "salt.txt"),
    ]
    command += ["--output", str(folder / "rows.parquet"), "--report", str(folder / "report.json")]
    (folder / "salt.txt").write_text("pepper")
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


@both
def test_command_ends_with_2_and_one_line_for_a_damaged_file_and_with_0_for_a_good_one(tmp_path, kind):
    (tmp_path / "dump.zst").write_bytes(FILES[kind][:-2])
    bare = typed(tmp_path, f"scripts.reddit.ingest_{kind}")
    door = typed(tmp_path, "scripts", "--", f"reddit.ingest_{kind}")
    assert bare.returncode == door.returncode == 2
    problem = f"ingest_{kind}: {tmp_path}/dump.zst ends inside a zstd frame, at byte {len(FILES[kind]) - 2}. "
    assert bare.stderr.startswith(problem) and bare.stderr.count("\n") == 1
    assert problem in door.stderr and "Traceback" not in door.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump.zst", "salt.txt"]
    (tmp_path / "dump.zst").write_bytes(FILES[kind])
    good = typed(tmp_path, f"scripts.reddit.ingest_{kind}")
    assert good.returncode == 0 and f"lines {COUNT}, bad 0" in good.stderr


def test_command_that_fails_leaves_the_table_of_an_earlier_run_alone(tmp_path):
    ingested(tmp_path, "comments", FILES["comments"])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name != "dump.zst"}
    (tmp_path / "dump.zst").write_bytes(FILES["comments"][:-2])
    assert typed(tmp_path, "scripts.reddit.ingest_comments").returncode == 2
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name != "dump.zst"} == before
