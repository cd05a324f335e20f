"""The offline readers of other tables: target values, comments and turns compared with the real ones.

They read the request's text alone. In the null world (`scale` 0) comments are chosen by position and noise only.
"""

import math
import random

from scripts.llm.offline_reading import Message, all_text, between, cue_words, mood, said_by, spoken
from scripts.text.lexicon import Lexicon

SPOTTED = 0.6  # share of the values a patient voices that a bare reader takes for targets, the rest are any
LIKENESS_SLOPE = 1.2  # logit per word of advice or value that a comment shares with the true one more than the other
SCORES = 5


def name_values(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """One to three labels: mostly such as the patient voiced, the latest first."""
    turns = said_by("seeker", spoken(all_text(messages)))
    voiced = list(dict.fromkeys(value for text in reversed(turns) for value in lexicon.voiced(text)))
    others = [value for value in lexicon.values if value not in voiced]
    count = rng.choice((2, 3, 3))
    named = [value for value in voiced if rng.random() < SPOTTED][:count]
    return ", ".join([*named, *rng.sample(others, count - len(named))])


def reason_values(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """The same after a reason."""
    return f"Reasoning: it is what the patient speaks of.\nValues: {name_values(rng, messages, lexicon)}"


def compare_comments(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """The comment that shares more advice and values with the true one; A at times for standing first."""
    text = all_text(messages)
    truth = _content(_after(text, ("True comment:", "What was really answered next:"), "Comment A:"), lexicon)
    first = _content(between(text, "Comment A:", "Comment B:"), lexicon)
    second = _content(between(text, "Comment B:", None).strip().split("\n\n")[0], lexicon)
    lead = len(truth & first) - len(truth & second)
    logit = lexicon.effects["scale"] * LIKENESS_SLOPE * lead + lexicon.effects["judge_first_bias"]
    choice = "Comment A" if rng.random() < 1 / (1 + math.exp(-logit)) else "Comment B"
    return f"Reasoning: it shares more with the true comment.\nSimilar comment: {choice}"


def rate_likeness(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """1 to 5: one for nothing, two for the same mood or one step off, two for shared values."""
    text = all_text(messages)
    real = _after(text, ("Real:", "What the patient really said next:"), None).strip().split("\n\n")[0]
    given = _after(text, ("Simulated:", "What a simulated patient said instead:"), None).strip().split("\n\n")[0]
    moods = mood(real, lexicon), mood(given, lexicon)
    near = 0 if None in moods else max(0, 2 - abs(moods[0] - moods[1]))
    shared = set(lexicon.voiced(real)) & set(lexicon.voiced(given))
    return f"Score: {min(SCORES, 1 + near + min(2, len(shared)))}"


def _after(text: str, headings: tuple[str, ...], end: str | None) -> str:
    """The text below the first of the headings that stands in it."""
    heading = next(heading for heading in headings if f"{heading}\n" in text)
    return between(text, heading, end)


def _content(comment: str, lexicon: Lexicon) -> set[str]:
    """The advice and the values of a comment."""
    act = lexicon.act(comment)
    return {*cue_words(comment, lexicon), *([act] if act else [])}
