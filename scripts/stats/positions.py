"""How levels of emotional validation spread over a dialogue (paper B, section 4.2 and Figure 4).

A dialogue of fewer than four supporter utterances leaves quartiles empty (`scripts.text.quartiles`): of one it fills
the fourth, of two the second and fourth, of three all but the first.
"""

from collections.abc import Iterable, Sequence

from scripts.text.quartiles import QUARTILES, quartile

LEVELS = (1, 2, 3, 4)
NORMALISATIONS = ("per_level", "within_quartile")
Table = list[list[float]]  # a row a level, a column a quartile


def placed(levels: Sequence[int | None]) -> Iterable[tuple[int, int]]:
    """(level, quartile) of each utterance of a dialogue that has a level; the others keep their place."""
    for place, level in enumerate(levels, 1):
        if level is not None:
            yield level, quartile(place, len(levels))


def counts(pairs: Iterable[tuple[int, int]]) -> Table:
    """How often each level stands in each quartile; a level that is none of the four is a ValueError."""
    table = [[0.0] * QUARTILES for _ in LEVELS]
    for level, part in pairs:
        table[LEVELS.index(level)][part - 1] += 1
    return table


def shares(table: Table, normalisation: str) -> Table:
    """Counts as shares: `per_level` of the level's utterances over quartiles, `within_quartile` of the quartile's over
    levels. What has no utterance stays zero."""
    if normalisation == "within_quartile":
        return _turned(shares(_turned(table), "per_level"))
    return [[cell / (sum(row) or 1) for cell in row] for row in table]


def _turned(table: Table) -> Table:
    return [list(column) for column in zip(*table, strict=True)]
