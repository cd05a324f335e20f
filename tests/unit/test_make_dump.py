"""The generator of dumps makes what the public ones look like, and the benchmarks run on it."""

import json
import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import zstandard

from benchmarks import bench_ingest, discussions, dump_fields, make_dump, measure
from scripts.reddit import build_threads
from scripts.reddit.decode import read_rows
from scripts.reddit.filters import Comment, Submission

COUNT = 4000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dumps")
    make_dump.main(["dumps", "--comments", str(COUNT), "--seed", "3", "--folder", str(folder)])
    return folder


def lines(path) -> list[bytes]:
    with open(path, "rb") as stream:
        return zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(stream).read().splitlines()


@pytest.fixture(scope="module")
def comments(folder) -> list[dict]:
    return [json.loads(line) for line in lines(folder / "comments.zst")]


def test_comments_have_the_size_and_the_window_of_public_dumps(folder):
    raw, packed = lines(folder / "comments.zst"), (folder / "comments.zst").read_bytes()
    assert zstandard.get_frame_parameters(packed).window_size == 2**31
    assert 1300 < sum(map(len, raw)) / COUNT < 1900
    assert 6 < sum(map(len, raw)) / len(packed) < 11


def test_every_line_is_read_without_a_broken_one(folder):
    for name, kind in (("comments", Comment), ("submissions", Submission)):
        blocks = list(read_rows(folder / f"{name}.zst", kind))
        assert not any(bad for _, bad, _ in blocks)
        assert sum(len(rows) for rows, _, _ in blocks) == len(lines(folder / f"{name}.zst")) > 100


def test_both_text_styles_are_there(folder):
    raw = lines(folder / "comments.zst")
    assert 0.3 < sum(b'"body":"' in line for line in raw) / COUNT < 0.7
    assert any(b"\\/r\\/" in line for line in raw) and any("’".encode() in line for line in raw)
    assert any(b"\\u2019" in line and b'"body": "' in line for line in raw)


def test_keys_come_and_go_by_month(comments, folder):
    posts = [json.loads(line) for line in lines(folder / "submissions.zst")]
    for rows, key, first, last in (
        (comments, "name", "2021-02", "9999"),
        (comments, "retrieved_utc", "2021-02", "2021-06"),
        (comments, "locked", "2019-03", "9999"),
        (posts, "upvote_ratio", "2020-05", "9999"),
        (posts, "removed_by_category", "2019-09", "9999"),
    ):
        months = Counter((make_dump.month_of(row["created_utc"]), key in row) for row in rows)
        assert all(there == (first <= month <= last) for month, there in months), key
        assert {there for _, there in months} == {True, False}
    assert {type(row["edited"]) for row in comments} == {bool, int, float}
    assert any(type(row.get("upvote_ratio")) is int for row in posts)


def test_every_month_kept_is_there_and_some_around_it(comments):
    months = {make_dump.month_of(row["created_utc"]) for row in comments}
    assert len([month for month in months if "2019-01" <= month <= "2023-12"]) == 60
    assert min(months) < "2019-01" and max(months) > "2023-12"


def test_bots_deleted_rows_and_replies_of_posters_are_there(comments, folder):
    posts = {json.loads(line)["id"]: json.loads(line)["author"] for line in lines(folder / "submissions.zst")}
    authors = Counter(row["author"] for row in comments)
    assert 0.01 < authors["AutoModerator"] / COUNT < 0.03 and 0.04 < authors["[deleted]"] / COUNT < 0.1
    assert {"[deleted]", "[removed]"} <= {row["body"] for row in comments}
    known = {row["id"] for row in comments}
    replies = [row for row in comments if row["parent_id"].startswith("t1_")]
    assert {row["parent_id"][3:] for row in replies} <= known
    assert {row["link_id"][3:] for row in comments} <= posts.keys()
    own = [row for row in replies if row["author"] == posts[row["link_id"][3:]] and row["author"].startswith("person")]
    assert len(own) > 0.1 * COUNT and all(row["is_submitter"] for row in own)


def test_ids_and_times_grow_as_in_public_dumps(comments):
    order = [(int(row["id"], 36), row["created_utc"]) for row in comments]
    assert order == sorted(order) and len(set(order)) == COUNT


@pytest.mark.slow
def test_equal_seeds_give_equal_files_and_others_do_not(folder, tmp_path):
    for name, seed in (("again", "3"), ("other", "4")):
        make_dump.main(["dumps", "--comments", str(COUNT), "--seed", seed, "--folder", str(tmp_path / name)])
    first = (folder / "comments.zst").read_bytes()
    assert (tmp_path / "again" / "comments.zst").read_bytes() == first
    assert (tmp_path / "other" / "comments.zst").read_bytes() != first


def test_no_value_is_left_out_of_a_line():
    for kind in ("comment", "submission"):
        for month in ("2018-12", "2020-06", "2021-04", "2022-06", "2023-12"):
            for variant in ("plain", "gone", "flair", "award"):
                assert not re.search(r"(?<!\()@\w", dump_fields.template(kind, month, variant))


def test_as_many_comments_come_as_are_asked_for(monkeypatch):
    whole = [row for _, batch in discussions.discussions(60, 5) for row in batch]
    monkeypatch.setattr(discussions, "BATCH", 20)
    batches = [batch for _, batch in discussions.discussions(60, 5)]
    assert list(map(len, batches)) == [20, 20, 20] and [row for batch in batches for row in batch] == whole


def test_tables_hold_threads_of_both_settings(tmp_path):
    make_dump.main(["tables", "--comments", "6000", "--seed", "1", "--folder", str(tmp_path), "--texts", "no"])
    names = "submissions", "comments", "threads", "utterances"
    files = [word for name in names for word in (f"--{name}", str(tmp_path / f"{name}.parquet"))]
    build_threads.main([*files, "--report", str(tmp_path / "threads.json"), *bench_ingest.THREADS.split()])
    assert set(pq.read_table(tmp_path / "threads.parquet")["setting"].to_pylist()) == {"single", "multi"}
    assert pq.read_table(tmp_path / "comments.parquet").num_rows == 6000


@pytest.mark.slow
def test_the_benchmark_measures_every_program_and_writes_its_table(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{bench_ingest.BEGIN}\nold\n{bench_ingest.END}\nafter\n", encoding="utf-8")
    sizes = ["--dumps", "2000", "--tables", "2000", "4000", "--rounds", "1"]
    bench_ingest.main(["--folder", str(tmp_path / "bench"), "--readme", str(readme), *sizes])
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    names = bench_ingest.programs(tmp_path)
    assert len(names) >= 4 and all(f"| 2,000 | {name} |" in text for name in names)
    assert "| 2,000 | no |" in text and "| 4,000 | no |" in text and "| 4,000 | yes |" in text
    assert not (tmp_path / "bench").exists()


def test_make_names_all_that_the_benchmark_needs_and_hands_smaller_sizes_on(monkeypatch):
    root = Path(bench_ingest.__file__).parents[1]
    command = ["make", "-n", "-o", ".venv/ready", "bench-ingest", "BENCH=--dumps 7 --tables 8 9 --rounds 1"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # as from a shell
    said = subprocess.run(command, cwd=root, env=clean, capture_output=True, text=True, check=True).stdout
    (line,) = said.splitlines()
    _, words = line.split("-m benchmarks.bench_ingest ")
    asked = []
    monkeypatch.setattr(bench_ingest, "report", lambda *given: asked.append(given) or "")
    monkeypatch.setattr(bench_ingest, "write_text", lambda *given: None)
    monkeypatch.chdir(root)
    bench_ingest.main(words.split())
    assert asked == [([7], [8, 9], 1, Path("results/bench"))]


def test_a_failing_program_stops_the_benchmark():
    with pytest.raises(RuntimeError, match="exit code 3"):
        measure.run("exit 3 | cat")


@pytest.mark.slow
def test_the_whole_tree_is_measured():
    spin = "python3 -c 'import time\nwhile time.process_time() < 0.3: pass'"
    hold = "python3 -c 'import time\nx = bytearray(10**8)\ntime.sleep(0.5)'"
    assert measure.run(f"{spin} & {spin} & wait $!; wait").cpu >= 0.55
    assert measure.run(f"{hold} & {hold} & wait").mib > 190


def test_a_readme_without_markers_is_refused():
    with pytest.raises(ValueError, match="no markers"):
        bench_ingest.put_between("text", "table")
