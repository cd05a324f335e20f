"""Rank correlation with its test (requirement A-072)."""

from collections.abc import Sequence


def spearman(pairs: Sequence[tuple[float, float]]) -> tuple[float, float] | tuple[None, None]:
    """Spearman's rho and its two-sided p; None for fewer than three pairs or a side without spread."""
    if len(pairs) < 3 or any(len(set(side)) < 2 for side in zip(*pairs, strict=True)):
        return None, None
    from scipy.stats import spearmanr

    found = spearmanr(*zip(*pairs, strict=True))
    return float(found.statistic), float(found.pvalue)
