"""Scores of predicted classes on a scale 1 to 5 (paper A, Table 11), all from counts of (real, predicted) pairs.

Counts are arrays (…, 5, 5), real classes in rows: a resample of the pairs is another such table, so that an interval
over 10,000 of them is one call.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

CLASSES = 5


def one_hot(pairs: Sequence[tuple[int, int]]) -> "np.ndarray":
    """A row of 25 a pair, 1 where its cell of the table is."""
    import numpy as np

    rows = np.zeros((len(pairs), CLASSES * CLASSES))
    for place, (real, predicted) in enumerate(pairs):
        rows[place, (real - 1) * CLASSES + predicted - 1] = 1
    return rows


def tables(sums: "np.ndarray") -> "np.ndarray":
    """Sums of such rows as tables (…, 5, 5)."""
    return sums.reshape(*sums.shape[:-1], CLASSES, CLASSES)


def accuracy(counts: "np.ndarray") -> "np.ndarray":
    return counts.trace(axis1=-2, axis2=-1) / counts.sum((-2, -1))


def squared_error(counts: "np.ndarray") -> "np.ndarray":
    import numpy as np

    apart = np.subtract.outer(np.arange(CLASSES), np.arange(CLASSES)) ** 2
    return (counts * apart).sum((-2, -1)) / counts.sum((-2, -1))


def weighted_f1(counts: "np.ndarray") -> "np.ndarray":
    """F1 of each real class, weighted by its share; a class that nobody predicted counts 0."""
    import numpy as np

    reals, founds = counts.sum(-1), counts.sum(-2)
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    f1 = 2 * hits / np.maximum(reals + founds, 1)
    return (reals * f1).sum(-1) / counts.sum((-2, -1))


def spearman(counts: "np.ndarray") -> "np.ndarray":
    """Spearman's rho with mean ranks for ties; not a number where a side has no spread."""
    import numpy as np

    total = counts.sum((-2, -1))[..., None]
    x, y = (_centred_ranks(counts.sum(axis), total) for axis in (-1, -2))
    reals, founds = counts.sum(-1), counts.sum(-2)
    both = (x[..., :, None] * y[..., None, :] * counts).sum((-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return both / np.sqrt((x * x * reals).sum(-1) * (y * y * founds).sum(-1))


def _centred_ranks(sizes: "np.ndarray", total: "np.ndarray") -> "np.ndarray":
    """The mean rank of each class less the mean of all ranks."""
    return sizes.cumsum(-1) - sizes / 2 - total / 2
