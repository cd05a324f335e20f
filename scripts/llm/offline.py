"""The offline world's responder: answers a request from its messages' text alone (docs/world.md).

It is given the kind of request (the prompt's id), the messages and the sample index, and nothing else: no name of a
system, no hidden state. A step that drops the transcript therefore loses the effects. Its answers are evidence for
nothing but the pipeline.
"""

import json
import random
from collections.abc import Callable
from pathlib import Path

from scripts.llm import (
    offline_chat,
    offline_dialogue,
    offline_judges,
    offline_levels,
    offline_people,
    offline_personas,
    offline_readers,
    offline_themes,
)
from scripts.llm.offline_reading import Message
from scripts.text.draws import seeded
from scripts.text.lexicon import Lexicon, load_lexicon

Answerer = Callable[[random.Random, list[Message], Lexicon], str]

ANSWERERS: dict[str, Answerer] = {
    "A-SEEK": offline_dialogue.seek,
    "A-SUP": offline_dialogue.support,
    "A-SUP-E": offline_dialogue.support,
    "A-SUP-R": offline_dialogue.support,
    "A-SUP-V": offline_dialogue.support_in_two_steps,
    "A-SUP-0": offline_dialogue.support_in_two_steps,
    "A-SUP-ALT": offline_dialogue.support_otherwise,
    "A-REPH": offline_dialogue.rephrase,
    "A-SIT": offline_personas.write_situations,
    "A-ALN": offline_personas.rate_alignment,
    "A-ELAB": offline_personas.name_emotion,
    "A-DEMO": offline_personas.invent_person,
    "A-SKILL": offline_judges.rate_skills,
    "A-INT": offline_judges.rate_intensity,
    "A-VAL": offline_judges.compare_values,
    "A-EMO": offline_judges.score_emotion,
    "A-VAL1": offline_themes.rate_values,
    "A-LOW1": offline_themes.find_gaps,
    "A-LOW2": offline_themes.name_themes,
    "A-SEEK-0": offline_dialogue.seek,
    "A-INT-FS": offline_judges.rate_intensity,
    "A-TVD": offline_readers.name_values,
    "A-TVD-R": offline_readers.reason_values,
    "A-TVD-V": offline_readers.name_values,
    "A-RGJ": offline_readers.compare_comments,
    "A-SIM": offline_readers.rate_likeness,
    **{f"B-L{level}": offline_levels.writer(level) for level in (1, 2, 3, 4)},
    "B-HUM-RANK": offline_levels.rank,
    "B-HUM-COMF": offline_people.feel,
    "B-HUM-PAIR": offline_people.compare,
    "B-HUM-VALID": offline_people.score,
    "B-BASE": offline_chat.answer,
}


def load_world(path: str | Path) -> Lexicon:
    """The world's words and effects."""
    return load_lexicon(path)


def respond(kind: str, messages: list[Message], sample: str, lexicon: Lexicon) -> str:
    """The world's answer to a request, the same for the same arguments; ValueError for a kind it does not know.

    A share `effects.malformed` of the answers breaks the format that the prompt asks for.
    """
    if kind not in ANSWERERS:
        raise ValueError(f"the offline world answers no request of kind {kind!r}, only {sorted(ANSWERERS)}")
    rng = seeded(lexicon.raw["seed"], kind, json.dumps(messages, ensure_ascii=False), sample)
    broken = rng.random() < lexicon.effects["malformed"]
    answer = ANSWERERS[kind](rng, messages, lexicon)
    return BREAKERS[kind](rng, answer) if broken else answer


def _emptied(rng: random.Random, answer: str) -> str:
    return ""


def _undecided(rng: random.Random, answer: str) -> str:
    """Steps without a decision, or without the last block."""
    if rng.random() < 0.5:
        return answer.replace("-Reasoning: Yes,", "-Reasoning: Perhaps,").replace(
            "-Reasoning: No,", "-Reasoning: Perhaps,"
        )
    return answer[: answer.index("Step 4.")]


def _unspoken(rng: random.Random, answer: str) -> str:
    """Steps without the last block."""
    return answer[: answer.index("Step 4.")]


def _cut(rng: random.Random, answer: str) -> str:
    return answer[: len(answer) // 2]


def _chatty(rng: random.Random, answer: str) -> str:
    return "I would rather not say."


def _without_results(rng: random.Random, answer: str) -> str:
    return answer[: answer.index("2)")]


BREAKERS: dict[str, Callable[[random.Random, str], str]] = {
    "A-SEEK": _emptied,
    "A-SUP": _undecided,
    "A-SUP-E": _undecided,
    "A-SUP-R": _undecided,
    "A-SUP-V": _unspoken,
    "A-SUP-0": _unspoken,
    "A-SUP-ALT": _undecided,
    "A-REPH": _emptied,
    "A-SIT": _emptied,
    "A-ALN": _cut,
    "A-ELAB": _chatty,
    "A-DEMO": _cut,
    "A-SKILL": _cut,
    "A-INT": _chatty,
    "A-VAL": _without_results,
    "A-EMO": _chatty,
    "A-VAL1": _cut,
    "A-LOW1": _chatty,
    "A-LOW2": _chatty,
    "A-SEEK-0": _emptied,
    "A-INT-FS": _chatty,
    "A-TVD": _chatty,
    "A-TVD-R": _chatty,
    "A-TVD-V": _chatty,
    "A-RGJ": _chatty,
    "A-SIM": _chatty,
    **{f"B-L{level}": _emptied for level in (1, 2, 3, 4)},
    **{f"B-HUM-{name}": _chatty for name in ("RANK", "COMF", "PAIR", "VALID")},
    "B-BASE": _emptied,
}
