"""The probabilities of the labels that a local model named (paper A, section D.1)."""

import math

from scripts.llm.exchange import Answer


def span_probability(answer: Answer, start: int, end: int, mean: bool = True) -> float:
    """The geometric mean of the probabilities of the tokens that touch characters start … end - 1, or their product.

    Offsets count in `answer.text`, a forced prefix included (its tokens have no probability).
    """
    if answer.token_logprobs is None:
        raise ValueError("the answer has no token probabilities; open its chat with logprobs=True")
    place = len(answer.text) - sum(len(piece) for piece, _ in answer.token_logprobs)
    inside = []
    for piece, logprob in answer.token_logprobs:
        if place < end and place + len(piece) > start:
            inside.append(logprob)
        place += len(piece)
    if not inside:
        raise ValueError(f"no generated token lies in characters {start} to {end}")
    return math.exp(sum(inside) / (len(inside) if mean else 1))


def label_scores(answer: Answer, labels: list[str], mean: bool = True) -> dict[str, float]:
    """The probability of each label that a comma separated answer names, at its first mention (A-022).

    The mean is of a label's tokens; their product favours short labels.
    """
    by_name = {label.casefold(): label for label in labels}
    scores: dict[str, float] = {}
    start = 0
    for part in answer.text.split(","):
        name = part.strip().rstrip(".")
        label = by_name.get(name.casefold())
        if label and label not in scores:
            first = start + part.index(name)
            scores[label] = span_probability(answer, first, first + len(name), mean)
        start += len(part) + 1
    return scores


def top_values(answer: Answer, labels: list[str], count: int, mean: bool = True) -> list[str]:
    """The `count` most probable labels named, by falling probability (equal ones in the order named)."""
    scores = label_scores(answer, labels, mean)
    return sorted(scores, key=scores.__getitem__, reverse=True)[:count]
