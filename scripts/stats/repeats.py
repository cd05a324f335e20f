"""What repeats of a training agree on."""

import math
import statistics
from collections.abc import Sequence


def mean_of_repeats(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean of at least two repeats with its 95 % interval, by Student's t: it says what another seed would move."""
    from scipy.stats import t

    middle = statistics.fmean(values)
    half = float(t.ppf(0.975, len(values) - 1)) * statistics.stdev(values) / math.sqrt(len(values))
    return middle, middle - half, middle + half
