"""Why a post or comment is not kept (paper A, section 4; requirements A-011, A-012)."""

import argparse
import datetime
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from scripts.provenance.errors import Problem

GONE = frozenset({"[deleted]", "[removed]", "[ Removed by Reddit ]"})
_BOT_NAMES = ("moderator", "bot")  # endings
_YEARS = 62_000_000_000  # seconds from 1970 either way that a calendar has names for


class Submission(msgspec.Struct, gc=False):
    """The fields read from a submission; several are absent in some months."""

    id: str
    title: str
    created_utc: int | float | str
    author: str | None = None
    body: str | None = msgspec.field(default="", name="selftext")
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
    """What is kept: [first, last] in Unix seconds (UTC), least score, word counts, and for posts the rest.

    None, or the whole of time: that filter is not applied.
    """

    first: int = -_YEARS
    last: int = _YEARS
    score: int | None = None
    least_words: int | None = None
    most_words: int | None = None
    upvote_ratio: float | None = None
    keep_absent_ratio: bool = True
    drop_over_18: bool = False


def limits_of(options: argparse.Namespace, **more) -> Limits:
    """What both commands filter by (`add_options`), and `more` of Limits' fields."""
    return Limits(
        first=-_YEARS if options.first is None else _midnight(options.first),
        last=_YEARS if options.last is None else _midnight(options.last) + 86_399,  # the last day counts
        score=options.score,
        least_words=options.least_words,
        most_words=options.most_words,
        **more,
    )


def _midnight(day: str) -> int:
    try:
        return int(datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC).timestamp())
    except ValueError as error:
        raise Problem(f"{day} is no day. Write days as YYYY-MM-DD.") from error


def seconds(created: int | float | str) -> int:
    """`created_utc` as a whole number; it is an int, a float or a string, by month. ValueError: it is no time."""
    whole = created if type(created) is int else int(float(created))
    if not -_YEARS <= whole <= _YEARS:
        raise ValueError(f"created_utc {created} is no time")
    return whole


def times(created: list[int | float | str]) -> list[int]:
    """`seconds` of each."""
    return created if set(map(type, created)) == {int} else list(map(seconds, created))


def numbers(base36: list[str]) -> list[int]:
    """Ids as the tables hold them. ValueError: one is no number of 63 bits."""
    if base36 and not ((digits := "".join(base36)).isascii() and digits.isalnum()):  # int() takes more than digits
        raise ValueError("an id is no base 36 number")
    found = [int(name, 36) for name in base36]
    if found and not 0 <= min(found) <= max(found) < 2**63:
        raise ValueError("an id is no base 36 number of 63 bits")
    return found


def scores(given: list[int | float | None]) -> list[int | None]:
    """Whole numbers. ValueError or OverflowError: one is none of 64 bits."""
    found = [score if score is None or type(score) is int else int(score) for score in given]
    present = [score for score in found if score is not None]
    if present and not -(2**63) <= min(present) <= max(present) < 2**63:
        raise ValueError("a score is no number of 64 bits")
    return found


def post_filter(limits: Limits) -> Callable[[Submission], str | None]:
    """A function that tells the first reason to drop a submission (all but its word count), or None."""
    drop = row_filter(limits)

    def drop_post(row: Submission) -> str | None:
        if reason := drop(row):
            return reason
        if row.removed_by_category:
            return "removed"
        if row.is_self is False:
            return "not_text"
        if row.over_18 and limits.drop_over_18:
            return "over_18"
        if row.upvote_ratio is None:
            return None if limits.keep_absent_ratio else "no_upvote_ratio"
        low = limits.upvote_ratio is not None and row.upvote_ratio < limits.upvote_ratio
        return "low_upvote_ratio" if low else None

    return drop_post


def row_filter(limits: Limits) -> Callable[[Submission | Comment], str | None]:
    """The same for rows of either kind, by all but their text. ValueError, of the function: a row has no time."""
    first, last, least = limits.first, limits.last, limits.score

    def drop(row: Submission | Comment) -> str | None:
        created = row.created_utc
        if type(created) is not int or not first <= created <= last:
            created = seconds(created)
            if not first <= created <= last:
                return "outside_dates"
        author, text = row.author, row.body
        # a deleted author would join strangers together
        if author is None or author in GONE or (text and text[0] == "[" and text in GONE):
            return "deleted"
        if row.distinguished == "moderator" or author.lower().endswith(_BOT_NAMES):
            return "bot"
        if least is None:
            return None
        if row.score is None:
            return "no_score"
        return "low_score" if row.score < least else None

    return drop
