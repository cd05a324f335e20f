"""The fields that Reddit's dumps carried, month by month (statistics of the public monthly dumps, 2014-2023).

Only shapes are copied: which keys there are, and the types of their values. `month` is `YYYY-MM`.
"""

import json
import random

SUBREDDIT = "offmychest"


def submission(rng: random.Random, record: dict, month: str) -> dict:
    """A submission with the month's keys; `record`: id, author, title, selftext, created_utc, score, …"""
    name = record["id"]
    fields = {
        **{key: record[key] for key in ("id", "author", "title", "selftext", "score")},
        "created_utc": _created(record["created_utc"], month),
        "subreddit": SUBREDDIT,
        "subreddit_id": "t5_2ranw",
        "permalink": f"/r/{SUBREDDIT}/comments/{name}/x/",
        "url": f"https://www.reddit.com/r/{SUBREDDIT}/comments/{name}/x/",
        "domain": f"self.{SUBREDDIT}",
        "is_self": True,
        "over_18": record["over_18"],
        "num_comments": record["num_comments"],
        "distinguished": None,
        "stickied": False,
        "edited": _edited(rng, record["created_utc"], month, first_float="2020-05"),
        "removed_by": None,
    }
    if month >= "2020-05" or (month == "2020-04" and rng.random() < 0.045):
        ratio = record["upvote_ratio"]
        fields["upvote_ratio"] = 1 if month >= "2023-04" and ratio >= 1 else ratio  # an int then
    if month >= "2019-09":
        fields["removed_by_category"] = record["removed_by_category"]
    fields |= _common(rng, record, month)
    return fields


def comment(rng: random.Random, record: dict, month: str) -> dict:
    """A comment with the month's keys; `record`: id, author, body, link_id, parent_id, created_utc, score, …"""
    fields = {
        **{key: record[key] for key in ("id", "author", "body", "link_id", "parent_id", "score")},
        "created_utc": _created(record["created_utc"], month),
        "subreddit": SUBREDDIT,
        "subreddit_id": "t5_2ranw",
        "controversiality": 0,
        "distinguished": record["distinguished"],
        "stickied": record["distinguished"] is not None,
        "edited": _edited(rng, record["created_utc"], month, first_float="2021-02"),
    }
    if month >= "2016-01":
        fields["is_submitter"] = record["is_submitter"]
        fields["permalink"] = f"/r/{SUBREDDIT}/comments/{record['link_id'][3:]}/x/{record['id']}/"
    if month >= "2019-03":
        fields["locked"] = False
    if month >= "2021-02":
        fields |= {"name": f"t1_{record['id']}", "score_hidden": False, "collapsed_reason_code": None}
        if record["author"] == "[deleted]":
            fields["collapsed_reason_code"] = "DELETED"
    if not "2021-02" <= month < "2023-04":
        fields["removal_reason"] = None
    fields |= _common(rng, record, month)
    return fields


def encode(rng: random.Random, fields: dict) -> bytes:
    """The line in one of the two styles met: compact with `\\/` and raw UTF-8, or spaced with `\\uXXXX`."""
    if rng.random() < 0.5:
        text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False, sort_keys=True).replace("/", "\\/")
    else:
        text = json.dumps(fields, sort_keys=True)
    return text.encode() + b"\n"


def _created(created: int, month: str) -> int | str:
    return str(created) if month < "2016-01" else created


def _edited(rng: random.Random, created: int, month: str, first_float: str) -> bool | int | float:
    if rng.random() > 0.05:
        return False
    return float(created + 3600) if first_float <= month < "2023-04" else created + 3600


def _common(rng: random.Random, record: dict, month: str) -> dict:
    fields: dict = {
        "gilded": 0,
        "author_flair_text": None,
        "author_flair_css_class": None,
        "all_awardings": [],
    }
    if record["author"] != "[deleted]" and rng.random() < 0.85:
        fields["author_fullname"] = f"t2_{rng.randrange(36**5):x}"
        fields["author_created_utc"] = record["created_utc"] - rng.randrange(10**8)
    fields["retrieved_utc" if "2021-02" <= month < "2021-07" else "retrieved_on"] = record["created_utc"] + 10**6
    if month >= "2023-11":
        fields["_meta"] = {"is_edited": False, "was_deleted_later": rng.random() < 0.02}
    return fields
