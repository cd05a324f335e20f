"""Agreement of many raters on categories (Fleiss 1971)."""

from collections import Counter
from collections.abc import Sequence


def fleiss_kappa(items: Sequence[Sequence[object]]) -> float | None:
    """Fleiss' kappa; each item holds the category that each of its raters chose, whoever they are.

    All items need the same number of raters, two at least (take those of `modal_raters`). None where it is not defined:
    without items, or when every rater chose one and the same category throughout.
    """
    if not items:
        return None
    raters = len(items[0])
    if raters < 2 or any(len(item) != raters for item in items):
        raise ValueError("every item needs the same number of raters, two at least")
    counts = [Counter(item) for item in items]
    total = sum(counts, Counter())
    by_chance = sum((count / (raters * len(items))) ** 2 for count in total.values())
    agreeing = sum(sum(n * (n - 1) for n in count.values()) for count in counts)
    observed = agreeing / (len(items) * raters * (raters - 1))
    return None if len(total) < 2 else (observed - by_chance) / (1 - by_chance)


def modal_raters(items: Sequence[Sequence[object]]) -> list[Sequence[object]]:
    """The items that have the most frequent number of raters (the larger one of equals), as B-041 asks."""
    sizes = Counter(len(item) for item in items)
    if not sizes:
        return []
    wanted = max(sizes, key=lambda size: (sizes[size], size))
    return [item for item in items if len(item) == wanted]
