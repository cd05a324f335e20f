"""Many texts at once come out as each would alone."""

import random
import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.wording import Wording
from scripts.reddit.filters import Limits
from scripts.reddit.masks import clean
from scripts.reddit.texts import cleaned, of_bots, word_drops
from scripts.world.noise import private_detail

PIECES = [
    "I'm",
    "a bot",
    "I am a bot",
    "iam A BOT",
    "I\u2019m",
    " ",
    "  ",
    "\n",
    "\u00a0",
    "\u2003",
    "\x1f",
    "\x85",
    "\u3000",
]
PIECES += ["word", "é", "ß", "1", "12", "555-0123", "+44 7700", "@", "x@y.org", ".", "a.b", "www.", "http://a.bc/d"]
PIECES += ["/u/jane", "r/help", "&amp;", "&lt;", "[at]", " dot com", "\x00", "\u200b", "\ufeff", "😭", "٣٤٥", "(", ")"]
PIECES += [
    "\r",
    "\r\n",
    "\uff10\uff19\uff10",
    "\uff0d",
    "\uff11\uff12\uff13\uff14",
    "500",
    "call",
    "o'",
    "&#39;",
    "&#13;",
]
SEEN = re.compile(r"\bI(?:'|\u2019)?\s?a?m a bot\b", re.IGNORECASE)
some_texts = st.lists(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), max_size=8)


def array(texts: list[str]) -> pa.StringArray:
    return pa.array(texts, pa.string())


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(some_texts)
def test_masks_reach_every_text_that_they_change(texts):
    assert cleaned(array(texts)).to_pylist() == [clean(text) for text in texts]


def test_masks_reach_planted_details_and_whole_made_up_texts():
    drawn = [f"so {private_detail(random.Random(seed))[0]} and more" for seed in range(500)]
    wording = Wording(2)
    drawn += wording.texts(wording.lengths(3000, 20))
    assert cleaned(array(drawn)).to_pylist() == [clean(text) for text in drawn]


@settings(max_examples=300, deadline=None)
@given(some_texts)
def test_bots_are_found_by_what_they_say(texts):
    assert of_bots(array(texts)) == [place for place, text in enumerate(texts) if SEEN.search(text)]


@settings(max_examples=300, deadline=None)
@given(some_texts, st.integers(0, 6), st.integers(0, 6))
def test_words_are_counted_as_python_splits_them(texts, least, most):
    counts = [len(text.split()) for text in texts]
    expected = {place: "too_short" for place, count in enumerate(counts) if count < least}
    expected |= {place: "too_long" for place, count in enumerate(counts) if count > most}
    assert word_drops(array(texts), Limits(least_words=least, most_words=most)) == expected


def test_the_shortest_words_are_counted_too():
    assert word_drops(array(["a b", "a b c"]), Limits(most_words=2)) == {1: "too_long"}


@pytest.mark.parametrize("limits", [Limits(), Limits(least_words=0)])
def test_no_limit_drops_nothing(limits):
    assert word_drops(array(["", "a " * 5000]), limits) == {}
