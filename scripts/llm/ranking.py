"""Which of several labels a local model would write next, with probabilities (requirement A-074).

A label's probability is that of writing it, token by token, with what must follow it (the end of its line): longer
labels are no less probable for being longer than shorter ones that go on otherwise. All of it is relative to the
labels given, so that leaving one out masks it.
"""

import math

from scripts.llm.asking import Chat
from scripts.llm.exchange import Request
from scripts.provenance.errors import Problem
from scripts.provenance.signature import code_signature


def label_probabilities(
    chat: Chat, requests: list[Request], labels: list[str], before: str = " ", after: str = "\n"
) -> list[dict[str, float]]:
    """Per request the probability of each label as what goes on from the request's `prefix`; they sum to 1.

    `before` and `after` stand around a label. Scores go through the chat's journal like answers.
    """
    if chat.backend.name != "local":
        raise Problem(
            "Labels are ranked by a model in this process, and this one stands behind an address. "
            "Set models.llama.backend: local."
        )
    body = {
        "continuations": [f"{before}{label}{after}" for label in labels],
        "code": code_signature("scripts/llm/score.py", None),  # answers' code is part of the weights' identity
    }
    asks = [
        chat.ask_of(request.id, request.kind, "0", {"messages": request.messages, **body}, request.prefix)
        for request in requests
    ]
    replies = chat.replies(asks)
    return [_shares(labels, [score for _, score in replies[ask.key].logprobs or []]) for ask in asks]


def ranked(probabilities: dict[str, float], masked: str) -> list[str]:
    """The labels without `masked`, by falling probability (equal ones in the order given)."""
    kept = [label for label in probabilities if label != masked]
    return sorted(kept, key=probabilities.__getitem__, reverse=True)


def _shares(labels: list[str], scores: list[float]) -> dict[str, float]:
    top = max(scores)
    weights = [math.exp(score - top) for score in scores]
    return {label: weight / sum(weights) for label, weight in zip(labels, weights, strict=True)}
