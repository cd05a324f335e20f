"""Hits and trials of the effects that the offline world plants in dialogues, read back from their texts."""

import itertools
from collections.abc import Iterator

from scripts.text.draws import seeded
from scripts.text.lexicon import Lexicon

Trials = list[tuple[str, float]]  # (persona, 1 where the effect showed, else 0)

RECENT = 3  # supporter turns whose cues still work on the seeker
MOST_VOICED = 3  # values in a seeker turn; where more could come up, the rates cannot be seen
OPENING_STATE = "start"  # what the world takes a bare situation for


def seeker_turns(dialogue: dict) -> Iterator[tuple[list[str], list[str], str]]:
    """(supporter replies so far, own turns before, the turn) of each seeker turn after the situation."""
    replies: list[str] = []
    own: list[str] = []
    for turn in dialogue["turns"][1:]:  # the greeting is no reply
        if turn["role"] == "supporter":
            replies.append(turn["text"])
            continue
        if replies:
            yield list(replies), list(own), turn["text"]
        own.append(turn["text"])


def voiced_after_cue(dialogues: list[dict], lexicon: Lexicon) -> Trials:
    """One trial for each cue of a reply: whether the seeker's next turn voices its value."""
    return [
        (dialogue["persona_id"], float(value in lexicon.voiced(text)))
        for dialogue in dialogues
        for replies, _, text in seeker_turns(dialogue)
        for value in lexicon.carried(replies[-1])[:MOST_VOICED]
    ]


def voiced_without_cue(dialogues: list[dict], lexicon: Lexicon) -> Trials:
    """One trial for each value voiced before, in turns without its cue in the recent replies."""
    trials: Trials = []
    for dialogue in dialogues:
        for replies, own, text in seeker_turns(dialogue):
            cued = {value for reply in replies[-RECENT:] for value in lexicon.carried(reply)}
            if len(cued) >= MOST_VOICED:
                continue
            before = dict.fromkeys(value for said in own for value in lexicon.voiced(said))
            said_now = lexicon.voiced(text)
            trials += [(dialogue["persona_id"], float(value in said_now)) for value in before if value not in cued]
    return trials


def mood_rises(dialogues: list[dict], lexicon: Lexicon, touched: bool) -> Trials:
    """One trial for each seeker turn below the top mood, after replies with (or without) a cue of a value of theirs."""
    states = list(lexicon.raw["states"])
    trials: Trials = []
    for dialogue in dialogues:
        for replies, own, text in seeker_turns(dialogue):
            shown = [states.index(state) for said in own if (state := lexicon.state(said))]
            rung, now = shown[-1] if shown else 0, lexicon.state(text)
            before = {value for said in own for value in lexicon.voiced(said)}
            if now is None or rung == len(states) - 1 or touched == before.isdisjoint(lexicon.carried(replies[-1])):
                continue
            trials.append((dialogue["persona_id"], float(states.index(now) > rung)))
    return trials


def four_step_turns(dialogues: list[dict]) -> Iterator[tuple[str, dict, str]]:
    """(persona, supporter turn, the seeker turn before it) of each four-step turn."""
    for dialogue in dialogues:
        turns = dialogue["turns"]
        for before, turn in itertools.pairwise(turns[1:]):
            if turn["role"] == "supporter" and "use_reference" in turn:
                yield dialogue["persona_id"], turn, before["text"]


def reference_used(dialogues: list[dict]) -> Trials:
    return [(persona, float(turn["use_reference"])) for persona, turn, _ in four_step_turns(dialogues)]


def own_cue_added(dialogues: list[dict], lexicon: Lexicon) -> Trials:
    """One trial for each turn with targets that left the reference aside: whether it carries a cue of a target."""
    return [
        (persona, float(not set(turn["target_values"]).isdisjoint(lexicon.carried(turn["text"]))))
        for persona, turn, _ in four_step_turns(dialogues)
        if turn["target_values"] and not turn["use_reference"]
    ]


def strategy_fitted(dialogues: list[dict], lexicon: Lexicon) -> Trials:
    """Whether the strategy fits the seeker's state, corrected for fits by chance (a random one of eight fits too)."""
    chance = 1 / len(lexicon.raw["strategies"])
    trials: Trials = []
    for persona, turn, before in four_step_turns(dialogues):
        fits = lexicon.raw["fits"][lexicon.state(before) or OPENING_STATE]
        trials.append((persona, (float(turn["strategy"] == fits) - chance) / (1 - chance)))
    return trials


def reference_cues(dialogues: list[dict], lexicon: Lexicon, seed: int) -> Trials:
    """Whether a reference carries a cue of a target value, less whether it carries one of as many other values."""
    trials: Trials = []
    for persona, turn, _ in four_step_turns(dialogues):
        targets, carried = set(turn["target_values"]), set(lexicon.carried(turn["reference"]))
        if targets and turn["reference"]:
            others = [value for value in lexicon.values if value not in targets]
            drawn = seeded(seed, "others", persona, turn["index"]).sample(others, len(targets))
            trials.append((persona, float(bool(targets & carried)) - float(bool(carried.intersection(drawn)))))
    return trials
