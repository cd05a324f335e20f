"""How levels of validation lie over the quartiles of a dialogue (paper B, sections 4.1.2 and 4.2; B-021)."""

from collections.abc import Sequence

from scripts.stats.clustered import Units
from scripts.stats.positions import LEVELS
from scripts.tables.tidy import Cell, Key
from scripts.text.quartiles import QUARTILES

WITHIN_QUARTILE, WITHIN_LEVEL, COUNT = "share_within_quartile", "share_within_level", "items"


def shares(items: Sequence[tuple[str, int, int]], resamples: int, seed: int, status: str) -> dict[Key, Cell]:
    """By quartile and level: how many items (dialogue, quartile, level) there are, their share of the quartile's and of
    the level's; intervals resample dialogues. A share of nothing is None; `n` is what it is a share of.
    """
    import numpy as np

    names = [dialogue for dialogue, _, _ in items]
    columns = np.zeros((len(items), QUARTILES, len(LEVELS)))
    for place, (_, quartile, level) in enumerate(items):
        columns[place, quartile - 1, level - 1] = 1
    total = columns.sum(0)
    units = Units(names, resamples, seed)
    flat = columns.reshape(len(items), -1)
    built: dict[Key, Cell] = {}
    for q in range(QUARTILES):
        for k, level in enumerate(LEVELS):
            key, count = (str(q + 1), str(level)), int(total[q, k])
            built[*key, COUNT] = Cell(count, n=len(items), status=status)
            for metric, axis in ((WITHIN_QUARTILE, (q, slice(None))), (WITHIN_LEVEL, (slice(None), k))):
                whole = int(total[axis].sum())

                def share(sums: "np.ndarray", axis=axis, q=q, k=k) -> "np.ndarray":
                    drawn = sums.reshape(-1, QUARTILES, len(LEVELS))
                    return drawn[:, q, k] / drawn[(slice(None), *axis)].sum(1)

                interval = units.interval(names, flat, share) if whole else None
                built[*key, metric] = Cell(count / whole if whole else None, whole, "", interval, status)
    return built
