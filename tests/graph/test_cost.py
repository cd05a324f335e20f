"""The estimate knows every job of the graph that asks a model, and the ledger follows the journals."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from scripts.config.load import load_config
from scripts.config.overlays import leaves, read_run
from scripts.provenance.price import read_estimates
from scripts.provenance.steps import REMOTE, Step, settings_of, steps_of
from scripts.text.files import read_csv
from tests.graph.planned import planned
from tests.graph.tree import ROOT, Job, dry_run, snakemake

TARGETS = {  # what asks all that the run can ask; the laptop's other targets want real dumps
    "paper": ("--", "all"),
    "demo": ("--profile", "demo", "all"),
    "laptop": (
        *("--profile", "laptop"),
        *(f"results/laptop/table{n}.csv" for n in (2, 3, 5, 7, 8, 11, 12, 13, 14, 19, 20, 21, 22, 23, 29)),
        "results/laptop/audit/reward_reliability.csv",
        "results/laptop/eva/table7.csv",
    ),
}
COST = "results/demo/audit/cost.csv"


def asked(jobs: Iterable[Job]) -> dict[tuple[str, str, str, str], tuple[str, ...]]:
    """The command of each job by rule, artifact, option and the model that the option names."""
    found = {}
    for job in jobs:
        for option, value in zip(job.argv, job.argv[1:], strict=False):
            entry = json.loads(value) if value.startswith('{"') and option.startswith("--") else {}
            if entry.get("backend") in REMOTE:
                found[job.rule, job.outputs[0], option, entry["id"]] = job.argv
    return found


def steps(run: str) -> list[Step]:
    config = load_config(read_run(run, ROOT)).model_dump(mode="json")
    return list(steps_of(settings_of(config), config["pathvars"]["results"]))


@pytest.mark.parametrize("run", TARGETS)
def test_steps_of_the_config_are_the_asking_jobs_of_the_graph(tree, run):
    commands = asked(planned(tree, *TARGETS[run])[0])
    found = {(step.rule, step.artifact, step.option, step.model): step for step in steps(run)}
    assert found.keys() == commands.keys() and len(found) == len(steps(run)) > 50
    for key, step in found.items():
        for option, number in step.given.items():
            assert float(commands[key][commands[key].index(option) + 1]) == number, key


@pytest.mark.parametrize("run", ["paper", "demo"])
def test_every_step_has_an_estimate(run):
    estimates = read_estimates(ROOT, leaves(read_run(run, ROOT)))
    for step in steps(run):
        calls, tokens_in, tokens_out = estimates.of(step)
        assert 10 < calls < tokens_in and tokens_out > calls, step


def test_estimate_reads_the_prompts_that_its_table_names_and_is_shown_in_the_report(demo_jobs):
    (job,) = [job for job in demo_jobs if job.rule == "audit.estimate_cost"]
    cells = "+".join(row[column] for row in read_csv(ROOT / "resources/estimates.csv") for column in row)
    named = {name for name in re.split(r"[+*]", cells) if re.fullmatch(r"[AB]-[A-Z0-9-]+", name)}
    assert {Path(name).stem for name in job.inputs if "/prompts/" in name} == named and len(named) > 8
    pages = [page for page in demo_jobs if page.rule == "audit.build_report"]
    assert pages and all(job.outputs[0] in page.inputs and COST not in page.inputs for page in pages)


def journal(tree: Path, name: str, count: int, model: str) -> Path:
    path = tree / "journal" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 100_000}
    line = {"key": "0", "id": "r", "model": model, "at": 1_700_000_000, "text": "", "usage": usage}
    with open(path, "a", encoding="utf-8") as stream:
        stream.write((json.dumps(line) + "\n") * count)
    return path


def test_ledger_reads_this_runs_journals_and_is_stale_when_one_of_them_grows(scratch):
    journal(scratch, "results/demo/judging/skills/a.jsonl.jsonl", 2, "gpt-4o-mini-2024-07-18")
    journal(scratch, "results/demo/judging/skills/a.jsonl.failures.jsonl", 1, "none")
    journal(scratch, "results/judging/skills/a.jsonl.jsonl", 4, "gpt-4o-mini-2024-07-18")  # of the paper's run
    paper = dry_run(scratch, "results/audit/cost.csv")
    assert [name for name in paper[0].inputs if "journal" in name] == ["journal/results/judging/skills/a.jsonl.jsonl"]
    for grown, usd in ((0, 0.42), (1, 0.63)):
        if grown:
            journal(scratch, "results/demo/judging/skills/a.jsonl.jsonl", grown, "gpt-4o-mini-2024-07-18")
        done = snakemake(scratch, "--quiet", "all", "--profile", "demo", "--cores", "1", COST)
        assert done.returncode == 0, done.stderr
        assert [float(row["usd"]) for row in read_csv(scratch / COST)] == [pytest.approx(usd)]
        assert dry_run(scratch, "--profile", "demo", COST) == []
