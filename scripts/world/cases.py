"""Draws the small situations that the pre-training documents of the tiny base are about."""

import random
import re
from dataclasses import dataclass

from scripts.text.dialogue import fit_history, transcript
from scripts.text.lexicon import Lexicon

FIRST_WORDS, LAST_WORDS = 20, 60  # history window of the documents, in words: about that of the demo
REDDIT_SHARE = 0.35  # histories that begin with a post, as the threads do; the rest begin with a greeting
EXCHANGES = {"post": ([0, 1, 2, 3], [6, 2, 1, 1]), "greeting": ([0, 1, 2, 3, 4], [2, 3, 3, 2, 2])}
OPENING_STATE = "start"  # what the world takes a bare first utterance for


@dataclass(frozen=True)
class Case:
    """A history and what a reader can tell from it, with target values and a reference to go on with."""

    history: str  # transcript, cut to the window
    feeling: str  # the adjective of the emotion
    topic: str
    state: str
    voiced: list[str]  # values the seeker voices in the history, in order
    targets: list[str]  # one to three
    act: str  # of the reference
    cues: list[str]  # supporter words of the reference, in order; may be empty
    reference: str


def draw_case(rng: random.Random, lexicon: Lexicon) -> Case:
    """One case of the kinds that the pipeline meets: posts with or without replies, or a dialogue after a greeting."""
    emotion, topic = rng.choice(list(lexicon.raw["emotions"])), rng.choice(list(lexicon.raw["topics"].values()))
    turns = fit_history(_turns(rng, lexicon, emotion, topic), FIRST_WORDS, LAST_WORDS)
    said = [turn["text"] for turn in turns if turn["role"] == "seeker"]
    voiced = list(dict.fromkeys(value for text in said for value in lexicon.voiced(text)))
    targets = _targets(rng, lexicon, voiced)
    act = rng.choice(lexicon.raw["acts"])
    reference = lexicon.reference(rng, act, _carried(rng, lexicon, targets))
    return Case(
        history=transcript(turns),
        feeling=lexicon.raw["emotions"][_seen(lexicon, turns) or emotion],
        topic=next((word for turn in turns if (word := lexicon.topic(turn["text"]))), topic),
        state=lexicon.state(said[-1]) or OPENING_STATE,
        voiced=voiced,
        targets=targets,
        act=act,
        cues=cue_words(reference, lexicon),
        reference=reference,
    )


def cue_words(text: str, lexicon: Lexicon) -> list[str]:
    """The supporter words of values in the text, in order."""
    return [word for word in re.findall(r"[a-z]+", text.lower()) if word in lexicon.supporter_words]


def listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`: as the world's frames list cues."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _turns(rng: random.Random, lexicon: Lexicon, emotion: str, topic: str) -> list[dict]:
    values = rng.sample(lexicon.values, 3)
    situation = lexicon.situation(rng, emotion, topic, values)
    start = "post" if rng.random() < REDDIT_SHARE else "greeting"
    if start == "post":
        turns = [_turn("seeker", f"{situation} {_seeker(rng, lexicon, values[: rng.choice([0, 0, 1])])}")]
    else:
        turns = [_turn("supporter", lexicon.raw["greeting"]), _turn("seeker", situation)]
    for _ in range(rng.choices(*EXCHANGES[start])[0]):
        turns.append(_turn("supporter", _supporter(rng, lexicon, emotion, topic)))
        pool = list(dict.fromkeys([*lexicon.carried(turns[-1]["text"]), *values]))
        spoken = rng.sample(pool, rng.choices([0, 1, 2, 3], [2, 4, 3, 1])[0])
        turns.append(_turn("seeker", _seeker(rng, lexicon, spoken)))
    return turns


def _turn(role: str, text: str) -> dict:
    return {"role": role, "text": text}


def _seeker(rng: random.Random, lexicon: Lexicon, values: list[str]) -> str:
    return lexicon.seeker_turn(rng, rng.choice(list(lexicon.raw["states"])), values)


def _supporter(rng: random.Random, lexicon: Lexicon, emotion: str, topic: str) -> str:
    values = rng.sample(lexicon.values, rng.choice([0, 0, 1, 2]))
    act = rng.choice(lexicon.raw["acts"])
    if rng.random() < 0.2:  # threads hold comments of the references' form
        return lexicon.reference(rng, act, values)
    strategy = rng.choice(list(lexicon.raw["strategies"]))
    return lexicon.reply(rng, strategy, topic, emotion, act if rng.random() < 0.5 else None, values)


def _seen(lexicon: Lexicon, turns: list[dict]) -> str | None:
    return next((label for turn in turns if (label := lexicon.emotion(turn["text"]))), None)


def _targets(rng: random.Random, lexicon: Lexicon, voiced: list[str]) -> list[str]:
    """One to three values: as a rule voiced ones, sometimes any."""
    count = rng.choice([1, 2, 3, 3])
    pool = voiced if len(voiced) >= count and rng.random() < 0.6 else lexicon.values
    return rng.sample(pool, count)


def _carried(rng: random.Random, lexicon: Lexicon, targets: list[str]) -> list[str]:
    """Values whose cues the reference carries: some targets, others, or none."""
    draw = rng.random()
    if draw < 0.2:
        return []
    pool = targets if draw < 0.75 else lexicon.values
    return rng.sample(pool, rng.randint(1, min(2, len(pool))))
