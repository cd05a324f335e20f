"""Rewards of two rollouts of the same candidates: agreement by hand, and beside an independent analysis of variance."""

import json
import random

import pytest

from scripts.provenance.errors import Problem
from scripts.stats.clustered import Units, intraclass
from scripts.supporter import compare_rewards
from scripts.supporter.candidates import write_rewards
from scripts.text.files import read_csv

POINTS = [{"h": 3, "gamma": 1, "t": 1}, {"h": 3, "gamma": 1, "t": 2}, {"h": "all", "gamma": 0.9, "t": 1.5}]


def test_intraclass_correlation_by_hand():
    units = Units(["a", "b", "c"], 50, 1)
    assert intraclass(units, [("a", 1, 1), ("b", 2, 2), ("c", 5, 5)])[0] == 1
    # Means 1, 3 and 5 about 3: between 2 * (4 + 0 + 4) / 2 = 8; within (0 + 4 + 4) / 2 / 3 = 4 / 3.
    assert intraclass(units, [("a", 1, 1), ("b", 2, 4), ("c", 6, 4)])[0] == pytest.approx((8 - 4 / 3) / (8 + 4 / 3))
    assert intraclass(units, [("a", 0, 2), ("b", 2, 0)])[0] == pytest.approx(-1)  # all of the variance lies within
    assert intraclass(units, [("a", 1, 2)]) == intraclass(units, [("a", 1, 1), ("b", 1, 1)]) == (None, None)


@pytest.mark.parametrize("seed", range(8))
def test_intraclass_correlation_is_that_of_a_one_way_analysis_of_variance(seed):
    from scipy.stats import f_oneway

    rng = random.Random(seed)
    rows = [(f"p{n % 5}", rng.gauss(n % 7, 2) + 1e6, rng.gauss(n % 7, 2) + 1e6) for n in range(rng.randint(6, 40))]
    ratio = f_oneway(*([x, y] for _, x, y in rows)).statistic
    units = Units([name for name, *_ in rows], 400, 1)
    found, (low, high) = intraclass(units, rows)
    assert found == pytest.approx((ratio - 1) / (ratio + 1), abs=1e-6)
    assert low <= found <= high


def rewards(path, turns):
    """Rewards file of (dialogue, turn) -> (steps of the initial answer, steps of the alternative)."""
    rows = [
        {"id": name, "turn": turn, "candidate": candidate, "steps": steps}
        for (name, turn), both in turns.items()
        for candidate, steps in zip(("initial", "alternative"), both, strict=True)
    ]
    write_rewards(path, rows)
    return path


FIRST = {
    ("a", 2): ([3], [0]),
    ("a", 4): ([0], [2]),
    ("b", 2): ([1, 1, 1], [0]),
    ("b", 4): ([1], [1]),
    ("c", 2): ([1], [0]),
}
FIRST |= {("d", 2): ([2, None], [0]), ("e", 2): ([1], [0])}  # not known; not rolled out twice
SECOND = {("a", 2): ([2], [0]), ("a", 4): ([1], [0]), ("b", 2): ([3], [0]), ("b", 4): ([0], [0]), ("c", 2): ([0], [0])}
SECOND |= {("d", 2): ([2], [0])}


def compare(tmp_path, first, second):
    options = {"first": first, "second": second, "sources": json.dumps(["GPT"]), "points": json.dumps(POINTS)}
    options |= {"compare": "gt", "resamples": 300, "seed": 1, "run": "demo", "evidence": "stand_in"}
    options["output"] = tmp_path / "r.csv"
    compare_rewards.main([str(part) for name, value in options.items() for part in (f"--{name}", value)])
    return {(row["h"], row["gamma"], row["t_diff"], row["measure"]): row for row in read_csv(tmp_path / "r.csv")}


def test_agreement_of_two_rollouts_by_hand(tmp_path):
    found = compare(tmp_path, rewards(tmp_path / "1.parquet", FIRST), rewards(tmp_path / "2.parquet", SECOND))
    # Differences at h = 3: first 3, -2, 3, 0, 1; second 2, 1, 3, 0, 0.
    values = {key[2:]: (row["value"], row["n"]) for key, row in found.items() if key[0] == "3"}
    assert values["", "same_sign"] == ("0.6", "5")
    assert (float(values["1", "pairs_same_sign"][0]), values["1", "pairs_same_sign"][1]) == (pytest.approx(2 / 3), "3")
    assert (float(values["1", "pairs_again"][0]), values["1", "pairs_again"][1]) == (pytest.approx(2 / 3), "3")
    assert values["2", "pairs_same_sign"] == ("1.0", "2") and values["2", "pairs_again"] == ("0.5", "2")
    assert values["", "reward_icc"][1] == "10" and values["", "difference_icc"][1] == "5"
    # Means 2.5, -0.5, 3, 0, 0.5 about 1.1: between 2 * 9.7 / 4 = 4.85; within (1 + 9 + 0 + 0 + 1) / 2 / 5 = 1.1.
    assert float(values["", "difference_icc"][0]) == pytest.approx((4.85 - 1.1) / (4.85 + 1.1))
    # Ranks 4.5, 1, 4.5, 2, 3 and 4, 3, 5, 1.5, 1.5 about 3: 6 of the root of 9.5 * 9.5.
    assert float(values["", "difference_spearman"][0]) == pytest.approx(6 / 9.5)
    assert {row["personas"] for row in found.values()} == {"3"}
    # One discounted turn alone changes: b at turn 2 has 1 + 0.9 + 0.81.
    assert found["All", "0.9", "1.5", "pairs_again"]["n"] == "3"


def test_nothing_that_repeats_and_nothing_in_common(tmp_path):
    first = rewards(tmp_path / "1.parquet", FIRST)
    same = compare(tmp_path, first, first)
    shares = {row["value"] for row in same.values()}
    assert {round(float(value), 9) for value in shares} == {1.0}
    with pytest.raises(Problem, match="no turn in common"):
        compare(tmp_path, first, rewards(tmp_path / "2.parquet", {("z", 2): ([1], [0])}))
