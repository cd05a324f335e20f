"""The type of a supporter's utterance by the phrases in it (paper B, appendix D; requirements B-002, B-014, B-044).

Case and the form of quotes do not matter; contractions are written out in phrases and utterances alike. Where two
phrases overlap the longer one counts ("you're not alone in this" is not also "you are not alone"). The type with most
phrases wins, between equals the one whose phrase comes first. An utterance without any is of type O.
"""

import re
from collections.abc import Mapping, Sequence

OTHER = "O"
_CONTRACTIONS = (
    (r"\bcan't\b", "cannot"),
    (r"\bwon't\b", "will not"),
    (r"n't\b", " not"),
    (r"\blet's\b", "let us"),
    (r"\b(that|it|what|there|here|he|she|who|how|where)'s\b", r"\1 is"),
    (r"'re\b", " are"),
    (r"'ve\b", " have"),
    (r"'ll\b", " will"),
    (r"'d\b", " would"),
    (r"\bi'm\b", "i am"),
)
Patterns = list[tuple[str, str, re.Pattern[str]]]


def plain(text: str) -> str:
    """Lower case, straight quotes, contractions written out, single spaces."""
    text = text.lower().replace("’", "'").replace("‘", "'").replace("`", "'")
    for pattern, full in _CONTRACTIONS:
        text = re.sub(pattern, full, text)
    return " ".join(text.split())


def patterns(phrases: Mapping[str, Sequence[str]]) -> Patterns:
    """(type, phrase, pattern), the longest phrase first; a phrase begins and ends with whole words."""
    every = [(kind, plain(phrase)) for kind, members in phrases.items() for phrase in members]
    ordered = sorted(set(every), key=lambda one: (-len(one[1]), one))
    return [(kind, phrase, re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)")) for kind, phrase in ordered]


def matches(text: str, compiled: Patterns) -> list[tuple[int, str]]:
    """(place, type) of each phrase that counts, in order of place."""
    text = plain(text)
    taken: list[tuple[int, int, str]] = []
    for kind, _, pattern in compiled:
        for found in pattern.finditer(text):
            start, end = found.span()
            if all(end <= low or start >= high for low, high, _ in taken):
                taken.append((start, end, kind))
    return sorted((start, kind) for start, _, kind in taken)


def response_type(text: str, compiled: Patterns) -> str:
    found = [kind for _, kind in matches(text, compiled)]
    return max(dict.fromkeys(found), key=found.count) if found else OTHER


def type_shares(text: str, compiled: Patterns) -> dict[str, float]:
    """Fractional counting: an utterance split over types by their phrases; they sum to 1."""
    found = [kind for _, kind in matches(text, compiled)] or [OTHER]
    return {kind: found.count(kind) / len(found) for kind in dict.fromkeys(found)}
