"""Draws support dialogues of the offline world for its corpora: who feels what, who says what, how it ends."""

import random
from dataclasses import dataclass

from scripts.text.lexicon import Lexicon

LADDER = ("vent", "start", "ask", "better", "thanks")  # states of a seeker turn, lowest mood first
HELLOS = ("Hello.", "Hi, good evening.", "Hello, how are you today?")
VOICED_AT_ONCE = 4  # values a turn voices at most, as in the responder


@dataclass(frozen=True)
class Talk:
    """A dialogue: its theme and its turns (role, text, strategy of a supporter turn)."""

    emotion: str
    topic: str
    values: list[str]
    turns: list[tuple[str, str, str | None]]


def draw_theme(rng: random.Random, world: Lexicon) -> tuple[str, str, list[str]]:
    """Emotion label, topic word and the three values that a first utterance voices."""
    topics = list(world.raw["topics"].values())
    return rng.choice(list(world.raw["emotions"])), rng.choice(topics), rng.sample(world.values, 3)


def climb(rng: random.Random, steps: int, last: int) -> list[str]:
    """`steps` states that rise on the whole and end on rung `last`, or one below it at times."""
    return [LADDER[max(0, min(last, round((step + 1) * last / steps) - (rng.random() < 0.2)))] for step in range(steps)]


def draw_talk(
    rng: random.Random,
    world: Lexicon,
    exchanges: int,
    last: int,
    voices: float,
    cue_share: float,
    strategies: list[str] | None = None,
) -> Talk:
    """A dialogue of a situation and `exchanges` pairs of reply and seeker turn.

    `last`: rung the seeker ends on; `voices`: P(a seeker turn voices a value of the situation), for each;
    `cue_share`: share of replies that carry a value's cue; `strategies`: those the supporter uses (None: what
    fits the state in most turns, any other in the rest).
    """
    emotion, topic, values = draw_theme(rng, world)
    turns = [("seeker", world.situation(rng, emotion, topic, values), None)]
    state = "start"
    for following in climb(rng, exchanges, last):
        strategy = _strategy(rng, world, state, strategies)
        act = rng.choice(world.raw["acts"]) if rng.random() < 0.5 else None
        cues = rng.sample(values, rng.choice((1, 2))) if rng.random() < cue_share else []
        turns.append(("supporter", world.reply(rng, strategy, topic, emotion, act, cues), strategy))
        voiced = [value for value in values if rng.random() < voices][:VOICED_AT_ONCE]
        turns.append(("seeker", world.seeker_turn(rng, following, voiced), None))
        state = following
    return Talk(emotion, topic, values, turns)


def _strategy(rng: random.Random, world: Lexicon, state: str, strategies: list[str] | None) -> str:
    if strategies:
        return rng.choice(strategies)
    return world.raw["fits"][state] if rng.random() < 0.6 else rng.choice(list(world.raw["strategies"]))
