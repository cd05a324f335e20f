"""Parts of a data set that are held out in turn, whole groups at a time."""

from collections.abc import Hashable, Sequence

from scripts.text.draws import seeded


def grouped_folds(groups: Sequence[Hashable], folds: int, seed: int) -> list[int]:
    """The fold (0 to folds - 1) of each row: rows of one group share it, folds are of about one size.

    Groups are drawn in an order of their own, so that rows may come in any order; the next goes to the smallest fold.
    ValueError when there are fewer groups than folds.
    """
    sizes: dict[Hashable, int] = {}
    for group in groups:
        sizes[group] = sizes.get(group, 0) + 1
    if len(sizes) < folds:
        raise ValueError(f"{len(sizes)} groups for {folds} folds")
    room, of = [0] * folds, {}
    for group in sorted(sizes, key=lambda one: (-sizes[one], seeded(seed, "fold", one).random(), str(one))):
        fold = min(range(folds), key=lambda one: (room[one], seeded(seed, "tie", group, one).random()))
        of[group] = fold
        room[fold] += sizes[group]
    return [of[group] for group in groups]
