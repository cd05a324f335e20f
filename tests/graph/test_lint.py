"""The rules as Snakemake's own linter and formatter see them; every rule of use, every wildcard bound to the config."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.graph.planned import planned
from tests.graph.tree import Job, snakemake

RULE_FILES = ["Snakefile", *sorted(map(str, Path("rules").glob("*.smk")))]
# Mistaken names on the command line, each of another wildcard; no rule takes them.
UNKNOWN = [
    "results/dialogues/nobody/test.jsonl",
    "results/dialogues/gpt/extra/test.jsonl",
    "results/dialogues/gpt/trian.jsonl",
    "results/judging/values/nobody/gpt.jsonl",
    "results/labels/dialogues/gpt/extra/test.parquet",
    "results/supporter/baseline/nocorpus_adapter",
    "results/supporter/other/sft_adapter",
    "results/supporter/value/dpo_adapter/ours_sft/h9_g1_t2",
    "results/reference/triple/value/sft_adapter",
    "results/reddit/otherdump/submissions.parquet",
    "results/external/nodataset/file.jsonl",
    "results/models/hub/gpt4o",
]


@pytest.mark.parametrize("run", [(), ("--profile", "demo"), ("--profile", "laptop")], ids=["paper", "demo", "laptop"])
def test_snakemake_lint_finds_nothing(tree, run):
    done = snakemake(tree, *run, "--lint")
    assert done.returncode == 0 and "in a good condition" in done.stdout + done.stderr, done.stdout + done.stderr


def test_rules_are_written_as_snakefmt_writes_them():
    command = [str(Path(sys.executable).with_name("snakefmt")), "--check", *RULE_FILES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


# Prints the pattern of each wildcard in each rule's outputs, and the rules that would make each path asked for.
_WILDCARDS = """
import json, sys
from pathlib import Path
from snakemake.api import SnakemakeApi
from snakemake.settings.types import OutputSettings, Quietness, ResourceSettings

with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
    rules = list(api.workflow(ResourceSettings(cores=1), snakefile=Path("Snakefile"))._workflow.rules)
    patterns = [
        [rule.name, name, getattr(file.wildcard_constraints().get(name), "pattern", None)]
        for rule in rules for file in rule.output for name in file.get_wildcard_names()
    ]
    makers = {path: [rule.name for rule in rules if rule.is_producer(path)] for path in sys.argv[1:]}
    print(json.dumps([patterns, makers]))
"""


@pytest.fixture(scope="module")
def wildcards(tree) -> tuple[list, dict]:
    command = [sys.executable, "-c", _WILDCARDS, *UNKNOWN]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    patterns, makers = json.loads(done.stdout.splitlines()[-1])
    return patterns, makers


def test_every_wildcard_takes_names_of_the_config_and_no_slash(wildcards):
    patterns, _ = wildcards
    assert len({name for _, name, _ in patterns}) >= 10
    for rule, name, pattern in patterns:
        assert pattern, f"{rule}: {name} takes anything"
        assert not re.fullmatch(pattern, "some/thing"), f"{rule}: {name}"
        assert name == "file" or not re.fullmatch(pattern, "nothing"), f"{rule}: {name}"


def test_no_rule_makes_a_path_with_an_unknown_name(wildcards):
    _, makers = wildcards
    assert {path: rules for path, rules in makers.items() if rules} == {}


def test_unknown_name_in_a_path_is_told_in_three_lines_and_starts_no_search(tree):
    done = snakemake(tree, "-n", UNKNOWN[1])
    said = (done.stdout + done.stderr).partition("Building DAG of jobs...")[2].strip().splitlines()
    assert done.returncode != 0
    assert len(said) <= 3 and said[0].startswith("MissingRuleException") and UNKNOWN[1] in said[1], said


@pytest.fixture(scope="module")
def reached(tree, paper_jobs, demo_jobs, laptop_jobs) -> set[str]:
    """Rules that any aggregate of the three runs reaches."""
    jobs: list[Job] = [*planned(tree, "--", "all")[0], *paper_jobs, *demo_jobs, *laptop_jobs]
    return {job.rule.split(".")[1] for job in jobs}


def test_every_rule_is_reached_by_a_target(rules, reached):
    assert set(rules) - reached == {"tabulate_cost"}  # asked for by name (`make cost`): answers come from every job
