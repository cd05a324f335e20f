"""The form in which people's ratings come in: `dialogue_id, rater, criterion, score`, whole scores from 1 to 5."""

from collections.abc import Collection

from scripts.provenance.errors import Problem
from scripts.text.files import read_csv

COLUMNS = ("dialogue_id", "rater", "criterion", "score")
VALUE_CRITERIA = {"Seeker": "seeker", "Supporter": "supporter"}  # of ES-Value, as table 13 prints them
SCORES = ("1", "2", "3", "4", "5")

Ratings = dict[str, dict[tuple[str, str], int]]  # by rater: (dialogue, criterion) -> score


def criteria_of(taxonomy: list[dict]) -> dict[str, str]:
    """Printed name -> name in the judges' files: the ten skills, then both perspectives of ES-Value."""
    return {entry["label"]: entry["name"] for entry in taxonomy} | VALUE_CRITERIA


def read_ratings(path: str, dialogues: Collection[str], criteria: Collection[str]) -> Ratings:
    """The file's ratings by rater. Every line that cannot be used is a Problem that names the line.

    A missing column, an unknown dialogue or criterion, no rater, a score that is no whole number from 1 to 5, a rating
    that stands twice, and a file without ratings: none of them is mended silently.
    """
    try:
        rows = read_csv(path)
    except UnicodeDecodeError as error:
        raise Problem(f"{path} is no UTF-8 text ({error.reason}). Save it as CSV UTF-8.") from error
    if not rows:
        raise Problem(f"{path} holds no ratings. Fill in the exported sheet and put it there.")
    if missing := [name for name in COLUMNS if name not in rows[0]]:
        raise Problem(f"{path} has no column {missing[0]}. It needs {', '.join(COLUMNS)}.")
    found: Ratings = {}
    for number, row in enumerate(rows, 2):
        dialogue, rater, criterion, score = ((row[name] or "").strip() for name in COLUMNS)
        place = f"{path}, line {number}"
        if dialogue not in dialogues:
            raise Problem(f"{place}: {dialogue!r} is no dialogue of the sheet. Take the ids from the exported sheet.")
        if criterion not in criteria:
            raise Problem(f"{place}: {criterion!r} is no criterion. Take one of {', '.join(criteria)}.")
        if not rater:
            raise Problem(f"{place} names no rater. Give each person a name of their own.")
        if score not in SCORES:
            raise Problem(f"{place}: the score {score!r} is no whole number from 1 to 5. Correct it.")
        own = found.setdefault(rater, {})
        if (dialogue, criterion) in own:
            raise Problem(f"{place}: {rater} rates {criterion} of {dialogue} twice. Keep one of the two lines.")
        own[dialogue, criterion] = int(score)
    return dict(sorted(found.items()))
