"""The benchmark of local generation: equal work for the ways it compares, and no figure when texts differ."""

import pytest

from benchmarks import bench_generate
from benchmarks.bench_generate import compared, rows, times, tiny_model


def test_prompts_have_about_the_length_asked_for_shortest_first():
    lengths = [len(row.prompt) for row in rows(64, 0.0, 5)]
    assert lengths == sorted(lengths) and len(lengths) == 32
    assert 48 <= lengths[0] < 56 and 72 < lengths[-1] <= 80
    assert [row.prompt for row in rows(64, 0.7, 9)] == [row.prompt for row in rows(64, 0.0, 5)]


def test_ratios_are_of_the_best_rounds_and_the_median_round():
    found = {"slow": [10.0, 30.0, 12.0], "quick": [2.0, 3.0, 1.0]}
    assert times(found, "slow", "quick") == "10.0 (10.0)"
    assert times({**found, "quick": [2.0, 2.0, 2.0]}, "slow", "quick") == "5.0 (6.0)"


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [0.0, 0.7])
def test_all_ways_write_the_same_texts_and_have_a_figure_for_every_round(temperature):
    found = compared(tiny_model(), 16, temperature, 2, answer=4)
    assert {name: len(values) for name, values in found.items()} == dict.fromkeys(
        ["lock step", "one by one", "transformers", "lock step, writing", "one by one, writing"], 2
    )
    assert all(value > 0 for name in bench_generate.WAYS for value in found[name])


@pytest.mark.slow
def test_a_batch_that_moves_a_text_gives_no_figure(monkeypatch):
    def moved(model, given):
        bench_generate.lock_step(model, given)
        given[3].ids[-1] += 1

    monkeypatch.setitem(bench_generate.WAYS, "lock step", moved)
    with pytest.raises(RuntimeError, match="the batch moved a text"):
        compared(tiny_model(), 16, 0.7, 1, answer=4)
