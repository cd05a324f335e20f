"""Where jobs put what does not fit in memory: a folder of their own, readable in the sandbox too, gone at the end."""

import json
import os
import subprocess
import sys

import pytest

SPILL = """
import os
from pathlib import Path

from scripts.provenance.drafts import spill_folder


def main(argv):
    with spill_folder(argv[0]) as folder:
        found = sorted(path.name for path in folder.iterdir())
        (folder / "part").write_text("spilled")
        told = [(folder / "part").read_text(), oct(folder.stat().st_mode & 0o777), str(found), str(folder.resolve())]
    if len(argv) > 1:
        os.kill(os.getpid(), 9)
    Path(argv[0]).write_text("\\n".join(told))
"""


@pytest.fixture
def run(project, tmp_path):
    """Runs a job that spills; its output tells what it read back, the folder's rights, what lay there and the place."""
    (project / "scripts" / "jobs" / "spill.py").write_text(SPILL)
    output = tmp_path / "out"

    def start(spill_dir: str | None, *more: str, **variables: str) -> tuple[int, str, list[str]]:
        environment = {
            "AFFIRM_PROTECTED": json.dumps([str(project)]),
            "AFFIRM_OPERATION": json.dumps({"sandbox": True, "spill_dir": spill_dir}),
        }
        done = subprocess.run(
            [sys.executable, "-m", "scripts", "--out", str(output), "--", "jobs.spill", str(output), *more],
            cwd=project,
            env=os.environ | environment | variables,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stderr, output.read_text().split("\n") if output.exists() else []

    return start


@pytest.mark.parametrize("place", ["inside", "beside", "above", "elsewhere", "$SCRATCH/mine"])
def test_what_is_spilled_is_read_back_from_the_named_folder_in_the_sandbox(run, project, tmp_path, place):
    places = {"inside": "scratch", "beside": str(project.parent / "scratch"), "above": str(project.parent)}
    named = places.get(place, place.replace("elsewhere", str(tmp_path / "far" / "away")))
    code, said, told = run(named, SCRATCH=str(tmp_path / "of_the_node"))
    assert code == 0, said
    parent = (project / named.replace("$SCRATCH", str(tmp_path / "of_the_node"))).resolve()
    assert told[:3] == ["spilled", "0o700", "[]"] and told[3].startswith(f"{parent}/affirm-")
    assert not [name for name in os.listdir(parent) if name.startswith("affirm-")]


def test_without_a_named_folder_it_lies_beside_the_output(run, tmp_path):
    code, said, told = run(None)
    assert code == 0, said
    assert told[3] == str(tmp_path.resolve() / ".drafts.out") and [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_job_spilled_is_gone_when_the_next_one_starts(run, tmp_path):
    far = tmp_path / "far"
    assert run(str(far), "kill")[0] == -9 and len(list(far.glob("affirm-*/part"))) == 1
    code, said, told = run(str(far))
    assert code == 0, said
    assert told[2] == "[]" and list(far.iterdir()) == []


def test_a_variable_that_the_machine_lacks_is_told(run):
    code, said, told = run("$NO_SUCH_SCRATCH/mine")
    assert (
        (code, told) == (2, []) and "operation.spill_dir is $NO_SUCH_SCRATCH/mine" in said and "Traceback" not in said
    )


def test_a_folder_that_cannot_be_made_is_told(run, tmp_path):
    (tmp_path / "file").write_text("")
    code, said, told = run(str(tmp_path / "file"))
    assert (code, told) == (2, []) and "cannot be made" in said and "Traceback" not in said


def test_a_folder_of_someone_else_is_refused(tmp_path, monkeypatch):
    from scripts.provenance import drafts
    from scripts.provenance.errors import Problem

    monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"spill_dir": str(tmp_path)}))
    monkeypatch.setattr(drafts.os, "getuid", lambda: 12345)
    with pytest.raises(Problem, match="belongs to someone else"), drafts.spill_folder(tmp_path / "out"):
        pass
