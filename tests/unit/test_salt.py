"""The salt of author numbers: drawn once, kept, read by its owner alone, and to be found nowhere else."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scripts.provenance.errors import Problem
from scripts.reddit import build_threads, draw_salt, ingest_comments, ingest_submissions, salt
from scripts.reddit.salt import local_salt, read_salt

WORDS = "I value your kindness and maybe walking could help you"


def drawn(path: Path, text: str = "") -> str:
    draw_salt.main(["--salt", text, "--output", str(path)])
    return path.read_text()


def test_drawn_salt_is_long_random_and_for_its_owner_alone(tmp_path):
    texts = [drawn(tmp_path / f"{number}" / "salt.txt") for number in range(3)]
    assert len(set(texts)) == 3 and all(re.fullmatch(r"[0-9a-f]{64}\n", text) for text in texts)
    assert (tmp_path / "0" / "salt.txt").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "0").iterdir()] == ["salt.txt"]


def test_salt_that_is_there_stays_whoever_made_it(tmp_path):
    path = tmp_path / "salt.txt"
    path.write_text("my own\n")
    assert drawn(path) == "my own\n"


def test_commands_that_draw_at_the_same_time_end_up_with_one_salt(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with ThreadPoolExecutor(16) as pool:
        keys = list(pool.map(lambda _: local_salt(), range(64)))
    assert len(set(keys)) == 1
    assert [path.name for path in Path(salt.LOCAL).parent.iterdir()] == ["salt.txt"]


def test_public_text_makes_the_same_file_each_time(tmp_path):
    path = tmp_path / "salt.txt"
    assert drawn(path, "affirm") == drawn(path, "affirm") == "affirm\n"
    assert drawn(path, "other") == "other\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_key_is_not_the_digest_that_records_hold_of_the_file(tmp_path):
    import hashlib

    for text in ("pepper", "pepper\n"):
        (tmp_path / "salt.txt").write_text(text)
        key = read_salt(tmp_path / "salt.txt")
        assert len(key) == 32
        known = [text.encode(), text.strip().encode()]
        assert key not in [hashlib.new(name, word).digest()[:32] for word in known for name in ("sha256", "blake2b")]


def test_white_space_around_the_salt_does_not_count(tmp_path):
    for name, text in {"a": "pepper", "b": "pepper\n", "c": " pepper \r\n", "d": "pepper2"}.items():
        (tmp_path / name).write_text(text)
    keys = [read_salt(tmp_path / name) for name in "abcd"]
    assert keys[0] == keys[1] == keys[2] != keys[3]


@pytest.mark.parametrize("content", [None, b"", b" \n"])
def test_missing_or_empty_salt_is_a_problem_that_says_what_to_do(tmp_path, content):
    path = tmp_path / "salt.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Problem, match=r"salt\.txt is (missing|empty)\. .*Put it back, or write 64 random digits"):
        read_salt(path)


def write_dumps(folder: Path) -> None:
    """Posts with comments and replies: threads of both settings, with siblings."""
    posts, comments = [], []
    for post in range(10, 16):
        made = {"id": f"p{post}", "author": f"Op{post}", "title": WORDS, "selftext": WORDS, "score": 9}
        posts.append(made | {"created_utc": 1_600_000_000, "upvote_ratio": 1.0, "is_self": True})
        for branch in range(10, 13):
            parent = f"t3_p{post}"
            for depth in range(10, 10 + 2 * (branch - 9)):
                name = f"c{post}{branch}{depth}"
                author = f"Op{post}" if depth % 2 else f"Helper{branch}"
                made = {"id": name, "link_id": f"t3_p{post}", "parent_id": parent, "author": author, "score": 5}
                comments.append(made | {"body": f"{WORDS} {name}", "created_utc": 1_600_000_100 + depth})
                parent = f"t1_{name}"
    for name, records in {"posts": posts, "comments": comments}.items():
        (folder / f"{name}.ndjson").write_text("".join(json.dumps(record) + "\n" for record in records))


def ingest_all(dumps: Path, folder: Path, text: str) -> dict[str, bytes]:
    """The bytes of everything that the stage writes under a salt."""
    folder.mkdir()
    drawn(folder / "salt.txt", text)
    for name, script in {"posts": ingest_submissions, "comments": ingest_comments}.items():
        options = ["--dump", dumps / f"{name}.ndjson", "--output", folder / name, "--report", folder / f"{name}.json"]
        script.main([str(word) for word in [*options, "--salt-file", folder / "salt.txt"]])
    words = ["--submissions", folder / "posts", "--comments", folder / "comments", "--threads", folder / "threads"]
    words += [
        "--utterances",
        folder / "utterances",
        "--report",
        folder / "threads.json",
        "--comment-score",
        2,
        "--reply-score",
        1,
        "--least",
        5,
    ]
    command = [str(word) for word in [*words, "--most", 15, "--siblings", 8, "--same-commenter", "false"]]
    build_threads.main(command)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_no_author_number_lies_behind_the_threads_so_another_salt_changes_no_byte_of_them(tmp_path):
    import pyarrow.parquet as pq

    write_dumps(tmp_path)
    first, second = (ingest_all(tmp_path, tmp_path / text, text) for text in ("pepper", "thyme"))
    differing = {name for name in first if first[name] != second[name] and not name.endswith(".json")}
    assert differing == {"salt.txt", "posts", "comments"}
    settings = pq.read_table(tmp_path / "pepper" / "threads").column("setting").to_pylist()
    assert {"single", "multi"} == set(settings)
