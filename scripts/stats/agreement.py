"""How far a built table orders and marks its rows as the published one does."""

from collections.abc import Sequence


def kendall(published: Sequence[float | None], built: Sequence[float | None]) -> float | None:
    """Kendall's tau-b over the rows that have both numbers; None for fewer than two rows or a constant side."""
    both = [(p, b) for p, b in zip(published, built, strict=True) if p is not None and b is not None]
    if len({p for p, _ in both}) < 2 or len({b for _, b in both}) < 2:
        return None
    from scipy.stats import kendalltau

    return float(kendalltau([p for p, _ in both], [b for _, b in both]).statistic)


def same_markers(published: Sequence[str], built: Sequence[str]) -> int:
    """How many cells carry the published marker (no marker included)."""
    return sum(p == b for p, b in zip(published, built, strict=True))
