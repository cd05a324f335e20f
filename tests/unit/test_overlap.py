"""BLEU-2, ROUGE-L and Dist-2 against numbers worked out by hand."""

import math
import random

import pytest

from scripts.stats.overlap import bleu_2, corpus_bleu_2, distinct_2, rouge_l, rouge_words, words
from scripts.text.sentences import sentences

REFERENCE = "the cat sat on the mat".split()


def test_words_are_split_inside_sentences_and_keep_their_case():
    assert sentences("I'm sorry. That's hard! Is it?") == ["I'm sorry.", "That's hard!", "Is it?"]
    assert words("I'm sorry. That's hard.") == ["I", "'m", "sorry", ".", "That", "'s", "hard", "."]
    assert words("  ") == []


def test_bleu_2_by_hand():
    # Five words of six: 4 of 5 known ("the cat sat on"), 3 of 4 bigrams; a word short: exp(1 - 6/5).
    response = "the cat sat on rug".split()
    assert bleu_2(REFERENCE, response) == pytest.approx(math.exp(1 - 6 / 5) * math.sqrt(4 / 5 * 3 / 4))
    assert bleu_2(REFERENCE, REFERENCE) == pytest.approx(1.0)


def test_word_counts_at_most_as_often_as_in_the_reference():
    # "the the the the the the": two of six; no bigram, which counts 0.1 of five (method1).
    assert bleu_2(REFERENCE, ["the"] * 6) == pytest.approx(math.sqrt(2 / 6 * 0.1 / 5))


def test_response_without_a_common_bigram_keeps_its_words_score():
    # Two known words of three, no known bigram of two: 0.1 of 2.
    assert bleu_2(["a", "b", "c"], ["a", "x", "c"]) == pytest.approx(math.sqrt(2 / 3 * 0.1 / 2))


def test_empty_response_scores_nothing():
    assert bleu_2(REFERENCE, []) == 0.0
    assert rouge_l(REFERENCE, []) == rouge_l([], REFERENCE) == 0.0


def test_corpus_bleu_2_sums_counts_before_it_divides():
    # Words 3 + 1 of 3 + 2; bigrams 2 + 0 of 2 + 1; lengths 5 of 5.
    found = corpus_bleu_2([["a", "b", "c"], ["d", "e"]], [["a", "b", "c"], ["d", "x"]])
    assert found == pytest.approx(math.sqrt(4 / 5 * 2 / 3))


def test_rouge_words_are_lower_case_runs_of_letters_and_digits():
    assert rouge_words("I'm OK, thanks — café 24!") == ["i", "m", "ok", "thanks", "caf", "24"]


def test_rouge_l_by_hand():
    # "the cat … the mat" in order: 4 common of 6 and of 5.
    response = "the cat saw the mat".split()
    precision, recall = 4 / 5, 4 / 6
    assert rouge_l(REFERENCE, response) == pytest.approx(2 * precision * recall / (precision + recall))


def slow_common(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    if not one or not other:
        return 0
    if one[0] == other[0]:
        return 1 + slow_common(one[1:], other[1:])
    return max(slow_common(one[1:], other), slow_common(one, other[1:]))


def test_rouge_l_finds_the_longest_common_subsequence():
    rng = random.Random(3)
    for _ in range(200):
        one, other = (tuple(rng.choices("abc", k=rng.randint(1, 8))) for _ in range(2))
        assert rouge_l(one, other) == pytest.approx(2 * slow_common(one, other) / (len(one) + len(other)))


def test_distinct_2_by_hand():
    # a b, b a, a b | c d: three distinct of four; no pair spans two responses.
    assert distinct_2([["a", "b", "a", "b"], ["c", "d"]]) == pytest.approx(3 / 4)
    assert distinct_2([["a"], []]) is None
