"""EVAEval by hand and against a second implementation that shares no code with it."""

import random

import numpy
import pytest

from scripts.stats.evaeval import evaeval
from scripts.stats.positions import counts, placed, shares
from scripts.text.quartiles import quartile


@pytest.mark.parametrize(
    "length, quartiles",
    [(1, [4]), (2, [2, 4]), (3, [2, 3, 4]), (4, [1, 2, 3, 4]), (5, [1, 2, 3, 4, 4]), (8, [1, 1, 2, 2, 3, 3, 4, 4])],
)
def test_quartile_is_where_the_relative_position_lies_also_in_short_dialogues(length, quartiles):
    assert [quartile(place, length) for place in range(1, length + 1)] == quartiles


@pytest.mark.parametrize("place, length", [(0, 3), (4, 3), (1, 0)])
def test_place_outside_its_dialogue_is_refused(place, length):
    with pytest.raises(ValueError):
        quartile(place, length)


def test_utterance_without_a_level_keeps_its_place():
    assert list(placed([1, None, None, 4])) == [(1, 1), (4, 4)]


def test_level_that_does_not_exist_is_refused():
    with pytest.raises(ValueError):
        counts([(5, 1)])


TABLE = [[3, 1, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 1, 3]]


def test_shares_are_of_a_level_over_quartiles_or_of_a_quartile_over_levels():
    assert shares(TABLE, "per_level") == [[0.75, 0.25, 0, 0], [0.25] * 4, [0] * 4, [0, 0, 0.25, 0.75]]
    assert [row[0] for row in shares(TABLE, "within_quartile")] == [0.75, 0.25, 0, 0]
    assert [row[2] for row in shares(TABLE, "within_quartile")] == [0, 0.5, 0, 0.5]


def test_evaeval_by_hand():
    # EVAD: level 1 in the first two quartiles alike, level 4 in the last; 2 and 3 never.
    gold = counts([(1, 1), (1, 2), (4, 4)])
    # Two dialogues of four: level 1 at the first place in both, level 4 at the last in one of them only.
    found = evaeval([[1, None, None, 4], [1, None, None, None]], gold, "per_level")
    # Level 1: T (1, 0, 0, 0) against V (.5, .5, 0, 0): .25 + .25. Level 4: T (0, 0, 0, .5) against V (0, 0, 0, 1): .25.
    assert found["sum"] == pytest.approx({"level1": 0.5, "level2": 0, "level3": 0, "level4": 0.25, "avg": 0.1875})
    assert found["mean"] == pytest.approx({name: value / 4 for name, value in found["sum"].items()})
    # How often level 4 comes does not matter here, only where: at the last place, as in EVAD.
    assert found["position_only"] == {
        "level1": pytest.approx(0.125), "level2": None, "level3": None, "level4": 0, "avg": pytest.approx(0.0625)
    }  # fmt: skip


def test_system_without_a_level_has_its_published_constant():
    """Of a level that never occurs the sum is that of V squared, whatever else the system does (I-B01)."""
    gold = counts([(4, q) for q in (2, 3, 3, 4, 4, 4, 4)] + [(1, 1)])
    constant = (1 / 7) ** 2 + (2 / 7) ** 2 + (4 / 7) ** 2
    for system in ([[1]], [[1, 2, 3], [2, 2]]):
        assert evaeval(system, gold, "per_level")["sum"]["level4"] == pytest.approx(constant)


def test_position_only_does_not_move_with_how_often_a_level_is_used():
    gold = counts([(1, 1), (1, 2), (2, 4)])
    rare, often = [[1, None, None, 2]] + [[2, 2, 2, 2]] * 9, [[1, None, None, 2]] * 10
    found = [evaeval(system, gold, "per_level") for system in (rare, often)]
    assert found[0]["position_only"]["level1"] == found[1]["position_only"]["level1"]
    assert abs(found[0]["sum"]["level1"] - found[1]["sum"]["level1"]) > 0.05


def test_perfect_system_has_zero():
    dialogues = [[1, 2, 3, 4], [1, 2, 3, 4]]
    gold = counts(pair for levels in dialogues for pair in placed(levels))
    for normalisation in ("per_level", "within_quartile"):
        for named in evaeval(dialogues, gold, normalisation).values():
            assert all(value == 0 for value in named.values())


def second(dialogues: list[list[int | None]], gold: numpy.ndarray, normalisation: str) -> numpy.ndarray:
    """The sum variant of the four levels, from arrays; floor instead of ceil, other axes, no shared code."""
    axis = 1 if normalisation == "per_level" else 0

    def share(table: numpy.ndarray) -> numpy.ndarray:
        whole = table.sum(axis, keepdims=True)
        return numpy.divide(table, whole, out=numpy.zeros_like(table), where=whole > 0)

    total = numpy.zeros((4, 4))
    for levels in dialogues:
        table = numpy.zeros((4, 4))
        for index, level in enumerate(levels):
            if level:
                # position in (0, 1]: the right end belongs to the quartile
                table[level - 1, int(numpy.searchsorted([0.25, 0.5, 0.75, 1.0], (index + 1) / len(levels) - 1e-9))] += 1
        total += share(table)
    return ((total / len(dialogues) - share(gold)) ** 2).sum(1)


@pytest.mark.parametrize("normalisation", ["per_level", "within_quartile"])
def test_two_implementations_agree(normalisation):
    rng = random.Random(11)
    for _ in range(100):
        dialogues = [
            [rng.choice((None, 1, 2, 3, 4)) for _ in range(rng.randint(1, 13))] for _ in range(rng.randint(1, 9))
        ]
        gold = counts((rng.randint(1, 4), rng.randint(1, 4)) for _ in range(rng.randint(0, 30)))
        found = evaeval(dialogues, gold, normalisation)["sum"]
        wanted = second(dialogues, numpy.array(gold), normalisation)
        assert [found[f"level{level}"] for level in (1, 2, 3, 4)] == pytest.approx(list(wanted))
        assert found["avg"] == pytest.approx(wanted.mean())


def test_no_dialogue_is_refused():
    with pytest.raises(ValueError):
        evaeval([], TABLE, "per_level")
