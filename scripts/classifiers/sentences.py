"""Sentence vectors of length 1, for likeness of texts (requirement A-037) and as features of a linear head."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from scripts.classifiers.batches import longest_input, open_encoder, run_encoder
from scripts.provenance.errors import Problem

LONGEST = 256  # tokens of a text at most, as the sentence-transformers checkpoints were tuned


def open_sentences(kind: str, folder: str | Path) -> Callable[[Sequence[str]], Any]:
    """A function from texts to an array (n, d) float32 of unit rows; the dot product of two rows is their cosine.

    `encoder`: mean-pooled vectors of a sentence-transformers checkpoint in `folder`. `tfidf`: counts of character
    3- to 5-grams weighted by rarity among the very texts given, a stand-in that needs no model (`folder` unused).
    """
    if kind == "encoder":
        return _encoder(folder)
    if kind == "tfidf":
        return _tfidf
    raise Problem(f"sentences kind {kind!r} is unknown. Use encoder or tfidf.")


def _encoder(folder: str | Path) -> Callable[[Sequence[str]], Any]:
    tokenizer, model = open_encoder(folder, "AutoModel")
    longest = min(longest_input(tokenizer, model), LONGEST)

    def pool(output: Any, mask: Any) -> Any:
        return mean_pooled(output.last_hidden_state, mask)

    return lambda texts: run_encoder(tokenizer, model, texts, longest, model.config.hidden_size, pool)


def mean_pooled(states: Any, mask: Any) -> Any:
    """Unit vectors (n, d): the mean of a text's token states (n, tokens, d), padding left out."""
    import torch

    weights = mask.unsqueeze(-1).float()
    mean = (states * weights).sum(1) / weights.sum(1)
    return torch.nn.functional.normalize(mean, dim=1)


def _tfidf(texts: Sequence[str]) -> Any:
    import numpy
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not texts:
        return numpy.empty((0, 0), dtype=numpy.float32)
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), dtype=numpy.float32)
    return vectorizer.fit_transform(texts).toarray()
