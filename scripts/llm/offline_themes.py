"""The offline judge of single dialogues: value ratings, what they lacked, themes (A-VAL1, A-LOW1, A-LOW2).

It reads the transcript alone. Ratings follow the values shown a turn; in the null world (`scale` 0) noise alone.
"""

import json
import random
import re

from scripts.llm.offline_judges import values_shown
from scripts.llm.offline_reading import Message, Turn, all_text, marked, said_by, spoken, strategy_of
from scripts.text.lexicon import Lexicon

NOISE = 0.5  # standard deviation of a rating before rounding
ROOM = 4.0  # points between a dialogue without values and one that shows one in every turn
GAPS = {  # what fills it -> the point that names it, with a word of the theme that it comes down to
    ("Question", "Restatement"): "The therapist asks too little about the issues.",
    ("Suggestions", "Information"): "The therapist offers no way of coping.",
    ("Affirmation",): "The therapist does not name any strengths.",
    ("Reflection",): "The therapist shows the patient no way to acceptance.",
}
NO_ACT = "The therapist takes up none of the patient's interests."
NO_CUE = "The therapist does not ask about goals."


def rate_values(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """JSON: 1 to 5 by the values voiced (seeker) and carried (supporter) in a turn."""
    turns = spoken(all_text(messages))
    ratings = {role: _rating(rng, role, turns, lexicon) for role in ("seeker", "supporter")}
    return json.dumps({"reasoning": "I counted what each of them says about values.", **ratings})


def _rating(rng: random.Random, role: str, turns: list[Turn], lexicon: Lexicon) -> int:
    shown = values_shown(role, turns, lexicon) / max(len(said_by(role, turns)), 1)
    centre = 2.0 + lexicon.effects["scale"] * (ROOM * shown - 1.0)
    return min(5, max(1, round(rng.gauss(centre, NOISE))))


def find_gaps(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """A line for everything that the therapist's replies have none of; one at random where they have all."""
    replies = said_by("supporter", spoken(all_text(messages)))[1:]
    strategies = {strategy_of(reply, lexicon) for reply in replies}
    found = [point for filling, point in GAPS.items() if strategies.isdisjoint(filling)]
    found += [] if any(lexicon.act(reply) for reply in replies) else [NO_ACT]
    found += [] if any(lexicon.carried(reply) for reply in replies) else [NO_CUE]
    return "\n".join(f"- {point}" for point in found or [rng.choice([*GAPS.values(), NO_ACT, NO_CUE])])


def name_themes(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """The first three listed themes of which a point has a word; ValueError when the request lists none."""
    text = all_text(messages)
    themes = marked(text, "Themes")
    if not themes:
        raise ValueError("the request lists no themes")
    words = set(re.findall(r"[a-z]+", " ".join(re.findall(r"^- (The therapist .*)$", text, re.MULTILINE)).lower()))
    named = [theme for theme in themes.split(", ") if _own_words(theme) & words]
    return ", ".join(named[:3] or themes.split(", ")[:1])


def _own_words(theme: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]+", theme.lower()) if word not in ("and", "of", "with", "on")}
