"""Thirty random edits really rebuilt: what follows from an edit comes out as from nothing, all else stays as it was.

Edits whose own jobs differ share a build. Each build is done twice in copies of the finished demo: as a person would,
and with everything that follows from the edits deleted before (artifacts, journals, kept work). The copies are thrown
away, so nothing has to be undone.
"""

import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.provenance.sidecar import VARIES
from scripts.provenance.warm import ENVIRONMENT
from tests.graph.compare import closure, files_of
from tests.graph.edits import Edit, file_edits, leaf_edits, module_edits, tracked
from tests.graph.leaves import science
from tests.graph.planner import Plan, Planner

SEED = 20
EDITS, GROUPS = 30, 5
SLOW = re.compile(r"\.(train|simulate|roll_out)_")  # rules that no drawn edit leads to
REPORT = "audit.build_report"  # tells run times and dates: it never comes out the same
NAMES_ROWS = "systems."  # labels that the published tables know rows by
FAILS = "measures.intensity.max_failed"  # a bare tiny base answers nothing usable: below 1 its step rightly fails
KEYED = re.compile(
    r"published/(a_table(24|27|33|34)|b_table0(1_labels|4|5))"
)  # their numbers name rows, and a row that nothing builds, or that stands twice, is an error


@pytest.fixture(scope="module")
def socket(demo, tmp_path_factory) -> Iterator[str]:
    """A parent that has the heavy libraries loaded, for all the builds."""
    path = tmp_path_factory.mktemp("warm") / "socket"
    command = [sys.executable, "-m", "scripts.provenance.warm", "--serve", str(path)]
    parent = subprocess.Popen(command, cwd=demo.folder, env=os.environ | ENVIRONMENT)
    while not path.exists():
        assert parent.poll() is None
        time.sleep(0.05)
    yield str(path)
    parent.kill()
    parent.wait()


@pytest.fixture(scope="module")
def plan(demo, socket) -> Plan:
    """The demo's graph without the report."""
    planner = Planner([demo.folder])
    jobs = planner.plan("demo")
    planner.close()
    assert [job for job in jobs.values() if job.stale] == []
    return {key: job for key, job in jobs.items() if job.rule != REPORT}


@pytest.fixture(scope="module")
def groups(plan) -> list[list[Edit]]:
    """Thirty random edits that are quick to rebuild; those of a group share no own job if it can be helped."""
    read = {name for job in plan.values() for name in job.inputs}
    names = [name for name in tracked("resources") if "prompts/A-" not in name and name in read]
    pool = [*file_edits(plan, names), *module_edits(plan), *leaf_edits("demo", plan, science("demo"))]
    pool = [edit for edit in pool if edit.roots and not edit.name.startswith(NAMES_ROWS)]
    pool = [edit for edit in pool if not any(SLOW.search(plan[key].rule) for key in closure(plan, edit.roots))]
    assert len(pool) > 40
    groups: list[list[Edit]] = [[] for _ in range(GROUPS)]
    for edit in random.Random(SEED).sample(pool, EDITS):
        if KEYED.search(edit.name) or edit.name == FAILS:
            continue
        fitting = [group for group in groups if all(edit.roots.isdisjoint(other.roots) for other in group)]
        min(fitting or groups, key=len).append(edit)
    return groups


def edited_copy(demo, group: list[Edit], folder: Path) -> Path:
    """A copy of the finished demo, times included, after the edits."""
    shutil.copytree(demo.folder, folder, symlinks=True)
    for name, text in files_of("demo", group).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def build(folder: Path, socket: str, targets: list[str]) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AFFIRM_")}
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--profile", "demo", "--cores", "2", "--", *targets],
        cwd=folder,
        env=clean | ENVIRONMENT | {"AFFIRM_WARM": socket},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]


def content(folder: Path, name: str) -> dict[str, str]:
    """The sha256 of an artifact's files, but for those that hold seconds."""
    named = [path for path in files(folder, name) if path.name not in VARIES]
    return {str(path): hashlib.sha256((folder / path).read_bytes()).hexdigest() for path in named}


def times(folder: Path, name: str) -> dict[str, int]:
    return {str(path): (folder / path).stat().st_mtime_ns for path in files(folder, name)}


def files(folder: Path, name: str) -> list[Path]:
    path = folder / name
    found = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    return sorted(file.relative_to(folder) for file in found)


def forget(folder: Path, names: set[str]) -> None:
    """Deletes the artifacts, the answers that they were made from, and all work that is kept by content."""
    for name in names:
        for path in (folder / name, folder / "journal" / f"{name}.jsonl"):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    shutil.rmtree(folder / "checkpoints", ignore_errors=True)


@pytest.mark.parametrize("number", range(GROUPS))
def test_rebuild_after_random_edits_equals_one_from_nothing_and_leaves_all_else_alone(
    demo, plan, socket, groups, number, tmp_path
):
    group = groups[number]
    names = ", ".join(edit.name for edit in group)
    follows = closure(plan, frozenset(key for edit in group for key in edit.roots))
    inside = {name for key in follows for name in key}
    targets = [min(key) for key in plan]
    outside = {name for key in plan for name in key} - inside

    rebuilt = edited_copy(demo, group, tmp_path / "rebuilt")
    build(rebuilt, socket, targets)
    afresh = edited_copy(demo, group, tmp_path / "afresh")
    forget(afresh, inside)
    build(afresh, socket, targets)

    for name in outside:
        assert content(rebuilt, name) == content(demo.folder, name), f"{name} moved after {names}"
        assert times(rebuilt, name) == times(demo.folder, name), f"{name} was written after {names}"
    for name in inside:
        assert content(rebuilt, name) == content(afresh, name), f"{name} differs from a fresh build after {names}"
        assert times(rebuilt, name) != times(demo.folder, name), f"{name} was not rebuilt after {names}"
    shutil.rmtree(tmp_path)


def test_the_edits_are_of_every_kind(groups):
    kinds = {edit.own if not edit.leaves else "leaf" for group in groups for edit in group}
    assert kinds == {"inputs", "params", "leaf"}
