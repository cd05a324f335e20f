"""The level of emotional validation that the offline world holds fit for a point of a conversation (docs/world.md)."""

import re

from scripts.text.lexicon import Lexicon

LEVELS = (1, 2, 3, 4)
MIDDLE, TURNS = 2.5, 4  # the level held fit after so many help-seeker turns


def fitting_level(turns: int, lexicon: Lexicon) -> float:
    """Higher with every help-seeker turn (`effects.level_rises`); in the null world the middle throughout."""
    return MIDDLE + lexicon.effects["level_rises"] * (turns - TURNS)


def validation(level: int, frame: int, topic: str, feeling: str, lexicon: Lexicon) -> str:
    """A sentence that validates at the level, in its frame of that number."""
    return lexicon.raw["levels"][level][frame].format(t=topic, e=feeling) + "."


def level_said(text: str, lexicon: Lexicon) -> int | None:
    """The level whose frame the text is built on, or None."""
    for level, frames in lexicon.raw["levels"].items():
        for frame in frames:
            pieces = [piece for piece in re.split(r"\{[te]\}", frame) if piece.strip()]
            if all(piece in text for piece in pieces):
                return level
    return None
