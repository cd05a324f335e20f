"""Our statistics beside R's on random samples (tests/unit/r/statistics.R wrote what R says)."""

import csv
import math
from pathlib import Path

import pytest

from scripts.stats.agreement import kendall
from scripts.stats.correlation import spearman
from scripts.stats.significance import holm, mann_whitney, wilcoxon_half
from scripts.tables.comparisons import binomial

with open(Path(__file__).parent / "r" / "statistics.csv", encoding="utf-8", newline="") as stream:
    CASES = list(csv.DictReader(stream))


def numbers(cell: str) -> list[float]:
    return [float(word) for word in cell.split() if word != "NA"]


def ours(row: dict[str, str]) -> tuple[list[float], list[float]]:
    """The statistic, if R has one, and p of one case."""
    x, y = numbers(row["x"]), numbers(row["y"])
    match row["what"]:
        case "mann_whitney":
            found = mann_whitney(x, y)
            return [found.u], [found.p]
        case "wilcoxon_half":
            return [], [wilcoxon_half(x)]
        case "spearman":
            rho, p = spearman(list(zip(x, y, strict=True)))
            return [rho], [p]
        case "kendall":
            return [kendall(x, y)], []
        case "holm":
            return [], holm(x)
        case "binomial":
            return [], [binomial(int(x[0]), int(y[0]))]
    raise AssertionError(row["what"])


@pytest.mark.parametrize("what", ["mann_whitney", "wilcoxon_half", "spearman", "kendall", "holm", "binomial"])
def test_r_says_the_same_of_random_samples(what):
    cases = [row for row in CASES if row["what"] == what]
    assert len(cases) == 25
    for row in cases:
        statistic, p = ours(row)
        if statistic:
            assert statistic == pytest.approx(numbers(row["statistic"]), abs=1e-9), row["case"]
        assert p == pytest.approx(numbers(row["p"]), rel=1e-6, abs=1e-12), row["case"]
    said = [math.log(max(number, 1e-12)) for row in cases for number in numbers(row["p"])]
    assert what == "kendall" or max(said) - min(said) > 1  # the cases are not all alike
