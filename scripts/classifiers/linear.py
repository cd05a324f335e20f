"""A calibrated linear head over fixed features: one logistic regression a label, rescaled on folds it has not seen."""

from typing import Any


def fit_heads(features: Any, present: Any, strength: float, folds: int, seed: int) -> tuple[Any, Any]:
    """Weight (k, d) and bias (k,) whose sigmoid is a calibrated probability of each label.

    `strength` is the inverse of the penalty (scikit-learn's C); no class weights, so that rare labels keep rare
    probabilities. Calibration is Platt's: a slope and an offset learned on scores of `folds` held-out parts, folded
    into the weights, so that the head stays linear.
    """
    import numpy

    rows = [fit_head(features, present[:, label], strength, folds, seed) for label in range(present.shape[1])]
    return numpy.stack([weight for weight, _ in rows]), numpy.asarray([bias for _, bias in rows])


def fit_head(features: Any, present: Any, strength: float, folds: int, seed: int) -> tuple[Any, float]:
    """Weight (d,) and bias of one label; a label that is (nearly) never or always there keeps its rate."""
    import numpy
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    rate = present.mean()
    if min(present.sum(), (~present).sum()) < folds:
        rate = min(max(rate, 1 / (2 * len(present))), 1 - 1 / (2 * len(present)))
        return numpy.zeros(features.shape[1]), float(numpy.log(rate / (1 - rate)))
    model = LogisticRegression(C=strength, max_iter=1000)
    parts = StratifiedKFold(folds, shuffle=True, random_state=seed)
    scores = cross_val_predict(model, features, present, cv=parts, method="decision_function")
    scale = LogisticRegression(C=1e6, max_iter=1000).fit(scores[:, None], present)
    slope, offset = float(scale.coef_[0, 0]), float(scale.intercept_[0])
    model.fit(features, present)
    return slope * model.coef_[0], slope * float(model.intercept_[0]) + offset


def calibration_error(present: Any, probabilities: Any, bins: int = 10) -> float:
    """Mean gap between probability and rate over equally wide bins of all (row, label) pairs, weighted by size."""
    import numpy

    place = numpy.minimum((probabilities.ravel() * bins).astype(int), bins - 1)
    size = numpy.bincount(place, minlength=bins)
    stated = numpy.bincount(place, probabilities.ravel().astype(float), minlength=bins)
    true = numpy.bincount(place, present.ravel().astype(float), minlength=bins)
    return float(numpy.abs(stated - true).sum() / size.sum())
