"""Names and order of the Reddit funnel's steps, for its table and its figure."""

from collections.abc import Iterable

KEYS = ("source", "kind", "month", "step")
READ, KEPT, NO_FIELD, ALL = "read", "kept", "no_ratio_field", "all"
# Reasons in the order in which a row meets the filters.
REASONS = {
    "bad": "line cannot be read",
    "outside_dates": "outside the dates",
    "deleted": "deleted or removed",
    "bot": "bot or moderator",
    "no_score": "no score",
    "low_score": "low score",
    "removed": "removed, text kept",
    "not_text": "link or picture",
    "over_18": "over 18",
    "no_upvote_ratio": "no upvote ratio",
    "low_upvote_ratio": "low upvote ratio",
    "too_short": "too short",
    "too_long": "too long",
    "duplicate": "duplicate id",
}
THREAD_STEPS = {
    "posts": "posts",
    "by_others": "comments on them by others",
    "by_poster": "comments on them by the poster",
    "continuing": "of these, continuing a comment of the poster",
    "pairs": "pairs of comment and reply of the poster",
    "paths": "paths as long as they go",
    "too_long": "paths that are too long",
    "too_short": "paths that are too short",
    "threads": "threads",
    "no_label": "last reply without a label",
    "not_positive": "last reply not positive",
    "no_value": "last reply without a value",
    "kept": "selected",
    "train": "train",
    "dev": "dev",
    "test": "test",
}


def in_order(steps: Iterable[str]) -> list[str]:
    """The reasons in the filters' order, then what this table does not know by name."""
    return sorted(steps, key=lambda step: (list(REASONS).index(step) if step in REASONS else len(REASONS), step))


def name_of(step: str) -> str:
    """The reason in words."""
    return REASONS.get(step, step.replace("_", " "))
