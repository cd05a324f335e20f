"""Means, correlations and reliabilities of rows that lie in units (turns in dialogues); intervals resample units."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from scripts.stats.bootstrap import LEVEL, resample_weights

if TYPE_CHECKING:
    import numpy as np

Interval = tuple[float, float] | None


class Units:
    """The units of a table and their resamples, shared by all its cells."""

    def __init__(self, names: Sequence[str], resamples: int, seed: int):
        self.place = {name: place for place, name in enumerate(dict.fromkeys(names))}
        self.weights = resample_weights(len(self.place), resamples, seed)

    def interval(
        self, units: Sequence[str], columns: "np.ndarray", statistic: Callable[["np.ndarray"], "np.ndarray"]
    ) -> Interval:
        """95 % percentiles of `statistic` over the resamples; it is given column sums, (resamples, columns)."""
        import numpy as np

        totals = np.zeros((len(self.place), columns.shape[1]))
        np.add.at(totals, [self.place[unit] for unit in units], columns)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = statistic(self.weights @ totals)
        found = found[np.isfinite(found)]
        return tuple(map(float, np.percentile(found, LEVEL))) if found.size else None


def mean(units: Units, rows: Sequence[tuple[str, float]]) -> tuple[float | None, Interval]:
    """The mean of (unit, value) rows and its interval."""
    import numpy as np

    if not rows:
        return None, None
    values = np.array([value for _, value in rows], dtype=float)
    columns = np.column_stack([np.ones(len(values)), values])
    return float(values.mean()), units.interval([unit for unit, _ in rows], columns, lambda s: s[:, 1] / s[:, 0])


def rank_correlation(units: Units, rows: Sequence[tuple[str, float, float]]) -> tuple[float | None, Interval]:
    """Spearman's rho of (unit, x, y) rows and its interval; None for fewer than three rows or a side without spread.

    The ranks of the whole sample are kept in the resamples: ranking each of them anew would cost minutes a cell.
    """
    import numpy as np

    if len(rows) < 3 or any(len({row[side] for row in rows}) < 2 for side in (1, 2)):
        return None, None
    x, y = (_ranks([row[side] for row in rows]) for side in (1, 2))
    x, y = x - x.mean(), y - y.mean()
    columns = np.column_stack([np.ones(len(x)), x, y, x * x, y * y, x * y])
    rho = float(_pearson(columns.sum(0)))
    return rho, units.interval([row[0] for row in rows], columns, _pearson)


def intraclass(units: Units, rows: Sequence[tuple[str, float, float]]) -> tuple[float | None, Interval]:
    """ICC(1) of (unit, x, y) rows, two measurements of one thing each, and its interval (Shrout and Fleiss 1979).

    The share of the variance that lies between the things; None for fewer than two rows or rows without spread.
    """
    import numpy as np

    if len(rows) < 2 or len({value for row in rows for value in row[1:]}) < 2:
        return None, None
    x, y = (np.array([row[side] for row in rows], dtype=float) for side in (1, 2))
    middle = (x.mean() + y.mean()) / 2  # taken off, so that the squares lose no digits
    total, apart = x + y - 2 * middle, x - y
    columns = np.column_stack([np.ones(len(x)), total, total * total, apart * apart])
    return float(_icc(columns.sum(0))), units.interval([row[0] for row in rows], columns, _icc)


def _icc(sums: "np.ndarray") -> "np.ndarray":
    n, total, square, apart = sums.T
    between = (square - total * total / n) / 2 / (n - 1)
    within = apart / 2 / n
    return (between - within) / (between + within)


def _ranks(values: Sequence[float]) -> "np.ndarray":
    """Ranks from 1; equal values share their mean rank."""
    import numpy as np

    _, place, counts = np.unique(np.array(values, dtype=float), return_inverse=True, return_counts=True)
    return (counts.cumsum() - (counts - 1) / 2)[place]


def _pearson(sums: "np.ndarray") -> "np.ndarray":
    n, x, y, xx, yy, xy = sums.T
    return (xy - x * y / n) / ((xx - x * x / n) * (yy - y * y / n)) ** 0.5
