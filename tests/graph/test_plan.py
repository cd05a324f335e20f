"""A build's jobs are held to the code it was planned with, also where each job evaluates the Snakefile anew."""

import json
import os
import shutil
from pathlib import Path

from tests.graph.tree import dry_run

TARGET = "results/demo/personas/example.json"


def frozen(tree: Path) -> tuple[dict[str, str], Path]:
    """Signatures of the rules of a dry run by rule, and the file that they were frozen in."""
    shutil.rmtree(tree / ".cache" / "plans", ignore_errors=True)  # of runs of other tests
    codes = {job.rule: job.code for job in dry_run(tree, "--profile", "demo", TARGET)}
    (plan,) = (tree / ".cache" / "plans").glob("*.json")
    return codes, plan


def test_controller_freezes_the_signature_of_every_rule(scratch):
    codes, plan = frozen(scratch)
    known = json.loads(plan.read_text())
    assert {rule: known[f"{rule}@{code.partition('@')[2]}"] for rule, code in codes.items()} == codes
    assert len(known) > 40


def test_job_that_evaluates_the_snakefile_after_an_edit_keeps_the_planned_signature(scratch, monkeypatch):
    before, plan = frozen(scratch)
    script = scratch / "scripts/personas/pick_example.py"
    script.write_text(script.read_text().replace("import argparse", "import argparse\nEDITED = 1", 1))
    monkeypatch.setitem(os.environ, "AFFIRM_PLAN", str(plan))
    assert {job.rule: job.code for job in dry_run(scratch, "--profile", "demo", TARGET)} == before
    monkeypatch.delitem(os.environ, "AFFIRM_PLAN")
    after = {job.rule: job.code for job in dry_run(scratch, "--profile", "demo", TARGET)}
    assert {rule for rule in before if before[rule] != after[rule]} == {"personas.pick_example"}
