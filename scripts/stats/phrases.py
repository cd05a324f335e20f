"""Phrases that come back: frequent n-grams of supporter utterances and their repetition within a dialogue.

Paper B, sections 2 and 7.1 (requirements B-012, B-013, B-043). Words are lower case without marks; an apostrophe
stays within its word; a phrase lies inside a sentence. A dialogue is the list of its supporter utterances.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scripts.text.sentences import sentences

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@dataclass(frozen=True)
class Phrase:
    """An n-gram; how many dialogues and how many utterances hold it (each counts once)."""

    text: str
    dialogues: int
    utterances: int


def phrases(text: str, order: int) -> set[tuple[str, ...]]:
    """The different n-grams of an utterance, none across two sentences."""
    found = set()
    for sentence in sentences(text.replace("’", "'")):
        words = _WORD.findall(sentence.lower())
        found.update(tuple(words[place : place + order]) for place in range(len(words) - order + 1))
    return found


def top_phrases(dialogues: Sequence[Sequence[str]], order: int, top: int) -> list[Phrase]:
    """The `top` phrases that most utterances hold, the most frequent first (ties: more dialogues, then the alphabet).

    One that shares all but one of its words with a phrase above it is the same phrase a word further and is left out.
    """
    utterances: Counter[tuple[str, ...]] = Counter()
    within: Counter[tuple[str, ...]] = Counter()
    for dialogue in dialogues:
        held = [phrases(text, order) for text in dialogue]
        utterances.update(phrase for found in held for phrase in found)
        within.update(set().union(*held))
    kept: list[tuple[str, ...]] = []
    for phrase in sorted(utterances, key=lambda one: (-utterances[one], -within[one], one)):
        if len(kept) == top:
            break
        if all(_shared(phrase, other) < order - 1 for other in kept):
            kept.append(phrase)
    return [Phrase(" ".join(phrase), within[phrase], utterances[phrase]) for phrase in kept]


def _shared(one: Iterable[str], other: Iterable[str]) -> int:
    return sum((Counter(one) & Counter(other)).values())


def repeated_in(dialogues: Sequence[Sequence[str]], phrase: str, threshold: float) -> int:
    """Dialogues in which the phrase stands in more than this share of the utterances (strictly more)."""
    wanted = tuple(phrase.split())
    held = [[wanted in phrases(text, len(wanted)) for text in dialogue] for dialogue in dialogues]
    return sum(sum(found) > threshold * len(found) for found in held)
