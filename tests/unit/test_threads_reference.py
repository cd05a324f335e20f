"""From raw dump lines to threads, against a reference that walks dictionaries and knows no SQL."""

import json
import re
from dataclasses import dataclass

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.provenance.errors import Problem
from scripts.reddit import build_threads, ingest_comments, ingest_submissions

COMMENT_SCORE, REPLY_SCORE, SIBLINGS = 2, 1, 2
GONE = ("[deleted]", "[removed]")


def base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (base36(number // 36) if number > 35 else "") + digits[number % 36]


@dataclass
class Forest:
    """Posts and comments as raw records, and what a reader of the paper makes of them."""

    posts: list[dict]
    comments: list[dict]

    def __post_init__(self) -> None:
        self.poster = {
            post["id"]: post["author"]
            for post in self.posts
            if post["author"] != "[deleted]" and post["selftext"] not in GONE
        }
        self.kept = {
            comment["id"]: comment
            for comment in self.comments
            if comment["link_id"][3:] in self.poster
            and comment["author"] != "[deleted]"
            and comment["body"] not in GONE
            and comment["score"] >= min(COMMENT_SCORE, REPLY_SCORE)
        }

    def below(self, post: str, names: list[str], own: bool) -> list[dict]:
        """Comments on any of the named ones (`t3_…`, `t1_…`) of the post, by its poster or by others."""
        return [
            comment
            for comment in self.kept.values()
            if comment["link_id"] == f"t3_{post}"
            and comment["parent_id"] in names
            and (comment["author"] == self.poster[post]) is own
        ]

    def said(self, post: str, comment: dict) -> list[dict]:
        """The poster's comment with all by which the poster continues it, by id."""
        run = [comment]
        for part in run:
            run += self.below(post, [f"t1_{part['id']}"], own=True)
        return sorted(run, key=lambda part: int(part["id"], 36))

    def names(self, post: str, comment: dict | None) -> list[str]:
        """What an answer to the poster's utterance may name as its parent; None is the post."""
        return [f"t3_{post}"] if comment is None else [f"t1_{part['id']}" for part in self.said(post, comment)]

    def answers(self, post: str, comment: dict) -> list[dict]:
        found = self.below(post, [f"t1_{comment['id']}"], own=True)
        return [reply for reply in found if reply["score"] >= REPLY_SCORE]

    def walk(self, post: str, path: list[dict], same: bool):
        """Every path that goes on as long as it can."""
        above = self.names(post, path[-1] if path else None)
        steps = [
            (comment, reply)
            for comment in self.below(post, above, own=False)
            if comment["score"] >= COMMENT_SCORE and not (same and path and comment["author"] != path[-2]["author"])
            for reply in self.answers(post, comment)
        ]
        if path and not steps:
            yield path
        for step in steps:
            yield from self.walk(post, [*path, *step], same)

    def siblings(self, post: str, path: list[dict]) -> list[tuple[str, str | None]]:
        above = self.names(post, path[-3] if len(path) > 2 else None)
        found = []
        for comment in self.below(post, above, own=False):
            replies = sorted((int(reply["id"], 36), reply["id"]) for reply in self.answers(post, comment))
            if comment is not path[-2]:
                place = (not replies, -comment["score"], int(comment["id"], 36))
                found.append((place, f"t1_{comment['id']}", f"t1_{replies[0][1]}" if replies else None))
        return [(name, reply) for _, name, reply in sorted(found)[:SIBLINGS]]

    def threads(self, same: bool, least: int, most: int) -> dict[tuple[str, ...], tuple]:
        """Setting and siblings by path."""
        found = {}
        for post in self.poster:
            for path in self.walk(post, [], same):
                if len(path) == 2 or least <= len(path) + 1 <= most:
                    ids = (f"t3_{post}", *(f"t1_{comment['id']}" for comment in path))
                    found[ids] = ("single" if len(path) == 2 else "multi", self.siblings(post, path))
        return found

    def text(self, name: str) -> str:
        if name.startswith("t3_"):
            (post,) = [post for post in self.posts if post["id"] == name[3:]]
            title = post["title"].strip()
            if not post["selftext"]:
                return title
            return title + (" " if re.search(r"[.!?…:,;]$", title) else ". ") + post["selftext"]
        comment = self.kept[name[3:]]
        post = comment["link_id"][3:]
        own = comment["author"] == self.poster[post]
        return " ".join(part["body"] for part in (self.said(post, comment) if own else [comment]))


def comment(number: int, link: str, parent: str, author: str, score: int, gone: bool = False) -> dict:
    body = "[removed]" if gone else f"Words of comment {number}."
    record = {"id": base36(number), "link_id": f"t3_{link}", "parent_id": parent, "author": author, "score": score}
    return record | {"body": body, "created_utc": 1_600_000_000 + number}


AUTHORS = st.sampled_from(["op", "op", "op", "ann", "ann", "bob", "[deleted]"])
TITLES = st.sampled_from(["Alone", "Why?", "So tired… "])


@st.composite
def forests(draw) -> Forest:
    """Some posts and up to 30 comments; numbers of posts are numbers of comments too."""
    texts = st.sampled_from(["Nothing helps me", "Nothing helps me", "", "[removed]"])
    posts = [
        {"id": base36(number), "author": draw(AUTHORS), "title": draw(TITLES), "selftext": draw(texts)}
        | {"created_utc": 1_600_000_000, "score": 9}
        for number in range(1, draw(st.integers(2, 4)))
    ]
    posts.append(posts[0] | {"id": "z", "author": "op", "selftext": "I write", "title": "Here"})  # never nothing
    comments = [comment(1, "z", "t3_z", "bob", 5), comment(2, "z", "t1_1", "op", 5), comment(3, "z", "t1_3", "op", 5)]
    links = st.sampled_from([post["id"] for post in posts] + ["missing"])
    for number in range(30, draw(st.integers(31, 60))):
        above = draw(st.sampled_from([None, None, "lost", *comments]))
        if isinstance(above, dict):
            link = above["link_id"][3:] if draw(st.integers(0, 19)) else draw(links)
            parent = f"t1_{above['id']}"
        else:
            link = draw(links)
            parent = f"t1_{above}" if above else f"t3_{link}"
        score, gone = draw(st.sampled_from([0, 1, 2, 2, 3, 5])), draw(st.integers(0, 14)) == 0
        comments.append(comment(number, link, parent, draw(AUTHORS), score, gone))
    return Forest(posts, comments)


def ingest(folder, forest: Forest) -> None:
    (folder / "salt").write_text("pepper")
    for module, records in ((ingest_submissions, forest.posts), (ingest_comments, forest.comments)):
        name = module.__name__.rpartition("_")[2]
        (folder / f"{name}.zst").write_text("".join(json.dumps(record) + "\n" for record in records))
        words = ["--dump", f"{name}.zst", "--output", name, "--report", f"{name}.json", "--salt-file", "salt"]
        words = [word if word.startswith("--") else str(folder / word) for word in words]
        module.main([*words, *(["--score", "1"] if name == "comments" else [])])


def build(folder, same: bool, least: int, most: int) -> tuple[list[dict], dict[str, str]]:
    files = {name: folder / name for name in ("submissions", "comments", "threads", "utterances", "report")}
    values = files | {"comment-score": COMMENT_SCORE, "reply-score": REPLY_SCORE, "siblings": SIBLINGS}
    values |= {"same-commenter": str(same).lower(), "least": least, "most": most}
    build_threads.main([word for name, value in values.items() for word in (f"--{name}", str(value))])
    utterances = pq.read_table(folder / "utterances").to_pylist()
    assert len({row["id"] for row in utterances}) == len(utterances)
    return pq.read_table(folder / "threads").to_pylist(), {row["id"]: row["text"] for row in utterances}


def check(folder, forest: Forest, same: bool, least: int, most: int) -> None:
    expected = forest.threads(same, least, most)
    if not expected:
        with pytest.raises(Problem, match="hold no thread"):
            build(folder, same, least, most)
        return
    threads, texts = build(folder, same, least, most)
    found = {
        tuple(thread["path"]): (
            thread["setting"],
            [(sibling["comment"], sibling["reply"]) for sibling in thread["siblings"]],
        )
        for thread in threads
    }
    assert found == expected and len(threads) == len(found)
    needed = {name for path in expected for name in path}
    needed |= {name for _, siblings in expected.values() for pair in siblings for name in pair if name}
    assert texts == {name: forest.text(name) for name in needed}


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(forests(), st.sampled_from([(5, 15), (7, 9), (5, 5)]))
def test_threads_siblings_and_texts_are_those_of_the_reference(tmp_path_factory, forest, bounds):
    folder = tmp_path_factory.mktemp("forest")
    ingest(folder, forest)
    for same in (False, True):
        check(folder, forest, same, *bounds)


# Each line: number, parent (p: the post), author; all of one post by op.
KNOWN = {
    "several poster replies to one comment": ["1 p ann", "2 1 op", "3 1 op", "4 3 ann", "5 4 op"],
    "the poster answers the own post": ["1 p op", "2 1 ann", "3 2 op", "4 p ann", "5 4 op"],
    "the poster answers the poster": ["1 p ann", "2 1 op", "3 2 op", "4 3 op", "5 4 bob", "6 5 op", "7 2 op"],
    "a deleted commenter breaks the path": ["1 p ann", "2 1 op", "3 2 [deleted]", "4 3 op", "5 4 ann", "6 5 op"],
    "a comment is missing": ["1 p ann", "2 1 op", "4 3 ann", "5 4 op"],
    "another commenter goes on": ["1 p ann", "2 1 op", "3 2 bob", "4 3 op", "5 2 ann", "6 5 op"],
}


@pytest.mark.parametrize("lines", KNOWN.values(), ids=KNOWN)
def test_known_discussions_come_out_as_in_the_reference(tmp_path, lines):
    posts = [{"id": "p", "author": "op", "title": "Why?", "selftext": "Tell me", "created_utc": 0, "score": 1}]
    posts.append(posts[0] | {"id": "q", "author": "[deleted]"})
    comments = []
    for number, parent, author in (line.split() for line in lines):
        comments.append(comment(int(number), "p", "t3_p" if parent == "p" else f"t1_{parent}", author, 5))
    comments += [comment(20, "q", "t3_q", "ann", 5), comment(21, "q", "t1_k", "[deleted]", 5)]
    comments += [comment(22, "nowhere", "t3_nowhere", "ann", 5), comment(23, "nowhere", "t1_m", "op", 5)]
    forest = Forest(posts, comments)
    ingest(tmp_path, forest)
    for same in (False, True):
        check(tmp_path, forest, same, 5, 15)


def test_a_comment_whose_parent_lies_under_another_post_continues_nothing(tmp_path):
    posts = [
        {"id": name, "author": "op", "title": "Why?", "selftext": "Tell me", "created_utc": 0, "score": 1}
        for name in ("p", "q")
    ]
    comments = [comment(1, "p", "t3_p", "ann", 5), comment(2, "p", "t1_1", "op", 5)]
    comments += [comment(3, "q", "t1_2", "op", 5), comment(4, "q", "t1_1", "op", 5), comment(5, "q", "t1_2", "bob", 5)]
    forest = Forest(posts, comments)
    ingest(tmp_path, forest)
    check(tmp_path, forest, False, 5, 15)
    assert list(forest.threads(False, 5, 15)) == [("t3_p", "t1_1", "t1_2")]
