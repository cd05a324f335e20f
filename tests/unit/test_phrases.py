"""Phrases, their repetition, response types and grouped folds, by hand."""

import random

import pytest

from scripts.stats.folds import grouped_folds
from scripts.stats.phrases import phrases, repeated_in, top_phrases
from scripts.stats.response_types import matches, patterns, plain, response_type, type_shares


def test_phrases_stay_inside_a_sentence_and_count_once():
    assert phrases("I see. I see you, I see!", 2) == {("i", "see"), ("see", "you"), ("you", "i")}
    assert phrases("I’m sorry", 2) == {("i'm", "sorry")}
    assert phrases("one two", 3) == set()


def test_top_phrases_count_utterances_and_dialogues():
    dialogues = [["I am so sorry to hear", "I am so sorry to say"], ["I am so sorry", "other words are said"]]
    found = top_phrases(dialogues, order=4, top=2)
    assert (found[0].text, found[0].utterances, found[0].dialogues) == ("i am so sorry", 3, 2)
    # "am so sorry to" shares three words with it and is left out; then ties by the alphabet.
    assert found[1].text == "other words are said"


def test_top_phrases_do_not_depend_on_the_order_of_dialogues():
    dialogues = [["a b c d e"], ["b c d e f"], ["x y z w"], ["x y z w", "b c d e"]]
    assert top_phrases(dialogues, 4, 3) == top_phrases(dialogues[::-1], 4, 3)


def test_repetition_counts_dialogues_strictly_above_the_threshold():
    # Held by 1 of 10, 2 of 10, 3 of 10 utterances.
    dialogues = [["it is hard now"] * count + ["no"] * (10 - count) for count in (1, 2, 3)]
    assert [repeated_in(dialogues, "it is hard now", share) for share in (0.1, 0.2, 0.3)] == [2, 1, 0]


TYPES = patterns(
    {
        "EP": ["you're not alone in this", "keep going"],
        "HC": ["you are not alone", "i am here"],
        "SS": ["you could", "let's"],
        "UV": ["i see,"],
    }
)


@pytest.mark.parametrize(
    "text, kind",
    [
        ("You are NOT alone in this.", "EP"),  # the longer phrase; the one inside it does not count
        ("You’re not alone.", "HC"),
        ("You could try. I'm here, you are not alone.", "HC"),  # two against one
        ("You could rest. Keep going!", "SS"),  # one each: the first
        ("Let us walk.", "SS"),
        ("I see, that is much.", "UV"),
        ("I see that.", "O"),
        ("Thank youcould", "O"),  # whole words only
        ("", "O"),
    ],
)
def test_type_of_an_utterance(text, kind):
    assert response_type(text, TYPES) == kind


def test_fractional_counting_splits_an_utterance():
    assert type_shares("You could try. I'm here, you are not alone.", TYPES) == pytest.approx(
        {"SS": 1 / 3, "HC": 2 / 3}
    )
    assert type_shares("Hm.", TYPES) == {"O": 1.0}


def test_contractions_are_written_out():
    assert plain("That's what I've said; don't, it'll pass") == "that is what i have said; do not, it will pass"
    assert plain("My dog's toy") == "my dog's toy"


def test_phrase_that_comes_twice_counts_twice():
    assert [kind for _, kind in matches("keep going, keep going", TYPES)] == ["EP", "EP"]


def test_folds_keep_groups_together_and_are_of_one_size():
    rng = random.Random(0)
    groups = [f"g{rng.randint(0, 40)}" for _ in range(400)]
    found = grouped_folds(groups, 5, seed=7)
    for group in set(groups):
        assert len({fold for name, fold in zip(groups, found, strict=True) if name == group}) == 1
    sizes = [found.count(fold) for fold in range(5)]
    assert sum(sizes) == 400 and max(sizes) - min(sizes) <= 20
    turned = grouped_folds(groups[::-1], 5, seed=7)
    assert turned[::-1] == found and grouped_folds(groups, 5, seed=8) != found


def test_fewer_groups_than_folds_are_refused():
    with pytest.raises(ValueError):
        grouped_folds(["a", "a", "b"], 3, 0)
