"""One copy of the project for all graph tests, and what dry runs of the three runs list."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.graph.planner import Plan, Planner
from tests.graph.runs import TARGETS, build_runs, once
from tests.graph.tree import LAPTOP, Job, copy_tree, dry_run, put_dumps, rules_of


@pytest.fixture(scope="session")
def tree(tmp_path_factory) -> Path:
    """The project with empty dumps in place, as a user's first clone would be."""
    copy = copy_tree(tmp_path_factory.mktemp("graph") / "affirm")
    put_dumps(copy)
    return copy


@pytest.fixture
def scratch(tree, tmp_path) -> Path:
    """A copy of the copy, for a test that changes files."""
    return Path(shutil.copytree(tree, tmp_path / "affirm", symlinks=True))


@pytest.fixture(scope="session")
def rules(tree) -> dict[str, dict]:
    """Every rule of a stage, by name, as the demo sees it."""
    no_stage = ("Snakefile", "batches.smk", "batching.smk")
    return {name: rule for name, rule in rules_of(tree, "resources/demo.yaml").items() if rule["file"] not in no_stage}


@pytest.fixture(scope="session")
def paper_jobs(tree) -> list[Job]:
    return dry_run(tree, "results/table3.csv")


@pytest.fixture(scope="session")
def demo_jobs(tree) -> list[Job]:
    return dry_run(tree, "--profile", "demo", "all", "headline")


@pytest.fixture(scope="session")
def laptop_jobs(tree) -> list[Job]:
    return dry_run(tree, "--profile", "laptop", *LAPTOP)


@pytest.fixture(scope="session")
def jobs(paper_jobs, demo_jobs, laptop_jobs) -> list[Job]:
    """Every job of the paper's way to table 3, of the whole demo and of the laptop run."""
    return paper_jobs + demo_jobs + laptop_jobs


@pytest.fixture(scope="session")
def runs(tmp_path_factory) -> Path:
    """The project with finished builds of the three runs, whose artifacts are empty."""
    return once(tmp_path_factory, "runs", build_runs)


@pytest.fixture(scope="session")
def planner(runs, tmp_path_factory) -> Iterator[Planner]:
    """Two processes that plan the finished builds after edits, each in a copy of its own."""
    folder = tmp_path_factory.mktemp("edited")
    planner = Planner([Path(shutil.copytree(runs, folder / name, symlinks=True)) for name in ("one", "two")])
    yield planner
    planner.close()


@pytest.fixture(scope="session")
def base(planner) -> dict[str, Plan]:
    """The plans of the finished builds, by run: nothing to do."""
    plans = {run: planner.plan(run) for run in TARGETS}
    assert [job for plan in plans.values() for job in plan.values() if job.stale or job.own] == []
    return plans
