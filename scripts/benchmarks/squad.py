"""SQuAD's exact match and F1 of a short answer (Rajpurkar et al. 2016), by which CoQA is scored.

The harness takes them, under these names, from a module that transformers 5 no longer has
(`transformers.data.metrics.squad_metrics`).
"""

import re
import string
from collections import Counter

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def words(answer: str) -> list[str]:
    """Lower-case words without punctuation and articles."""
    return _ARTICLES.sub(" ", answer.lower().translate(_PUNCTUATION)).split()


def compute_exact(gold: str, predicted: str) -> int:
    return int(words(gold) == words(predicted))


def compute_f1(gold: str, predicted: str) -> float:
    """F1 of the bags of words; two empty answers agree."""
    wanted, given = words(gold), words(predicted)
    if not wanted or not given:
        return float(wanted == given)
    common = (Counter(wanted) & Counter(given)).total()
    return 2 * common / (len(wanted) + len(given))
