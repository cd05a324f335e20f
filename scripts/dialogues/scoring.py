"""A sentiment scorer for dialogues on threads: the texts that wait are scored together, each score is kept.

A generative scorer's batches, and so in rare cases its digits, depend on which texts come together. The journal makes
a second run read the same scores, as it does for every other answer of local weights.
"""

import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from scripts.classifiers.sentiment import Scorer, Sentiment
from scripts.llm.asking import Replayer
from scripts.llm.exchange import Ask, Reply
from scripts.llm.identity import base_identity
from scripts.llm.journal import open_journal
from scripts.provenance.signature import code_signature


def shared_scorer(scorer: Scorer, kind: str, folder: Path, journal: Path) -> Scorer:
    """The scorer of the model in `folder`, for any number of threads."""
    code = code_signature("scripts/classifiers/sentiment.py", None)
    replayer = Replayer(_Gathered(scorer, f"{kind} {base_identity(folder)} {code}"), open_journal(journal))

    def score(texts: Sequence[str]) -> list[Sentiment]:
        asks = [replayer.ask_of("", "sentiment", "0", {"text": text}) for text in texts]
        replies = replayer.replies(asks)
        return [Sentiment(*json.loads(replies[ask.key].text)) for ask in asks]

    return score


class _Gathered:
    """The scorer as a backend: while it works on one batch, the next gathers."""

    name, priced = "sentiment", "local"

    def __init__(self, scorer: Scorer, identity: str):
        self.scorer, self.identity = scorer, identity
        self._working, self._gathering = threading.Lock(), threading.Lock()
        self._waiting: list[str] = []
        self._scores: dict[str, Sentiment] = {}

    def answer(self, asks: list[Ask], keep: Callable[[Ask, Reply], None]) -> None:
        texts = [ask.body["text"] for ask in asks]
        with self._gathering:
            self._waiting += texts
        with self._working:
            with self._gathering:
                batch = list(self._waiting)
            if batch:  # else another thread has scored ours with its own
                self._scores |= zip(batch, self.scorer(batch), strict=True)
                with self._gathering:
                    del self._waiting[: len(batch)]
            scores = [self._scores.pop(text) for text in texts]
        for ask, score in zip(asks, scores, strict=True):
            keep(ask, Reply(json.dumps(score), "stop"))
