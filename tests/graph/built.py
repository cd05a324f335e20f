"""A finished demo build in half a minute: artifacts that are empty, sidecars that are not.

The jobs are run by a front door that only makes the outputs. It is operational, so the graph's signatures are the real
ones. The sidecars are then written by the real code, from the plan.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.graph.runs import TARGETS, once, put_fast_door
from tests.graph.tree import copy_tree, snakemake

RECORD = """
import sys
from scripts.provenance.causes import words_of
from scripts.provenance.plan import configfiles_of, plan
from scripts.provenance.sidecar import Sidecar
from scripts.provenance.signature import parts

targets = sys.argv[1:]
for job in plan(configfiles_of("demo"), targets or ["all", "headline"]):
    if job.command and (not targets or set(targets) & set(job.outputs)):
        sidecar = Sidecar(job.sidecar, job.rule, words_of(job), job.code)
        environment = job.code.partition("@")[2]
        sidecar.note_environment(environment)
        sidecar.record["parts"] = parts(f"scripts/{job.rule.replace('.', '/')}.py", environment)
        sidecar.note_inputs(list(job.inputs))
        sidecar.note_outputs(list(job.outputs))
        sidecar.finish("ok", 0)
"""


def python(tree: Path, *words: str) -> subprocess.CompletedProcess:
    """A Python command in the tree."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AFFIRM_")}
    return subprocess.run(
        [sys.executable, *words], cwd=tree, env=environment, capture_output=True, text=True, timeout=300
    )


def make(tree: Path, *targets: str) -> None:
    """Builds the targets of the demo, and records those that are files (all jobs for the whole demo)."""
    done = snakemake(tree, "--quiet", "all", "--profile", "demo", *(targets or TARGETS["demo"]))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    done = python(tree, "-c", RECORD, *targets)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def _build(folder: Path) -> None:
    put_fast_door(copy_tree(folder))
    make(folder)


def finished_demo(factory: pytest.TempPathFactory) -> Path:
    """A copy of the finished build for one test module."""
    built = once(factory, "recorded", _build)
    return Path(shutil.copytree(built, factory.mktemp("built") / "affirm", symlinks=True))
