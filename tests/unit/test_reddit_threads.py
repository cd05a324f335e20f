"""Threads: what each rule of a path, of its siblings and of its texts does to a small discussion."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scripts.provenance.errors import Problem
from scripts.reddit import build_threads

OP, POST = 0, 3  # the post's number is also a comment's number: the two are counted apart
SCHEMA = pa.schema(
    [(name, pa.bool_() if name == "top" else pa.int64()) for name in ("id", "link", "parent", "top", "author", "score")]
)
BOUNDS = {"comment-score": 2, "reply-score": 1, "least": 5, "most": 9, "siblings": 3, "same-commenter": "false"}
PLACES = {"submissions": "s", "comments": "c", "threads": "t", "utterances": "u", "report": "r"}


def one(number: int, parent: int | None, author: int, score: int = 5, link: int = POST) -> dict:
    """A comment; no parent: it answers the post."""
    top = parent is None
    return {"id": number, "link": link, "parent": link if top else parent, "top": top, "author": author, "score": score}


def build(folder, comments: list[dict], poster: int = OP, **more):
    """(threads, texts by id) of one post."""
    table = pa.Table.from_pylist(comments, SCHEMA)
    pq.write_table(table.append_column("body", pa.array([f"text {row['id']}" for row in comments])), folder / "c")
    post = {"id": [POST], "author": [poster], "title": ["I am sad"], "body": ["It is hard."]}
    pq.write_table(pa.table(post), folder / "s")
    values = BOUNDS | {name: folder / place for name, place in PLACES.items()}
    values |= {name.replace("_", "-"): value for name, value in more.items()}
    build_threads.main([word for name, value in values.items() for word in (f"--{name}", str(value))])
    texts = {row["id"]: row["text"] for row in pq.read_table(folder / "u").to_pylist()}
    return pq.read_table(folder / "t").to_pylist(), texts


def paths(folder, comments: list[dict], **more) -> set[str]:
    """Every thread as its comments' numbers."""
    threads, _ = build(folder, comments, **more)
    return {" ".join(part.removeprefix("t1_") for part in thread["path"][1:]) for thread in threads}


def report(folder) -> dict:
    return json.loads((folder / "r").read_text())


# c1 - o2 - c3 - o4 by one commenter; from o2 another one leads to o6
BRANCHED = [one(1, None, 7), one(2, 1, OP), one(4, 2, 7), one(5, 4, OP), one(6, 2, 8), one(7, 6, OP)]


def test_the_commenter_may_change_along_a_path(tmp_path):
    assert paths(tmp_path, BRANCHED) == {"1 2 4 5", "1 2 6 7"}


def test_the_switch_keeps_one_commenter_a_path(tmp_path):
    assert paths(tmp_path, BRANCHED, same_commenter="true") == {"1 2 4 5"}
    stranger = [row for row in BRANCHED if row["id"] not in (4, 5)]
    assert paths(tmp_path, stranger, same_commenter="true") == {"1 2"}, "the path ends where another one goes on"


def test_a_path_that_goes_on_gives_no_thread_where_it_could_have_ended(tmp_path):
    threads, _ = build(tmp_path, BRANCHED)
    assert {thread["setting"] for thread in threads} == {"multi"}


def test_several_poster_replies_to_one_comment_are_as_many_threads(tmp_path):
    assert paths(tmp_path, [one(1, None, 7), one(2, 1, OP), one(4, 1, OP)]) == {"1 2", "1 4"}


def test_a_post_that_nobody_but_its_poster_answers_gives_no_thread(tmp_path):
    with pytest.raises(Problem, match="hold no thread"):
        build(tmp_path, [one(1, None, OP), one(2, 1, OP)])
    assert not (tmp_path / "r").exists() and not (tmp_path / "t").exists()


def test_siblings_share_the_parent_and_bring_the_posters_answer_first(tmp_path):
    comments = [one(1, None, 1), one(2, 1, OP), one(4, None, 2, 9), one(5, None, 3, 3), one(6, 5, OP)]
    comments += [one(7, 2, 2), one(8, 7, OP), one(9, 2, 4, 1), one(10, None, OP)]
    threads, texts = build(tmp_path, comments)
    by_path = {tuple(thread["path"]): thread["siblings"] for thread in threads}
    assert by_path == {
        ("t3_3", "t1_5", "t1_6"): [{"comment": "t1_1", "reply": "t1_2"}, {"comment": "t1_4", "reply": None}],
        ("t3_3", "t1_1", "t1_2", "t1_7", "t1_8"): [{"comment": "t1_9", "reply": None}],
    }
    assert texts["t3_3"] == "I am sad. It is hard."


def test_a_popular_post_keeps_its_best_siblings_only(tmp_path):
    comments = [one(1, None, 1), one(2, 1, OP), *(one(4 + place, None, 5, place) for place in range(9))]
    (thread,), texts = build(tmp_path, comments)
    assert [sibling["comment"] for sibling in thread["siblings"]] == ["t1_c", "t1_b", "t1_a"]
    assert set(texts) == {"t3_3", "t1_1", "t1_2", "t1_a", "t1_b", "t1_c"}, "a text that nothing needs is left behind"


def test_an_op_comment_on_an_op_comment_continues_it(tmp_path):
    comments = [one(1, None, 1), one(2, 1, OP), one(4, 2, OP), one(5, 4, 2), one(6, 5, OP)]
    threads, texts = build(tmp_path, comments)
    assert [thread["path"] for thread in threads] == [["t3_3", "t1_1", "t1_2", "t1_5", "t1_6"]]
    assert texts["t1_2"] == "text 2 text 4" and "t1_4" not in texts
    assert report(tmp_path)["continuing"] == 1


def test_a_path_longer_than_asked_for_gives_no_thread_and_is_counted(tmp_path):
    comments = [one(number, number - 1 or None, OP if number % 2 == 0 else 1) for number in range(1, 7)]
    comments += [one(8, None, 2), one(9, 8, OP)]
    assert paths(tmp_path, comments) == {"1 2 3 4 5 6", "8 9"}
    assert paths(tmp_path, comments, most=5) == {"8 9"}
    assert (report(tmp_path)["too_long"], report(tmp_path)["paths"]) == (1, 2)


def test_a_path_shorter_than_asked_for_gives_no_thread_and_is_counted(tmp_path):
    assert paths(tmp_path, [*BRANCHED, one(8, None, 2), one(9, 8, OP)], least=7) == {"8 9"}
    assert (report(tmp_path)["too_short"], report(tmp_path)["multi"]) == (2, 0)


def test_damaged_links_join_no_posts_and_loops_come_to_an_end(tmp_path):
    comments = [*BRANCHED, one(8, 9, 1), one(9, 8, OP), one(10, 10, OP), one(11, 5, 1, link=99), one(12, 11, OP)]
    assert paths(tmp_path, comments) == {"1 2 4 5", "1 2 6 7"}
    assert (report(tmp_path)["comments"], report(tmp_path)["by_others"] + report(tmp_path)["by_poster"]) == (11, 10)


def test_outputs_hold_no_author_and_another_salt_leaves_them_as_they_are(tmp_path):
    """Author numbers are compared with one another and nothing else comes of them."""
    first, second = tmp_path / "first", tmp_path / "second"
    outputs = []
    for folder, author in ((first, lambda number: number), (second, lambda number: -(10**17) * (number + 3))):
        folder.mkdir()
        rows = [*BRANCHED, one(8, None, 2), one(9, 8, OP), one(10, None, 6), one(11, 10, OP), one(12, 11, 5)]
        salted = [row | {"author": author(row["author"])} for row in rows]
        build(folder, salted, poster=author(OP))
        outputs.append([(folder / place).read_bytes() for place in "tur"])
    assert outputs[0] == outputs[1]
    assert pq.read_schema(first / "t").names == ["thread", "post", "setting", "path", "siblings"]
    assert pq.read_schema(first / "u").names == ["id", "text"]


def test_memory_limit_and_spill_folder_change_no_byte(tmp_path, monkeypatch):
    comments = [one(number, None, number) for number in range(5, 4000, 2)]
    comments += [one(number, number - 1, OP) for number in range(6, 4000, 2)]
    build(tmp_path, comments)
    before = [(tmp_path / place).read_bytes() for place in "tur"]
    monkeypatch.setenv("SCRATCH", str(tmp_path / "scratch"))
    monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"memory_limit": "50MB", "spill_dir": "$SCRATCH/mine"}))
    build(tmp_path, comments)
    assert [(tmp_path / place).read_bytes() for place in "tur"] == before
    assert list((tmp_path / "scratch" / "mine").iterdir()) == [], "the spill folder was not used or not cleared"
