"""Statistics against numbers worked out by hand."""

import random

import pytest

from scripts.stats.agreement import kendall, same_markers
from scripts.stats.bootstrap import mean_intervals, resample_weights
from scripts.stats.significance import against_complement, holm, mann_whitney, marker, wilcoxon_half


def test_mann_whitney_of_separated_samples_is_the_extreme_effect():
    # U = 0 of 9 pairs; z = (4.5 - 0.5) / sqrt(3 * 3 * 7 / 12) = 1.7457
    found = mann_whitney([1, 2, 3], [4, 5, 6])
    assert (found.n, found.n_reference, found.u, found.effect) == (3, 3, 0.0, -1.0)
    assert found.p == pytest.approx(0.08086, abs=1e-5)
    assert marker(found.p) == "dagger"


def test_mann_whitney_counts_ties_half_and_corrects_the_variance():
    # U: each 1 gets 0.5, the 2 gets 1 + 0.5 + 0.5; variance 9/12 * (7 - 48/30) = 4.05; z = 1 / 2.01246
    found = mann_whitney([1, 1, 2], [1, 2, 2])
    assert found.u == 3.0
    assert found.effect == pytest.approx(-1 / 3)
    assert found.p == pytest.approx(0.61925, abs=1e-5)


def test_mann_whitney_of_samples_without_spread_finds_no_difference():
    found = mann_whitney([5, 5, 5], [5, 5])
    assert (found.p, found.effect) == (1.0, 0.0)


def test_mann_whitney_is_symmetric_in_its_samples():
    one, other = [1, 4, 4, 5, 3], [2, 2, 5, 1]
    assert mann_whitney(one, other).p == pytest.approx(mann_whitney(other, one).p)
    assert mann_whitney(one, other).effect == pytest.approx(-mann_whitney(other, one).effect)


def test_empty_sample_has_no_test():
    assert mann_whitney([], [1.0]) is None
    assert mann_whitney([1.0], []) is None
    assert wilcoxon_half([]) is None


def test_a_ratio_ties_with_the_complement_of_another():
    assert against_complement([0.1, 0.9] * 5).u == 50
    assert against_complement([0.1 + 0.2, 0.7, 0.5]).u == 4.5


def test_win_ratios_are_set_against_their_complement():
    # 0.2, 0.4 against 0.8, 0.6: all four pairs are lost
    found = against_complement([0.2, 0.4])
    assert (found.u, found.effect, found.n, found.n_reference) == (0.0, -1.0, 2, 2)


def test_wilcoxon_ranks_equal_distances_from_half_together():
    # away 0.2 -0.2 0.3 0.4: W+ = 1.5 + 3 + 4; variance 4*5*9/24 - 6/48 = 7.375; z = 3.5 / 2.71570
    assert wilcoxon_half([0.7, 0.3, 0.8, 0.9]) == pytest.approx(0.19747, abs=1e-5)


def test_wilcoxon_of_ties_only_finds_no_difference():
    assert wilcoxon_half([0.5, 0.5]) == 1.0


def test_markers_stand_for_their_levels():
    assert [marker(p) for p in (0.0499, 0.05, 0.0999, 0.1, None)] == ["*", "dagger", "dagger", "", ""]


def test_holm_steps_down_and_keeps_the_order_given():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, None, 0.9]) == [1.0, None, 1.0]


def test_paper_test_of_win_ratios_rejects_true_nulls_too_often_and_ours_does_not():
    rng = random.Random(1)
    worlds = [[sum(rng.random() < 0.5 for _ in range(10)) / 10 for _ in range(120)] for _ in range(200)]
    papers = sum(against_complement(world).p < 0.05 for world in worlds) / len(worlds)
    own = sum(wilcoxon_half(world) < 0.05 for world in worlds) / len(worlds)
    assert papers > 0.10
    assert own < 0.10


def test_resamples_draw_as_many_units_as_there_are():
    weights = resample_weights(7, 50, seed=3)
    assert weights.shape == (50, 7)
    assert (weights.sum(axis=1) == 7).all()
    assert (weights == resample_weights(7, 50, seed=3)).all()
    assert (weights != resample_weights(7, 50, seed=4)).any()


def test_interval_has_the_width_of_the_standard_error():
    rng = random.Random(5)
    values = [rng.gauss(2, 1) for _ in range(400)]
    ((low, high),) = mean_intervals([values], resample_weights(400, 4000, seed=1))
    assert low < sum(values) / 400 < high
    assert high - low == pytest.approx(2 * 1.96 / 20, rel=0.15)


def test_interval_of_a_constant_is_the_constant_and_of_nothing_is_none():
    weights = resample_weights(4, 100, seed=1)
    assert mean_intervals([[2.0, None, 2.0, None], [None] * 4], weights) == [(2.0, 2.0), None]


def test_columns_share_their_resamples_so_that_differences_are_paired():
    rng = random.Random(6)
    one = [rng.gauss(0, 10) for _ in range(60)]
    other = [x - 1 for x in one]
    weights = resample_weights(60, 2000, seed=2)
    first, second = mean_intervals([one, other], weights)
    assert first[0] - second[0] == pytest.approx(1)
    ((low, high),) = mean_intervals([[a - b for a, b in zip(one, other, strict=True)]], weights)
    assert (low, high) == pytest.approx((1, 1))


def test_kendall_counts_pairs_in_the_same_order():
    # one of three pairs is turned round: (2 - 1) / 3
    assert kendall([1, 2, 3], [1, 3, 2]) == pytest.approx(1 / 3)
    assert kendall([1, 2, None, 3], [5, 6, 0, 7]) == pytest.approx(1)
    assert kendall([1, 1, 1], [1, 2, 3]) is None


def test_markers_agree_cell_by_cell():
    assert same_markers(["*", "", "dagger"], ["*", "*", "dagger"]) == 2
