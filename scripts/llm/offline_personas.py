"""The offline writer of personas: situations, ratings, emotions, demographics (A-SIT, A-ALN, A-ELAB, A-DEMO)."""

import json
import random
import re

from scripts.llm.offline_reading import Message, all_text, between, marked
from scripts.text.lexicon import Lexicon

ON_VALUE = 0.85  # share of situations that voice the value they were asked for
RATED_HIGH = 0.82  # share of those that the rater gives 4 or 5; together about 70 % are kept (paper A: 69 %)
NAMED_WELL = 0.85  # share of emotion labels that are the emotion shown
OTHERS = 2  # values voiced beside the named one
OCCUPATIONS = ("nurse", "driver", "cook", "clerk", "designer", "farmer", "teacher", "mechanic")
GENDERS = ("female", "male")
AGES = ("20s", "30s", "40s", "50s", "60s")


def write_situations(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """One situation a line, as many as the request's `<least> to <most>` allows; ValueError without these."""
    text = all_text(messages)
    category, value = marked(text, "Category"), marked(text, "Value")
    bounds = re.search(r"\b(\d+) to (\d+)\b", text)
    if category not in lexicon.raw["topics"] or value not in lexicon.raw["values"] or not bounds:
        raise ValueError("the request names no known category and value, or no number of situations")
    lines = [
        _situation(rng, lexicon.raw["topics"][category], value, lexicon)
        for _ in range(rng.randint(int(bounds[1]), int(bounds[2])))
    ]
    return "\n".join(lines)


def _situation(rng: random.Random, topic: str, value: str, lexicon: Lexicon) -> str:
    others = rng.sample([label for label in lexicon.values if label != value], OTHERS + 1)
    named = [value, *others[:OTHERS]] if rng.random() < ON_VALUE else others
    rng.shuffle(named)
    return lexicon.situation(rng, rng.choice(list(lexicon.raw["emotions"])), topic, named)


def rate_alignment(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """A record for each listed situation; high where it voices the value, with noise."""
    text = all_text(messages)
    value = marked(text, "Value")
    situations = between(text, "Situations:", None).strip().split("\n\n")[0].splitlines()
    return "\n".join(_rated(rng, situation, value in lexicon.voiced(situation)) for situation in situations)


def _rated(rng: random.Random, situation: str, fits: bool) -> str:
    if fits:
        rating = rng.choice((4, 5)) if rng.random() < RATED_HIGH else rng.choice((2, 3))
    else:
        rating = rng.choice((1, 2))
    reasoning = "it voices the value" if fits else "it voices other things"
    return f"situation: {situation}\n- Reasoning: {reasoning}.\n- Rating: {rating}"


def name_emotion(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """The emotion whose adjective stands in the situation, at times another of the list."""
    text = all_text(messages)
    shown, listed = lexicon.emotion(marked(text, "Situation")), marked(text, "Emotions").split(", ")
    return shown if shown in listed and rng.random() < NAMED_WELL else rng.choice(listed)


def invent_person(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """JSON of age range, gender and occupation; who worries about school is a student."""
    topic = lexicon.topic(marked(all_text(messages), "Situation"))
    age = rng.choice(AGES)
    occupation = "student" if topic == "school" else rng.choice(OCCUPATIONS)
    return json.dumps({"age_range": age, "gender": rng.choice(GENDERS), "occupation": occupation})
