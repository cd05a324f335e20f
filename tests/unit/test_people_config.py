"""Who judges what, in the config: systems that exist, raters enough, groups and files of their own."""

import copy
from pathlib import Path

import pytest

from scripts.config.load import load_config
from scripts.config.overlays import read_run
from scripts.provenance.errors import Problem

RUNS = ("paper", "demo", "laptop")


def refused(run: str, path: str, value: object) -> str:
    mapping = copy.deepcopy(read_run(run, Path.cwd()))
    *parents, last = path.split("/")
    here = mapping
    for part in parents:
        here = here[part]
    here[last] = value
    with pytest.raises(Problem) as caught:
        load_config(mapping)
    return str(caught.value)


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("eva_human/comfort/systems", ["mistral", "gpt40"], "eva_human.comfort.systems[1] = 'gpt40'"),
        ("eva_human/pairwise/systems", ["mistral_evaa", "mistral"], "Did you mean mistral_eva?"),
        (
            "eva_human/validity/systems",
            ["gpt"],
            "eva_human.validity.systems[0] = 'gpt': expected an entry of eva.systems",
        ),
        ("eva_human/pairwise/systems", ["mistral", "mistral"], "systems[1] = 'mistral': expected a system that stands"),
        ("eva_human/pairwise/systems", ["mistral"], "eva_human.pairwise.systems = ['mistral']: expected 2"),
        ("eva_human/validity/systems", ["mistral", "gpt4o"], "eva_human.validity.systems"),
        ("eva_human/comfort/systems", [], "eva_human.comfort.systems"),
        ("eva_human/comfort/per_item", 99, "eva_human.comfort.per_item = 99: expected at most people"),
        ("eva_human/comfort/people", 1, "eva_human.comfort.people = 1: expected at least 2"),
        ("eva_human/validity/group", "crowd", "also the group of eva_human.comfort"),
        ("eva_human/validity/group", "evad", "also the group of EVAD's raters"),
        ("eva_human/levels/group", "valid", "also the group of eva_human.validity"),
        ("eva_human/validity/file", "ratings/b_pairwise.csv", "also the file of eva_human.pairwise"),
        ("eva_benchmarks/systems", ["mistral", "nobody"], "eva_benchmarks.systems[1] = 'nobody'"),
        ("eva_benchmarks/systems", ["mistral", "mistral"], "expected a system that stands once"),
        ("eva_benchmarks/tasks", ["mmlu", "trivia"], "eva_benchmarks.tasks[1] = 'trivia'"),
    ],
)
def test_study_or_benchmark_that_cannot_be_is_refused_at_load_with_its_path(run, path, value, said):
    told = refused(run, path, value)
    assert said in told and "nothing was started" in told


def test_hosted_model_has_no_weights_to_score_in_benchmarks_but_people_can_judge_it():
    told = refused("paper", "eva_benchmarks/systems", ["gpt4o"])
    assert "eva_benchmarks.systems[0] = 'gpt4o': expected an entry of those of eva.systems that have weights" in told
    mapping = copy.deepcopy(read_run("paper", Path.cwd()))
    mapping["eva_human"]["comfort"]["systems"] = ["gpt35", "gpt4o", "mistral_wo_acq"]
    load_config(mapping)


def test_system_that_is_taken_out_is_missed_by_each_that_names_it():
    systems = read_run("paper", Path.cwd())["eva"]["systems"]
    told = refused("paper", "eva/systems", {name: one for name, one in systems.items() if name != "mistral_eva"})
    for path in ("eva_human.pairwise.systems[0]", "eva_human.validity.systems[0]", "eva_benchmarks.systems[1]"):
        assert path in told
