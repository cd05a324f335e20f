"""What two real dumps taught: lines of their shapes, made up, keep their fields, reasons and threads.

Comments of December 2005 (18 keys, frame with a window of 2 GiB and a checksum) and submissions of one subreddit in
October 2019 (86 keys, small window, no checksum).
"""

import json

import pyarrow.parquet as pq
import zstandard

from scripts.reddit import build_threads, ingest_comments, ingest_submissions

DECEMBER_2005, OCTOBER_2019 = 1_134_365_188, 1_569_888_094
# no is_submitter, permalink or name in these; keys in no order
OLD_COMMENT = {
    "controversiality": 0,
    "subreddit_id": "t5_6",
    "stickied": False,
    "subreddit": "reddit.com",
    "ups": 3,
    "score": 3,
    "author_flair_css_class": None,
    "created_utc": DECEMBER_2005,
    "author_flair_text": None,
    "retrieved_on": 1_473_738_411,
    "edited": False,
    "gilded": 0,
    "distinguished": None,
}
SUBMISSION = {
    "all_awardings": [],
    "author_created_utc": None,
    "author_flair_richtext": [],
    "author_fullname": "t2_abc",
    "created_utc": OCTOBER_2019,
    "distinguished": None,
    "domain": "self.AskMen",
    "edited": False,
    "gildings": {"gid_1": 1},
    "is_self": True,
    "media_embed": {},
    "over_18": False,
    "preview": {"images": [{"id": "x", "variants": {}}], "enabled": False},
    "removed_by": None,
    "removed_by_category": None,
    "retrieved_on": 1_572_000_000,
    "score": 7,
    "stickied": False,
    "subreddit": "AskMen",
    "thumbnail_height": None,
    "treatment_tags": [],
}
TEXT = "I lost my father last week and cannot talk about it with anyone."


def ingested(folder, module, name: str, rows: list[dict], window: int, checksum: bool, *more: str):
    """(Kept rows, report) of a dump in one frame."""
    parameters = zstandard.ZstdCompressionParameters.from_level(
        3, window_log=window, write_checksum=checksum, write_content_size=False
    )
    text = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    (folder / f"{name}.zst").write_bytes(compressor.compress(text) + compressor.flush())
    (folder / "salt").write_text("pepper")
    words = ["--dump", f"{name}.zst", "--output", name, "--report", f"{name}.json", "--salt-file", "salt"]
    module.main([*(word if word.startswith("--") else str(folder / word) for word in words), *more])
    return pq.read_table(folder / name).to_pylist(), json.loads((folder / f"{name}.json").read_text())


def submissions(folder, rows: list[dict], *more: str):
    named = [SUBMISSION | {"id": f"s{place}"} | row for place, row in enumerate(rows)]
    return ingested(folder, ingest_submissions, "submissions", named, 21, False, "--score", "5", *more)


def comments(folder, rows: list[dict]):
    named = [OLD_COMMENT | {"id": f"c{place}"} | row for place, row in enumerate(rows)]
    return ingested(folder, ingest_comments, "comments", named, 31, True, "--score", "1")


def test_most_removed_posts_carry_no_category_and_many_their_author(tmp_path):
    gone = {"selftext": "[removed]", "title": "Why?"}
    rows = [
        {"author": "ann", "title": "Why?", "selftext": TEXT},
        gone | {"author": "bob"},
        gone | {"author": "[deleted]", "removed_by_category": "deleted"},
        {"author": "[deleted]", "title": "Why?", "selftext": "[deleted]"},
        {"author": "[deleted]", "title": "Why?", "selftext": TEXT},  # its text still stands there
        {"author": "eve", "title": "Why?", "selftext": TEXT, "removed_by_category": "moderator"},
    ]
    kept, report = submissions(tmp_path, rows)
    assert [row["id"] for row in kept] == [int("s0", 36)]
    assert report["dropped"] == {"deleted": 4, "removed": 1}


def test_a_month_without_upvote_ratio_is_kept_and_reported_as_such(tmp_path):
    rows = [{"author": "ann", "title": "Why?", "selftext": TEXT}, {"author": "bob", "title": TEXT, "selftext": ""}]
    kept, report = submissions(tmp_path, rows, "--upvote-ratio", "0.8", "--absent-upvote-ratio", "keep")
    assert [row["upvote_ratio"] for row in kept] == [None, None]
    assert report["upvote_ratio_absent"] == {"2019-10": {"rows": 2, "absent": 2}}


def test_a_post_of_a_title_alone_is_judged_by_the_words_of_its_title(tmp_path):
    rows = [{"author": "ann", "title": TEXT, "selftext": ""}, {"author": "bob", "title": "Why?", "selftext": ""}]
    kept, report = submissions(tmp_path, rows, "--least-words", "10")
    assert [(row["title"], row["body"]) for row in kept] == [(TEXT, "")]
    assert report["dropped"] == {"too_short": 1}


def test_a_moderators_thread_is_dropped_and_an_edited_post_is_not(tmp_path):
    rows = [
        {"author": "mod", "title": "Megathread", "selftext": TEXT, "distinguished": "moderator", "stickied": True},
        {
            "author": "ann",
            "title": "Why?",
            "selftext": TEXT,
            "edited": 1_569_900_000,
            "author_created_utc": 1_500_000_000,
        },
    ]
    kept, report = submissions(tmp_path, rows)
    assert len(kept) == 1 and report["dropped"] == {"bot": 1}


def test_old_comments_without_newer_fields_make_threads(tmp_path):
    """Also where the parent of a comment lies outside the dump, and where an author went but left the text."""
    submissions(tmp_path, [{"author": "ann", "title": "Why?", "selftext": TEXT}])
    rows = [
        {"author": "bob", "link_id": "t3_s0", "parent_id": "t3_s0", "body": "I read &amp; I\r\n\r\nfeel &gt;you&lt;."},
        {"author": "ann", "link_id": "t3_s0", "parent_id": "t1_c0", "body": "Thank you, that helps."},
        {"author": "[deleted]", "link_id": "t3_s0", "parent_id": "t3_s0", "body": TEXT},
        {"author": "ann", "link_id": "t3_s0", "parent_id": "t1_c2", "body": "Thank you as well."},
        {"author": "ann", "link_id": "t3_s0", "parent_id": "t1_elsewhere", "body": "And you, too."},
        {"author": "eve", "link_id": "t3_s0", "parent_id": "t3_s0", "body": "Get over it.", "score": -4},
        {"author": "eve", "link_id": "t3_elsewhere", "parent_id": "t3_elsewhere", "body": "Hello there."},
    ]
    kept, report = comments(tmp_path, rows)
    assert report["dropped"] == {"deleted": 1, "low_score": 1} and list(report["by_month"]) == ["2005-12"]
    assert kept[0]["body"].split() == ["I", "read", "&", "I", "feel", ">you<."]
    files = {name: str(tmp_path / name) for name in ("submissions", "comments", "threads", "utterances", "report")}
    bounds = {"comment-score": 2, "reply-score": 1, "same-commenter": "false", "least": 5, "most": 15, "siblings": 8}
    build_threads.main([word for name, value in (files | bounds).items() for word in (f"--{name}", str(value))])
    assert [row["path"] for row in pq.read_table(tmp_path / "threads").to_pylist()] == [["t3_s0", "t1_c0", "t1_c1"]]
    built = json.loads((tmp_path / "report").read_text())
    assert (built["comments"], built["by_others"], built["by_poster"], built["pairs"]) == (5, 1, 3, 1)
