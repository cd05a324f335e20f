"""`make accept`: what a person accepted is up to date, and the next edit makes it stale again."""

import csv
import os
import shutil
from pathlib import Path

import pytest

from tests.graph.built import finished_demo, make, python
from tests.graph.tree import dry_run

MODULE = "scripts/judging/finished.py"  # run by the three judges
TARGET = "results/demo/table3.csv"
SKILLS = "results/demo/judging/skills"


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    return finished_demo(tmp_path_factory)


@pytest.fixture
def project(built):
    """The finished demo; files that a test changes are put back, also what it built."""
    kept = ("scripts", "resources", "results", ".snakemake/metadata")
    safe = built.with_name("safe")
    for name in kept:
        shutil.copytree(built / name, safe / name)
    yield built
    for name in kept:
        shutil.rmtree(built / name)
        shutil.move(safe / name, built / name)


def edit(project: Path, number: int) -> None:
    """The module with another constant at its end; 0 takes it back."""
    path = project / MODULE
    text = path.read_text(encoding="utf-8").partition("\nEXTRA")[0]
    path.write_text(text + (f"\nEXTRA = {number}\n" if number else ""), encoding="utf-8")


def stale(project: Path, *targets: str) -> set[str]:
    """The outputs that `snakemake -n` would make."""
    jobs = dry_run(project, "--profile", "demo", *(targets or (TARGET,)))
    return {name for job in jobs for name in job.outputs}


def accept(project: Path, *words: str, reason: str = "names a constant"):
    return python(project, "-m", "scripts.provenance.accept", "--run", "demo", "--reason", reason, *words)


def accepted(project: Path, *words: str) -> str:
    done = accept(project, *(words or (TARGET,)))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


def rows(project: Path) -> list[dict[str, str]]:
    with open(project / "resources/accepted.csv", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_accepted_edit_is_up_to_date_until_the_next_one_and_its_revert_too(project):
    edit(project, 1)
    before = stale(project)
    assert f"{SKILLS}/gpt.jsonl" in before and TARGET in before
    said = accepted(project)
    assert f"{MODULE} changed: 26 jobs run it, 1 follows" in said
    assert "\n27 jobs are no longer stale." in said and "\nNothing is stale: " in said
    first = rows(project)
    assert {row["artifact"] for row in first} == {
        f"{SKILLS}/*.jsonl",
        "results/demo/judging/intensity/*.jsonl",
        "results/demo/judging/values/ours_dpo/*.jsonl",
    }
    assert {row["reason"] for row in first} == {"names a constant"} and all(row["who"] for row in first)
    edit(project, 2)
    assert stale(project) == before
    said = accepted(project, "results/demo/report.html")  # the records are of the first code: A to C, not B to C
    assert "resources/accepted.csv changed: 1 job reads it, 1 follows" in said  # the report shows what was accepted
    assert len(rows(project)) == 6 and {row["old"] for row in rows(project)} == {row["old"] for row in first}
    assert stale(project, "results/demo/report.html") == {"results/demo/audit/accepted.csv", "results/demo/report.html"}
    edit(project, 0)
    assert stale(project) == set()


def test_artifact_built_after_the_acceptance_stays_valid(project):
    edit(project, 1)
    accepted(project)
    lost = f"{SKILLS}/gpt.jsonl"
    os.unlink(project / lost)
    make(project, lost)
    assert stale(project, lost) == set()
    edit(project, 2)
    assert lost in stale(project, lost)


def test_artifact_that_the_new_code_built_is_not_given_the_old_signature(project):
    edit(project, 1)
    fresh = f"{SKILLS}/gpt.jsonl"
    make(project, fresh)
    accepted(project)
    assert f"{SKILLS}/*.jsonl" not in {row["artifact"] for row in rows(project)}
    assert f"{SKILLS}/llama.jsonl" in {row["artifact"] for row in rows(project)}
    assert fresh not in stale(project)
    assert not any(name.startswith("results/demo/judging") for name in stale(project))


def test_edit_of_a_prompt_is_named_and_nothing_is_accepted(project):
    edit(project, 1)
    prompt = project / "resources/prompts/compact/A-SKILL.md"
    prompt.write_text(
        prompt.read_text(encoding="utf-8").replace("[user]\n", "[user]\nMind this. ", 1), encoding="utf-8"
    )
    done = accept(project, TARGET)
    assert done.returncode == 1
    assert "resources/prompts/compact/A-SKILL.md changed: 9 jobs read it" in done.stderr
    assert "nothing was accepted" in done.stderr and rows(project) == []


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_no_reason_accepts_nothing(project, reason):
    edit(project, 1)
    done = accept(project, TARGET, reason=reason)
    assert done.returncode == 1 and "REASON" in done.stderr
    assert rows(project) == []


def test_nothing_stale_is_said_and_a_lost_artifact_is_no_hindrance(project):
    done = accept(project, TARGET)
    assert done.returncode == 1 and "no finished job" in done.stderr
    edit(project, 1)
    os.unlink(project / f"{SKILLS}/gpt.jsonl")
    os.unlink(project / TARGET)
    said = accepted(project)
    assert "an output is missing: " in said
    assert not any(name.startswith("results/demo/judging/values") for name in stale(project))
