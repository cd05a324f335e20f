"""Threads against a plain reference in Python."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.provenance.errors import Problem
from scripts.reddit import build_threads

OP, POST = 0, 3  # the post's number is also a comment's number: the two are counted apart
SCHEMA = pa.schema(
    [(name, pa.bool_() if name == "top" else pa.int64()) for name in ("id", "link", "parent", "top", "author", "score")]
)


def name(number: int, kind: str = "t1") -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return f"{kind}_{digits[number // 36] if number > 35 else ''}{digits[number % 36]}"


def build(folder, comments: list[dict], *more: str):
    """(threads, texts) of one post by OP; a comment: id, parent (None: top), author, score."""
    rows = [
        {
            **one,
            "link": POST,
            "top": one["parent"] is None,
            "parent": POST if one["parent"] is None else one["parent"],
        }
        for one in comments
    ]
    table = pa.Table.from_pylist(rows, SCHEMA)
    pq.write_table(table.append_column("body", pa.array([f"text {row['id']}" for row in rows])), folder / "c")
    post = {"id": [POST], "author": [OP], "title": ["I am sad"], "body": ["It is hard."]}
    pq.write_table(pa.table(post), folder / "s")
    options = [
        "--submissions",
        str(folder / "s"),
        "--comments",
        str(folder / "c"),
        "--threads",
        str(folder / "t"),
    ]
    options += [
        "--utterances",
        str(folder / "u"),
        "--comment-score",
        "2",
        "--reply-score",
        "1",
        "--least",
        "5",
    ]
    build_threads.main([*options, "--most", "9", "--siblings", "3", "--same-commenter", "false", *more])
    texts = {row["id"]: row["text"] for row in pq.read_table(folder / "u").to_pylist()}
    return pq.read_table(folder / "t").to_pylist(), texts


def one(number: int, parent: int | None, author: int, score: int = 5) -> dict:
    return {"id": number, "parent": parent, "author": author, "score": score}


def reference(comments: list[dict], same: bool, most: int = 9) -> set[tuple[int, ...]]:
    """Maximal alternating paths by plain recursion (no OP comment answers an OP comment here)."""
    below: dict = {}
    for entry in comments:
        below.setdefault(entry["parent"], []).append(entry)

    def extend(tip, path, author):
        steps = [
            (entry, reply)
            for entry in below.get(tip, [])
            if entry["author"] != OP
            and entry["score"] >= 2
            and (author is None or not same or entry["author"] == author)
            for reply in below.get(entry["id"], [])
            if reply["author"] == OP and reply["score"] >= 1
        ]
        if not steps:
            return {path} if path else set()
        return set().union(*(extend(b["id"], (*path, a["id"], b["id"]), a["author"]) for a, b in steps))

    return {path for path in extend(None, (), None) if len(path) + 1 <= most}


@st.composite
def trees(draw):
    comments: list[dict] = []
    for number in range(1, draw(st.integers(2, 28))):
        above = draw(st.sampled_from([None, *comments]))
        author = (
            draw(st.integers(1, 3)) if above is None or above["author"] == OP else draw(st.sampled_from([OP, OP, 1, 2]))
        )
        comments.append(one(number, above and above["id"], author, draw(st.sampled_from([0, 1, 2, 5]))))
    return comments


@settings(max_examples=15, deadline=None)
@given(trees(), st.booleans())
def test_threads_are_the_maximal_alternating_paths(tmp_path_factory, comments, same):
    expected = reference(comments, same)
    folder = tmp_path_factory.mktemp("threads")
    if not expected:
        with pytest.raises(Problem, match="no thread"):
            build(folder, comments, "--same-commenter", str(same).lower())
        return
    threads, texts = build(folder, comments, "--same-commenter", str(same).lower())
    assert {tuple(t["path"]) for t in threads} == {(name(POST, "t3"), *map(name, path)) for path in expected}
    assert all(thread["setting"] == ("single" if len(thread["path"]) == 3 else "multi") for thread in threads)
    needed = {part for thread in threads for part in thread["path"]}
    needed |= {part for thread in threads for s in thread["siblings"] for part in s.values() if part}
    assert needed == set(texts)


def test_siblings_share_the_parent_and_bring_the_poster_s_answer_first(tmp_path):
    comments = [
        one(1, None, 1),
        one(2, 1, OP),
        one(4, None, 2, 9),
        one(5, None, 3, 3),
        one(6, 5, OP),
        one(7, 2, 2),
        one(8, 7, OP),
    ]
    comments += [one(9, 2, 4, 1), one(10, None, OP)]
    threads, texts = build(tmp_path, comments)
    by_path = {tuple(thread["path"]): thread["siblings"] for thread in threads}
    assert by_path == {
        ("t3_3", "t1_5", "t1_6"): [{"comment": "t1_1", "reply": "t1_2"}, {"comment": "t1_4", "reply": None}],
        ("t3_3", "t1_1", "t1_2", "t1_7", "t1_8"): [{"comment": "t1_9", "reply": None}],
    }
    assert texts["t3_3"] == "I am sad. It is hard."


def test_an_op_comment_on_an_op_comment_continues_it(tmp_path):
    comments = [one(1, None, 1), one(2, 1, OP), one(4, 2, OP), one(5, 4, 2), one(6, 5, OP)]
    threads, texts = build(tmp_path, comments)
    assert [thread["path"] for thread in threads] == [["t3_3", "t1_1", "t1_2", "t1_5", "t1_6"]]
    assert texts["t1_2"] == "text 2 text 4" and "t1_4" not in texts


def test_a_path_longer_than_asked_for_gives_no_thread(tmp_path):
    comments = [one(number, number - 1 or None, OP if number % 2 == 0 else 1) for number in range(1, 7)]
    assert [len(thread["path"]) for thread in build(tmp_path, comments)[0]] == [7]
    with pytest.raises(Problem, match="no thread"):
        build(tmp_path, comments, "--most", "5")
