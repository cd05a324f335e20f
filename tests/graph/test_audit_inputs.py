"""audit/turns.csv is about every simulated dialogue that tables and training sets are made of, and no other."""

import pytest

from tests.graph.planned import planned


@pytest.mark.parametrize("words", [("--", "all"), ("--profile", "demo", "all")])
def test_turns_are_counted_in_all_dialogues_that_something_else_needs(tree, words):
    jobs = planned(tree, *words)[0]
    (table,) = [job for job in jobs if job.rule == "audit.tabulate_turns"]
    others = {name for job in jobs if job is not table for name in job.inputs}
    simulated = {name for job in jobs if job.rule == "dialogues.simulate_dialogues" for name in job.outputs}
    counted = [name for name in table.inputs if name.endswith(".jsonl")]
    assert len(counted) == len(set(counted)) and set(counted) == simulated & others == simulated
    assert len(simulated) >= 25


def test_pairs_of_both_settings_are_counted_once_made(tree):
    jobs = planned(tree, "--", "all")[0]
    (table,) = [job for job in jobs if job.rule == "audit.tabulate_reference_pairs"]
    made = {name for job in jobs if job.rule == "reference.build_reference_pairs" for name in job.outputs}
    assert set(table.inputs) == {name for name in made if name.endswith("_counts.json")} and len(table.inputs) == 4
    assert made.difference(table.inputs) <= {name for job in jobs if job is not table for name in job.inputs}
