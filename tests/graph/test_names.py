"""One name for a rule, its script, its logs and its benchmark; every rule complete, signed and short."""

import importlib
import inspect
from pathlib import Path

import pytest
import yaml

from scripts.provenance.accepted import accepted_codes
from scripts.provenance.signature import signature
from tests.graph.tree import ROOT, STAGES, stage_of

BARE = {"tables.show_headline", "tables.show_laptop"}  # scripts for people, which no rule runs
LONGEST = 250


def test_every_rule_runs_the_script_of_its_name(rules):
    for name, rule in rules.items():
        stage = stage_of(rule["file"])
        assert f" -- {stage}.{name} " in rule["command"], name
        script = importlib.import_module(f"scripts.{stage}.{name}")
        for function in (script.main, script.parse_args):
            assert list(inspect.signature(function).parameters) == ["argv"], name
        assert not rule["run"] and not rule["script"], name


def test_every_script_of_a_stage_is_a_rule_or_a_known_bare_one(rules):
    ruled = {f"{stage_of(rule['file'])}.{name}" for name, rule in rules.items()}
    scripts = [f"{stage}.{path.stem}" for stage in STAGES for path in Path("scripts", stage).glob("*.py")]
    runnable = {name for name in scripts if hasattr(importlib.import_module(f"scripts.{name}"), "main")}
    assert runnable - ruled == BARE


def test_logs_and_benchmark_carry_the_rules_name_and_its_wildcards(rules):
    for name, rule in rules.items():
        stage = stage_of(rule["file"])
        stem = f"results/demo/logs/{stage}/{name}"
        text, run, measured = rule["logs"]["text"], rule["logs"]["run"], rule["benchmark"]
        assert rule["log_count"] == 2
        assert text.removesuffix(".log").split(".{")[0] == stem and text.endswith(".log"), name
        assert run == text.removesuffix(".log") + ".json", name
        assert measured == text.replace("/logs/", "/benchmarks/").removesuffix(".log") + ".tsv", name


def test_every_rule_says_what_it_makes(rules):
    for name, rule in rules.items():
        assert rule["doc"] and len(rule["doc"].strip().splitlines()) <= 2, name
        assert rule["message"], name


def test_every_rule_is_signed_with_its_own_code_and_environment(rules):
    for name, rule in rules.items():
        stage, environment = stage_of(rule["file"]), rule["conda"].removeprefix("../")
        code = signature(f"{stage}.{name}", environment)
        if code not in accepted_codes():  # for which an older one stands in by output
            assert rule["params"]["code"] == f"{code}@{environment}", name


def test_every_param_is_on_the_command_line_or_is_a_signature(rules):
    for name, rule in rules.items():
        unused = {param for param in rule["params"] if f"{{params.{param}" not in rule["command"]}
        assert unused <= {"backend", "backends", "named"}, name


def test_job_logs_do_not_collide(jobs):
    for kind in ("log", "sidecar"):
        paths = [getattr(job, kind) for job in jobs]
        assert len(set(paths)) == len(paths)


def test_gpu_model_is_given_to_exactly_the_rules_that_ask_for_a_gpu(rules):
    profile = yaml.safe_load(Path("slurm/profile.yaml").read_text(encoding="utf-8"))
    assert set(profile["set-resources"]) == {name for name, rule in rules.items() if "gpu" in rule["resources"]}
    assert "gpu_model" not in profile["default-resources"]  # the executor gives a GPU to every job that has one
    assert all(list(given) == ["gpu_model"] for given in profile["set-resources"].values())


def test_gpu_rules_ask_for_time_and_memory_too(rules):
    for name, rule in rules.items():
        if "gpu" in rule["resources"]:
            assert {"mem_mb", "runtime"} <= set(rule["resources"]), name


@pytest.mark.parametrize("folder, ending", [("scripts", "*.py"), ("rules", "*.smk")])
def test_no_file_is_too_long(folder, ending):
    long = [path for path in (ROOT / folder).rglob(ending) if len(path.read_text("utf-8").splitlines()) > LONGEST]
    assert long == []
