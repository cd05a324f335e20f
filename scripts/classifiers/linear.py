"""A calibrated linear head over fixed features: one logistic regression a label, rescaled on folds it has not seen."""

from typing import Any


def fit_heads(features: Any, present: Any, strength: float, folds: int, seed: int) -> tuple[Any, Any, Any]:
    """Weight (k, d) and bias (k,) whose sigmoid is a calibrated probability of each label, and thresholds (k,) for it.

    `strength` is the inverse of the penalty (scikit-learn's C); no class weights, so that rare labels keep rare
    probabilities. Calibration is Platt's: a slope and an offset learned on scores of `folds` held-out parts, folded
    into the weights, so that the head stays linear. The thresholds are those of the greatest F1 on the same parts.
    """
    import numpy

    rows = [fit_head(features, present[:, label], strength, folds, seed) for label in range(present.shape[1])]
    weights, biases, thresholds = zip(*rows, strict=True)
    return numpy.stack(weights), numpy.asarray(biases), numpy.asarray(thresholds)


def fit_head(features: Any, present: Any, strength: float, folds: int, seed: int) -> tuple[Any, float, float]:
    """Weight (d,), bias and threshold of one label; a label that is (nearly) never or always there keeps its rate."""
    import numpy
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    if min(present.sum(), (~present).sum()) < folds:
        return *fit_rate(features, present), 0.5
    model = LogisticRegression(C=strength, max_iter=1000)
    parts = StratifiedKFold(folds, shuffle=True, random_state=seed)
    scores = cross_val_predict(model, features, present, cv=parts, method="decision_function")
    scale = LogisticRegression(C=1e6, max_iter=1000).fit(scores[:, None], present)
    slope, offset = float(scale.coef_[0, 0]), float(scale.intercept_[0])
    model.fit(features, present)
    threshold = best_threshold(present, 1 / (1 + numpy.exp(-slope * scores - offset)))
    return slope * model.coef_[0], slope * float(model.intercept_[0]) + offset, threshold


def fit_plain(features: Any, present: Any, strength: float) -> tuple[Any, Any]:
    """Weight (k, d) and bias (k,) of plain logistic regressions, uncalibrated."""
    import numpy
    from sklearn.linear_model import LogisticRegression

    rows = []
    for label in present.T:
        if label.all() or not label.any():
            rows.append(fit_rate(features, label))
            continue
        model = LogisticRegression(C=strength, max_iter=1000).fit(features, label)
        rows.append((model.coef_[0], float(model.intercept_[0])))
    return numpy.stack([weight for weight, _ in rows]), numpy.asarray([bias for _, bias in rows])


def fit_rate(features: Any, present: Any) -> tuple[Any, float]:
    """Weight (d,) of nothing and the bias of the label's rate, kept off 0 and 1."""
    import numpy

    rate = min(max(present.mean(), 1 / (2 * len(present))), 1 - 1 / (2 * len(present)))
    return numpy.zeros(features.shape[1]), float(numpy.log(rate / (1 - rate)))


def best_threshold(present: Any, probabilities: Any) -> float:
    """The threshold (strict) with the greatest F1, halfway to the next smaller probability; the largest of equals."""
    import numpy

    order = numpy.argsort(-probabilities, kind="stable")
    sorted_ = numpy.append(probabilities[order], 0.0)
    ends = numpy.flatnonzero(sorted_[:-1] > sorted_[1:])  # after which a threshold can stand
    f1 = 2 * numpy.cumsum(present[order])[ends] / (ends + 1 + present.sum())
    end = ends[numpy.argmax(f1)]
    return float((sorted_[end] + sorted_[end + 1]) / 2)


def calibration_error(present: Any, probabilities: Any, bins: int = 10) -> float:
    """Mean gap between probability and rate over equally wide bins of all (row, label) pairs, weighted by size."""
    import numpy

    place = numpy.minimum((probabilities.ravel() * bins).astype(int), bins - 1)
    size = numpy.bincount(place, minlength=bins)
    stated = numpy.bincount(place, probabilities.ravel().astype(float), minlength=bins)
    true = numpy.bincount(place, present.ravel().astype(float), minlength=bins)
    return float(numpy.abs(stated - true).sum() / size.sum())
