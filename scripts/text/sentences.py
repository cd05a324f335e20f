"""Sentences of an utterance, and how their rows are named."""

import re

_END = re.compile(r"(?:(?<=[.!?…])|(?<=[.!?…][\"'”’)\]]))\s+|\n+")  # the blank after a final mark or its closing quote
MARK = "#"  # between an utterance's id and the number of a sentence


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order; the whole text where no mark ends one within it."""
    return [part for part in (part.strip() for part in _END.split(text)) if part] or [text]


def sentence_id(utterance: str, number: int) -> str:
    """`<utterance>#<number from 0>`."""
    return f"{utterance}{MARK}{number}"


def utterance_of(name: str) -> str:
    """The utterance of a sentence's id; an utterance's own id as it is."""
    found = re.fullmatch(rf"(.+){MARK}\d+", name)
    return found[1] if found else name
