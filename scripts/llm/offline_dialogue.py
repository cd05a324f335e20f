"""The offline seeker (A-SEEK), the offline GPT supporter (A-SUP and its variants, A-SUP-ALT) and rewriter (A-REPH)."""

import random
import re

from scripts.llm.offline_reading import (
    Message,
    Turn,
    all_text,
    cue_words,
    marked,
    mood,
    said_by,
    spoken,
    strategy_of,
)
from scripts.text.draws import seeded
from scripts.text.lexicon import Lexicon

MEMORY = 3  # supporter turns whose cues still work on the seeker, the last one included
MOST_VALUES = 4  # voiced in one seeker turn
THIRD, LAST = "Step 3.\n-Reasoning:", "Step 4."
OPENING_STATE = "start"  # what a bare situation is taken for when a strategy is chosen


def seek(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """The seeker's next sentence, or [END] after thanks that were met in kind.

    What a seeker is inclined to at a turn (mood, each value) is drawn from the situation and the turn's number, so
    the same persona differs between two dialogues by what was said to it and not by luck; the wording is drawn anew.
    """
    replies = [message["content"] for message in messages if message["role"] == "user"][1:]  # without the greeting
    own = [message["content"] for message in messages if message["role"] == "assistant"]
    if _may_end(own, replies, lexicon):
        return "[END]"

    def inclined(what: str, rate: float) -> bool:
        return seeded(lexicon.raw["seed"], "seeker", own[0], len(own), what).random() < rate

    states = list(lexicon.raw["states"])
    state = states[min(_rung(own, lexicon) + inclined("mood", _lift(own, replies, lexicon)), len(states) - 1)]
    voiced = [value for value, rate in _voicing_rates(own, replies, lexicon).items() if inclined(value, rate)]
    return lexicon.seeker_turn(rng, state, voiced[:MOST_VALUES])


def _voicing_rates(own: list[str], replies: list[str], lexicon: Lexicon) -> dict[str, float]:
    """Values of recent cues at the raised rate, latest first, then other values voiced before at the base rate."""
    cued = dict.fromkeys(value for reply in reversed(replies[-MEMORY:]) for value in lexicon.carried(reply))
    before = dict.fromkeys(value for text in own for value in lexicon.voiced(text))
    raised, base = lexicon.effects["cue_raises_value"], lexicon.effects["value_base_rate"]
    return {value: raised for value in cued} | {value: base for value in before if value not in cued}


def _lift(own: list[str], replies: list[str], lexicon: Lexicon) -> float:
    """Rate at which the mood goes up a rung: higher after a cue of a value that the seeker has voiced."""
    before = {value for text in own for value in lexicon.voiced(text)}
    touched = bool(replies) and not before.isdisjoint(lexicon.carried(replies[-1]))
    return lexicon.effects["cue_lifts_mood" if touched else "mood_base_rate"]


def _rung(own: list[str], lexicon: Lexicon) -> int:
    rungs = [rung for text in own if (rung := mood(text, lexicon)) is not None]
    return rungs[-1] if rungs else 0


def _may_end(own: list[str], replies: list[str], lexicon: Lexicon) -> bool:
    """After two turns of thanks, or after one that the supporter answered as fits thanks."""
    grateful = [lexicon.state(text) == "thanks" for text in own[-2:]]
    if not grateful or not grateful[-1]:
        return False
    met = bool(replies) and strategy_of(replies[-1], lexicon) == lexicon.raw["fits"]["thanks"]
    return met or (len(grateful) == 2 and grateful[0])


def support(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """Four steps (paper A, section 5.3); the reference is used at the rate `gpt_uses_reference`."""
    text = all_text(messages)
    turns = spoken(text)
    act, cues = _points(text, lexicon)
    uses = rng.random() < lexicon.effects["gpt_uses_reference"]
    points = ", ".join([*([act] if act else []), *cues]) or "none"
    return (
        f"Step 1.\n-Reasoning: {_feeling(turns, lexicon)} about {_topic(turns, lexicon)}.\n"
        f"Step 2.\n-Reasoning: {points}.\n" + _last_steps(rng, text, turns, uses, lexicon)
    )


def support_otherwise(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """Steps 3 and 4 anew with the decision that the last message names; ValueError when it names none."""
    decision = re.search(r"\b(Yes|No)\b", messages[-1]["content"])
    if not decision:
        raise ValueError("the follow-up names neither Yes nor No")
    text = all_text(messages[:-2])
    return _last_steps(rng, text, spoken(text), decision[1] == "Yes", lexicon)


def support_in_two_steps(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """Steps 1 and 4, as `support` without a reference."""
    text = all_text(messages)
    turns = spoken(text)
    first = f"Step 1.\n-Reasoning: {_feeling(turns, lexicon)} about {_topic(turns, lexicon)}.\n"
    last = _last_steps(rng, text, turns, False, lexicon)
    return first + last[last.index(LAST) :]


def rephrase(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """The response with a sentence about people in general in place of the one about oneself, act and cues kept."""
    text = all_text(messages)
    response = marked(text, "Response")
    act, cues = lexicon.act(response), cue_words(response, lexicon)
    turns = spoken(text)
    stem = rng.choice(lexicon.raw["strategies"]["Information"])
    stem = stem.format(t=lexicon.topic(response) or _topic(turns, lexicon), e=_feeling(turns, lexicon))
    frame = lexicon.raw["reply_tail"][(1 if act else 0) + (2 if cues else 0)]
    return frame.format(stem=stem, act=act, cue=_listed(cues))


def _last_steps(rng: random.Random, text: str, turns: list[Turn], uses: bool, lexicon: Lexicon) -> str:
    """Steps 3 and 4: with the reference its act and cues, without it at most one own cue of a target value."""
    strategy = _strategy(rng, turns, lexicon)
    if uses:
        act, cues = _points(text, lexicon)
    else:
        act, cues = None, _own_cue(rng, text, lexicon)
    stem = rng.choice(lexicon.raw["strategies"][strategy])
    stem = stem.format(t=_topic(turns, lexicon), e=_feeling(turns, lexicon))
    frame = lexicon.raw["reply_tail"][(1 if act else 0) + (2 if cues else 0)]
    return (
        f"{THIRD} {'Yes, it fits' if uses else 'No, it does not fit'}.\n"
        f"{LAST}\n-Strategy: {strategy}\n-Response: {frame.format(stem=stem, act=act, cue=_listed(cues))}"
    )


def _strategy(rng: random.Random, turns: list[Turn], lexicon: Lexicon) -> str:
    """The strategy that fits the seeker's last state at the rate `strategy_fits_state`, else any."""
    own = said_by("seeker", turns)
    state = (lexicon.state(own[-1]) if own else None) or OPENING_STATE
    if rng.random() < lexicon.effects["strategy_fits_state"]:
        return lexicon.raw["fits"][state]
    return rng.choice(list(lexicon.raw["strategies"]))


def _points(text: str, lexicon: Lexicon) -> tuple[str | None, list[str]]:
    """(act, cue words) of the reference."""
    reference = marked(text, "Reference")
    return lexicon.act(reference), cue_words(reference, lexicon)


def _own_cue(rng: random.Random, text: str, lexicon: Lexicon) -> list[str]:
    targets = [label for label in marked(text, "Target values").split(", ") if label in lexicon.raw["values"]]
    if not targets or rng.random() >= lexicon.effects["gpt_own_cue"]:
        return []
    return [rng.choice(lexicon.raw["values"][rng.choice(targets)]["supporter"])]


def _feeling(turns: list[Turn], lexicon: Lexicon) -> str:
    """The adjective of the emotion that the seeker shows, else of one the transcript shows."""
    label = _first_seen(turns, lexicon.emotion)
    return lexicon.raw["emotions"][label] if label else "sad"


def _topic(turns: list[Turn], lexicon: Lexicon) -> str:
    return _first_seen(turns, lexicon.topic) or "this"


def _first_seen(turns: list[Turn], look) -> str | None:
    ordered = [*said_by("seeker", turns), *said_by("supporter", turns)]
    return next((found for text in ordered if (found := look(text))), None)


def _listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`: as the world's frames list cues."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
