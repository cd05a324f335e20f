"""Seeded bootstrap intervals that resample the paired unit: a persona with everything measured on it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

LEVEL = (2.5, 97.5)  # percentiles of a 95 % interval


def resample_weights(units: int, resamples: int, seed: int) -> "np.ndarray":
    """How often each resample holds each unit: (resamples, units), every row sums to `units`."""
    import numpy as np

    drawn = np.random.default_rng(seed).integers(units, size=(resamples, units))
    # Counting per row with one bincount: the row's number is put in front of the unit's.
    places = (drawn + np.arange(resamples)[:, None] * units).ravel()
    return np.bincount(places, minlength=resamples * units).reshape(resamples, units).astype(float)


def mean_intervals(columns: list[list[float | None]], weights: "np.ndarray") -> list[tuple[float, float] | None]:
    """The 95 % percentile interval of each column's mean; None for a column without values.

    A column holds one value a unit, None where nothing was measured. All columns share the resamples, so a
    difference of two columns taken before is a paired one. Resamples without any measured unit are left out.
    """
    import numpy as np

    if not columns:
        return []
    values = np.array([[np.nan if x is None else x for x in column] for column in columns], dtype=float).T
    measured = ~np.isnan(values)
    totals = weights @ np.where(measured, values, 0.0)
    counts = weights @ measured.astype(float)
    intervals: list[tuple[float, float] | None] = []
    for total, count in zip(totals.T, counts.T, strict=True):
        means = total[count > 0] / count[count > 0]
        low_high = np.percentile(means, LEVEL) if means.size else None
        intervals.append(None if low_high is None else (float(low_high[0]), float(low_high[1])))
    return intervals
