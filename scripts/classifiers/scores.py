"""How well presence of labels is detected, beside the two trivial detectors."""

from typing import Any


def f1_scores(truth: Any, found: Any) -> dict[str, float]:
    """Macro- and micro-F1 of boolean arrays (n, k); a label that nobody has and nobody found counts 0."""
    hits = (truth & found).sum(0)
    sizes = truth.sum(0) + found.sum(0)
    per_label = [2 * float(hit) / float(size) if size else 0.0 for hit, size in zip(hits, sizes, strict=True)]
    both = float(sizes.sum())
    return {
        "macro_f1": sum(per_label) / len(per_label),
        "micro_f1": 2 * float(hits.sum()) / both if both else 0.0,
    }


def per_label_f1(truth: Any, found: Any, labels: list[str]) -> dict[str, float]:
    return {label: f1_scores(truth[:, [place]], found[:, [place]])["macro_f1"] for place, label in enumerate(labels)}


def baselines(truth: Any, train: Any) -> dict[str, dict[str, float]]:
    """Scores on `truth` of the detector that finds everything, and of the majority class of each label in `train`."""
    import numpy

    majority = numpy.broadcast_to(train.mean(0) > 0.5, truth.shape)
    return {"all_ones": f1_scores(truth, numpy.ones_like(truth)), "majority": f1_scores(truth, majority)}
