"""Tests and markers of the tables (paper A, section 6.4; requirement A-071)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """A two-sided Mann-Whitney U test of a sample against a reference sample."""

    n: int
    n_reference: int
    u: float  # pairs in which the sample's value is the larger one, ties count half
    p: float
    effect: float  # rank-biserial correlation, -1..1; positive when the sample's values are the larger ones


def mann_whitney(sample: Sequence[float], reference: Sequence[float]) -> Comparison | None:
    """Asymptotic test with tie and continuity correction; None when a side is empty.

    Samples without any spread cannot differ: p is 1 there.
    """
    if not sample or not reference:
        return None
    from scipy.stats import mannwhitneyu

    found = mannwhitneyu(sample, reference, alternative="two-sided", method="asymptotic")
    u, pairs = float(found.statistic), len(sample) * len(reference)
    p = float(found.pvalue) if len({*sample, *reference}) > 1 else 1.0
    return Comparison(len(sample), len(reference), u, p, 2 * u / pairs - 1)


def against_complement(wins: Sequence[float]) -> Comparison | None:
    """Mann-Whitney of win ratios x against 1 - x, as the paper's ES-Value markers seem to be made.

    It counts each persona twice and rejects a true null too often (inconsistency I-A30); it gives the printed
    marker only, `wilcoxon_half` is our own test.
    """
    # Rounding ties 0.9 with 1 - 0.1, whose floats differ.
    return mann_whitney([round(x, 9) for x in wins], [round(1 - x, 9) for x in wins])


def wilcoxon_half(wins: Sequence[float]) -> float | None:
    """p of the two-sided Wilcoxon signed rank test of win ratios against 0.5; None when there are none.

    Normal approximation with tie correction, ties with 0.5 dropped; p is 1 when all of them are.
    """
    if not wins:
        return None
    # Rounding keeps 0.7 and 0.3 at one distance from 0.5, which their floats are not.
    away = [round(x - 0.5, 9) for x in wins]
    if not any(away):
        return 1.0
    from scipy.stats import wilcoxon

    return float(wilcoxon(away, zero_method="wilcox", method="asymptotic").pvalue)


def marker(p: float | None) -> str:
    """`*` for p < 0.05, `dagger` for p < 0.1 (captions of tables 3 and 20-23), else nothing."""
    if p is None:
        return ""
    return "*" if p < 0.05 else "dagger" if p < 0.1 else ""


def holm(ps: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down corrected p-values in the order given; None stays None and is no test."""
    order = sorted((p, place) for place, p in enumerate(ps) if p is not None)
    corrected: list[float | None] = [None] * len(ps)
    highest = 0.0
    for rank, (p, place) in enumerate(order):
        highest = max(highest, min(1.0, p * (len(order) - rank)))
        corrected[place] = highest
    return corrected
