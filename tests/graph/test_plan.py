"""A build's jobs are held to the code it was planned with, also where each job evaluates the Snakefile anew."""

import json
import os
from pathlib import Path

from tests.graph.tree import dry_run

TARGET = "results/demo/personas/example.json"


def plans(tree: Path) -> list[Path]:
    return sorted((tree / ".cache" / "plans").glob("*.json"))


def test_controller_freezes_the_signature_of_every_rule(scratch):
    job = dry_run(scratch, "--profile", "demo", TARGET)[0]
    (plan,) = plans(scratch)
    frozen = json.loads(plan.read_text())
    assert frozen[f"{job.rule}@{job.code.partition('@')[2]}"] == job.code
    assert len(frozen) > 40


def test_job_that_evaluates_the_snakefile_after_an_edit_keeps_the_planned_signature(scratch, monkeypatch):
    before = {job.rule: job.code for job in dry_run(scratch, "--profile", "demo", TARGET)}
    (plan,) = plans(scratch)
    script = scratch / "scripts/personas/pick_example.py"
    script.write_text(script.read_text().replace("import argparse", "import argparse\nEDITED = 1", 1))
    monkeypatch.setitem(os.environ, "AFFIRM_PLAN", str(plan))
    assert {job.rule: job.code for job in dry_run(scratch, "--profile", "demo", TARGET)} == before
    monkeypatch.delitem(os.environ, "AFFIRM_PLAN")
    after = {job.rule: job.code for job in dry_run(scratch, "--profile", "demo", TARGET)}
    assert {rule for rule in before if before[rule] != after[rule]} == {"personas.pick_example"}
