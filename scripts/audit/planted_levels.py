"""What the offline world plants in paper B's systems, read back from their responses: advice, levels by position."""

import re
from collections.abc import Sequence
from statistics import fmean

from scripts.stats.response_types import patterns, response_type
from scripts.text.levels import level_said
from scripts.text.lexicon import Lexicon

Trials = list[tuple[str, float]]  # (dialogue, value)

SUGGESTS = "SS"  # the type of solution suggestions
OPENING_STATE = "start"  # what the world takes a bare situation for


def seekers(row: dict) -> list[str]:
    """What the help-seeker has said before the response."""
    return [turn["text"] for turn in row["history"] if turn["role"] == "seeker"]


def advised(rows: Sequence[dict], lexicon: Lexicon) -> Trials:
    """One trial for each response in a state that invites advice: whether it gives any."""
    starts = tuple(re.split(r"\{[te]\}", frame)[0] for frame in lexicon.raw["advice"])
    return [
        (row["dialogue_id"], float(row["response"].startswith(starts)))
        for row in rows
        if (lexicon.state(seekers(row)[-1]) or OPENING_STATE) in lexicon.raw["advised"]
    ]


def rising(rows: Sequence[dict], lexicon: Lexicon) -> Trials:
    """Of each response at a level, its part in how level and number of help-seeker turns go together (covariance)."""
    found = [(row["dialogue_id"], len(seekers(row)), level_said(row["response"], lexicon)) for row in rows]
    known = [(name, turns, level) for name, turns, level in found if level]
    if not known:
        return []
    turn, height = fmean(turns for _, turns, _ in known), fmean(level for _, _, level in known)
    return [(name, (turns - turn) * (level - height)) for name, turns, level in known]


def fewer_suggestions(before: Sequence[dict], after: Sequence[dict], phrases: dict[str, list[str]]) -> Trials:
    """By turn, how much less often the second system suggests a solution than the first."""
    compiled = patterns(phrases)

    def suggests(rows: Sequence[dict]) -> dict[str, bool]:
        return {row["id"]: response_type(row["response"], compiled) == SUGGESTS for row in rows}

    one, two = suggests(before), suggests(after)
    return [(row["dialogue_id"], one[row["id"]] - two[row["id"]]) for row in before if row["id"] in two]


def nearer(before: Sequence[dict], after: Sequence[dict]) -> Trials:
    """By dialogue, how much lower the second system's EVAEval is than the first's (rows of scoring.score_eva)."""

    def by_dialogue(rows: Sequence[dict]) -> dict[str, float]:
        wanted = ("mean", "evaeval_avg")
        own = [row for row in rows if row["dialogue_id"] and (row["variant"], row["metric"]) == wanted]
        return {row["dialogue_id"]: float(row["value"]) for row in own}

    one, two = by_dialogue(before), by_dialogue(after)
    return [(name, one[name] - two[name]) for name in sorted(one.keys() & two.keys())]
