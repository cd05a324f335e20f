"""EVAEval: how far a system's levels over a dialogue lie from EVAD's (paper B, Eq. 1; requirement B-024).

EVAEval of a level is 1/4 of the sum over quartiles of (T - V)²; lower is better. V are EVAD's shares. T are a
system's: the mean over its dialogues of each dialogue's shares, in which an absent level counts zeros.
The printed numbers fit the sum rather than the mean, and shares of a level over quartiles (inference from constants
that recur for systems without a level), so both are given and named: `mean` is Eq. 1, `sum` four times that.
Either one also moves with how often a level is used at all. `position_only` does not: its T are the shares of all of
the level's utterances, whichever dialogue they stand in; a system without the level has none.
"""

from collections.abc import Sequence

from scripts.stats.positions import LEVELS, Table, counts, placed, shares
from scripts.text.quartiles import QUARTILES

VARIANTS = ("mean", "sum", "position_only")
Dialogue = Sequence[int | None]  # the levels of a dialogue's supporter utterances in order; None: it has none


def mean_table(tables: Sequence[Table]) -> Table:
    """Cell by cell; ValueError without a table."""
    if not tables:
        raise ValueError("no dialogue")
    return [
        [sum(t[level][part] for t in tables) / len(tables) for part in range(QUARTILES)] for level in range(len(LEVELS))
    ]


def squared_distances(system: Table, gold: Table) -> list[float]:
    """For each level the sum over quartiles of (T - V)²."""
    return [sum((t - v) ** 2 for t, v in zip(*rows, strict=True)) for rows in zip(system, gold, strict=True)]


def dialogue_tables(dialogues: Sequence[Dialogue], normalisation: str) -> list[Table]:
    return [shares(counts(placed(levels)), normalisation) for levels in dialogues]


def evaeval(dialogues: Sequence[Dialogue], gold: Table, normalisation: str) -> dict[str, dict[str, float | None]]:
    """By variant: `level1` … `level4` and `avg`. None where a level never occurs (`position_only`, whose average is
    over the levels that do). `gold` are EVAD's counts; ValueError without a dialogue."""
    wanted = shares(gold, normalisation)
    found = squared_distances(mean_table(dialogue_tables(dialogues, normalisation)), wanted)
    pooled = counts(pair for levels in dialogues for pair in placed(levels))
    over = squared_distances(shares(pooled, "per_level"), shares(gold, "per_level"))
    present = [value / QUARTILES if any(row) else None for value, row in zip(over, pooled, strict=True)]
    return {
        "mean": _named([value / QUARTILES for value in found]),
        "sum": _named(found),
        "position_only": _named(present),
    }


def _named(values: Sequence[float | None]) -> dict[str, float | None]:
    there = [value for value in values if value is not None]
    named = {f"level{level}": value for level, value in zip(LEVELS, values, strict=True)}
    return named | {"avg": sum(there) / len(there) if there else None}
