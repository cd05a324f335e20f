"""Why a post or comment is not kept (paper A, section 4; requirements A-011, A-012)."""

import datetime
import re
from dataclasses import dataclass

import msgspec

GONE = frozenset({"[deleted]", "[removed]", "[ Removed by Reddit ]"})
_BOT_NAME = re.compile(r"(?:moderator|bot)$", re.IGNORECASE)
_BOT_TEXT = re.compile(r"\bI(?:'|\u2019)?\s?a?m a bot\b", re.IGNORECASE)


class Submission(msgspec.Struct, gc=False):
    """The fields read from a submission; several are absent in some months."""

    id: str
    title: str
    created_utc: int | float | str
    author: str | None = None
    selftext: str | None = ""
    score: int | float | None = None
    upvote_ratio: float | None = None
    over_18: bool | None = False
    is_self: bool | None = True
    removed_by_category: str | None = None
    distinguished: str | None = None


class Comment(msgspec.Struct, gc=False):
    """The fields read from a comment; `link_id` is `t3_…`, `parent_id` `t3_…` (top level) or `t1_…`."""

    id: str
    link_id: str
    parent_id: str
    body: str
    created_utc: int | float | str
    author: str | None = None
    score: int | float | None = None
    distinguished: str | None = None


@dataclass(frozen=True)
class Limits:
    """What is kept: [first, last] in Unix seconds (UTC), least score, word counts, and for posts the rest."""

    first: int
    last: int
    score: int
    least_words: int
    most_words: int
    upvote_ratio: float = 0.0
    keep_absent_ratio: bool = True
    drop_over_18: bool = False


def days(first: str, last: str) -> tuple[int, int]:
    """First second of the first day and last second of the last (both counted in, UTC)."""
    start, end = (
        datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC).timestamp() for day in (first, last)
    )
    return int(start), int(end) + 86_399


def seconds(created: int | float | str) -> int:
    """`created_utc` as a whole number; it is an int, a float or a string, by month."""
    return int(created) if type(created) is int else int(float(created))


def drop_post(row: Submission, created: int, limits: Limits) -> str | None:
    """The first reason to drop a submission (all but its word count), or None."""
    if reason := _drop_any(row.author, row.selftext, created, row.score, row.distinguished, limits):
        return reason
    if row.removed_by_category:
        return "removed"
    if row.is_self is False:
        return "not_text"
    if row.over_18 and limits.drop_over_18:
        return "over_18"
    if row.upvote_ratio is None:
        return None if limits.keep_absent_ratio else "no_upvote_ratio"
    return "low_upvote_ratio" if row.upvote_ratio < limits.upvote_ratio else None


def drop_comment(row: Comment, created: int, limits: Limits) -> str | None:
    """The first reason to drop a comment (all but its word count), or None."""
    if reason := _drop_any(row.author, row.body, created, row.score, row.distinguished, limits):
        return reason
    return "bot" if _BOT_TEXT.search(row.body) else None


def drop_words(text: str, limits: Limits) -> str | None:
    words = len(text.split())
    if words < limits.least_words:
        return "too_short"
    return "too_long" if words > limits.most_words else None


def _drop_any(author, text, created, score, distinguished, limits: Limits) -> str | None:
    if not limits.first <= created <= limits.last:
        return "outside_dates"
    if author is None or author in GONE or text in GONE:  # a deleted author would join strangers together
        return "deleted"
    if distinguished == "moderator" or _BOT_NAME.search(author):
        return "bot"
    if score is None:
        return "no_score"
    return "low_score" if score < limits.score else None
