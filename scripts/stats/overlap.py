"""Likeness of a response to its reference, and variety of responses (paper B, section 5.2; B-032 to B-034).

Words are NLTK's (its word tokenizer, which needs no data) inside sentences that end at . ! or ? before a space; the
paper's word_tokenize splits sentences with a trained model, which has to be downloaded, and differs at abbreviations.
Every score is a share; tables show it times 100.
"""

import itertools
import re
from collections.abc import Sequence

from scripts.text.sentences import sentences

_NOT_ROUGE = re.compile(r"[^a-z0-9]+")
WEIGHTS = (0.5, 0.5)  # unigrams and bigrams; NLTK's default would be BLEU-4


def words(text: str) -> list[str]:
    """Words and marks as NLTK's tokenizer gives them, case kept."""
    from nltk.tokenize import NLTKWordTokenizer

    tokenizer = NLTKWordTokenizer()
    return [word for sentence in sentences(text) for word in tokenizer.tokenize(sentence)]


def bleu_2(reference: Sequence[str], response: Sequence[str]) -> float:
    """Sentence BLEU-2 of two lists of words. Smoothing is NLTK's method1: a precision of 0 becomes 0.1 out of its
    bigrams, so that it does not annul the other. A response without a word has 0."""
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

    if not response:
        return 0.0
    smoothing = SmoothingFunction().method1
    return float(sentence_bleu([list(reference)], list(response), weights=WEIGHTS, smoothing_function=smoothing))


def corpus_bleu_2(references: Sequence[Sequence[str]], responses: Sequence[Sequence[str]]) -> float:
    """BLEU-2 of all responses as one text, the same smoothing."""
    from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu

    listed = [[list(reference)] for reference in references]
    smoothing = SmoothingFunction().method1
    found = corpus_bleu(listed, [list(one) for one in responses], weights=WEIGHTS, smoothing_function=smoothing)
    return float(found)


def rouge_words(text: str) -> list[str]:
    """Runs of a-z and 0-9 in lower case: the tokens of rouge_score 0.1.2 without its stemmer."""
    return _NOT_ROUGE.sub(" ", text.lower()).split()


def rouge_l(reference: Sequence[str], response: Sequence[str]) -> float:
    """F1 of the longest common subsequence of two lists of words; 0 where either has none."""
    if not reference or not response:
        return 0.0
    common = _longest_common(reference, response)
    return 2 * common / (len(reference) + len(response))


def _longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    row = [0] * (len(other) + 1)
    for word in one:
        above = row
        row = [0]
        for place, against in enumerate(other):
            row.append(above[place] + 1 if word == against else max(above[place + 1], row[place]))
    return row[-1]


def bigrams(tokens: Sequence[str]) -> list[tuple[str, str]]:
    return list(itertools.pairwise(tokens))


def distinct_2(responses: Sequence[Sequence[str]]) -> float | None:
    """Distinct bigrams over all bigrams of these responses, none across two of them; None where there is no bigram."""
    found = [pair for tokens in responses for pair in bigrams(tokens)]
    return len(set(found)) / len(found) if found else None
