"""Checks and masks of many texts at once: a search in compiled code finds the few that the exact steps must look at.

The searches (RE2, in pyarrow) may name a text too many, never one too few; a test compares both ways on many texts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scripts.reddit.filters import Limits
from scripts.reddit.masks import TOUCHED, clean

if TYPE_CHECKING:
    import pyarrow as pa

_BLANK = r"[\s\pZ\x{1c}-\x{1f}\x{85}]"
_CHANGED = rf"^{_BLANK}|{_BLANK}$|{TOUCHED}"
_BOT_TEXT = re.compile(r"\bI(?:'|\u2019)?\s?a?m a bot\b", re.IGNORECASE)


def cleaned(texts: pa.StringArray) -> pa.StringArray:
    """`masks.clean` of each."""
    import pyarrow as pa
    import pyarrow.compute as pc

    changed = pc.match_substring_regex(texts, _CHANGED)
    return pc.replace_with_mask(texts, changed, pa.array(map(clean, texts.filter(changed).to_pylist()), pa.string()))


def of_bots(texts: pa.StringArray) -> list[int]:
    """Places of the texts that say a bot wrote them."""
    import pyarrow.compute as pc

    found = pc.match_substring_regex(texts, "(?i)m a bot")
    return [place for place, text in _of(texts, found) if _BOT_TEXT.search(text)]


def word_drops(texts: pa.StringArray, limits: Limits) -> dict[int, str]:
    """Places of the texts that are too short or too long in words, and which."""
    import pyarrow.compute as pc

    drops: dict[int, str] = {}
    least, most = limits.least_words, limits.most_words
    if least:  # enough words for sure: each with a character that no locale takes for a blank
        enough = pc.match_substring_regex(texts, rf"(?:[!-~]\S*\s+){{{least - 1}}}[!-~]")
        drops |= {place: "too_short" for place, text in _of(texts, pc.invert(enough)) if len(text.split()) < least}
    if most is not None:
        drops |= {place: "too_long" for place, text in _of(texts, _long(texts, most)) if len(text.split()) > most}
    return drops


def _long(texts: pa.StringArray, most: int) -> pa.BooleanArray:
    """Which texts may have more words: they have the bytes, and the bytes that a blank has, for it."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    long = pc.greater(pc.binary_length(texts), 2 * most)
    some = texts.filter(long)
    if not len(some):
        return long
    _, offsets, data = some.buffers()
    ends = np.frombuffer(offsets, np.int32)[some.offset :][: len(some) + 1]
    blank = np.zeros(256, np.uint8)
    blank[[*range(9, 14), *range(28, 33), 0xC2, 0xE1, 0xE2, 0xE3]] = 1  # ASCII's, and the first bytes of the others
    blanks = np.add.reduceat(blank[np.frombuffer(data, np.uint8)[: ends[-1]]], ends[:-1], dtype=np.int64)
    return pc.replace_with_mask(long, long, pa.array(blanks >= most))


def _of(texts: pa.StringArray, found: pa.BooleanArray) -> list[tuple[int, str]]:
    import pyarrow.compute as pc

    return list(zip(pc.indices_nonzero(found).to_pylist(), texts.filter(found).to_pylist(), strict=True))
