"""Slow work kept by content: published again for equal inputs, command and code, and for nothing else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.provenance import keep
from scripts.provenance.sidecar import tree_sha256


@pytest.fixture
def job(project, tmp_path):
    """Runs `jobs.end` through the door with --keep; gives the sidecar's record."""

    def run(source: str = "abc\n", how: str = "succeed", newest: int = 2, **environment: str) -> dict:
        (tmp_path / "in.txt").write_text(source)
        (tmp_path / "out.txt").unlink(missing_ok=True)  # as Snakemake does before a job
        output, record = str(tmp_path / "out.txt"), str(tmp_path / "run.json")
        words = ["--log", str(tmp_path / "log"), "--sidecar", record, "--keep", "--in", str(tmp_path / "in.txt")]
        words += ["--out", output, "--", "jobs.end", how, str(tmp_path / "in.txt"), output]
        environment |= {"AFFIRM_CHECKPOINTS": str(tmp_path / "checkpoints")}
        environment["AFFIRM_OPERATION"] = json.dumps({"kept_checkpoints": newest})
        subprocess.run(
            [sys.executable, "-m", "scripts", *words], cwd=project, env=os.environ | environment, capture_output=True
        )
        return json.loads(Path(record).read_text())

    return run


def kept(tmp_path: Path) -> list[Path]:
    return [path.parent for path in (tmp_path / "checkpoints").glob("*/kept.json")]


def test_equal_job_is_published_again_without_running(job, tmp_path, project):
    first = job()
    (tmp_path / "out.txt").unlink()
    again = job()
    assert "kept" not in first and again["kept"] and again["status"] == "ok"
    assert (tmp_path / "out.txt").read_text() == "ABC\n" and again["outputs"] == first["outputs"]
    assert "published again" in (tmp_path / "log").read_text()
    assert (tmp_path / "out.txt").stat().st_mtime >= (tmp_path / "in.txt").stat().st_mtime


def test_edit_and_its_revert_cost_one_run(job, tmp_path):
    job("abc\n")
    assert "kept" not in job("other\n") and (tmp_path / "out.txt").read_text() == "OTHER\n"
    assert job("abc\n")["kept"] and (tmp_path / "out.txt").read_text() == "ABC\n"
    assert job("other\n")["kept"]


def test_newest_forms_are_kept_and_an_older_one_is_run_again(job, tmp_path):
    for source in ("one\n", "two\n", "three\n"):
        job(source)
    assert len(kept(tmp_path)) == 2
    assert "kept" not in job("one\n") and job("three\n")["kept"]
    assert "kept" not in job("two\n", newest=0)


@pytest.mark.parametrize("how", ["problem", "crash", "leave"])
def test_failed_job_is_not_kept(job, tmp_path, how):
    assert job(how=how)["status"] != "ok" and kept(tmp_path) == []


def test_damaged_copy_is_dropped_and_the_job_run(job, tmp_path):
    job()
    (tmp_path / "out.txt").unlink()
    (kept(tmp_path)[0] / "0").write_text("AB")
    assert "kept" not in job() and (tmp_path / "out.txt").read_text() == "ABC\n"
    assert (kept(tmp_path)[0] / "0").read_text() == "ABC\n"


@pytest.mark.parametrize(
    "change",
    [
        {"ran": "2"},
        {"rule": "b.c"},
        {"command": ["--rate", "2", "x", "y"]},
        {"inputs": {"x": "other"}},
        {"environment": {"torch": "2"}},
        {"backends": {"offline": "3"}},
    ],
)
def test_key_follows_everything_that_decides_the_bytes(change):
    record = {"rule": "a.b", "code": "1@e", "command": ["--rate", "1", "x", "y"], "inputs": {"x": "d"}}
    record |= {"environment": {}, "backends": {}, "ran": "1"}
    assert keep.key_of(record, ["y"]) != keep.key_of(record | change, ["y"])


def test_key_follows_content_not_paths_nor_what_varies():
    record = {"rule": "a.b", "code": "1@e", "command": ["x", "y"], "inputs": {"x": {"w": "1", "training.json": "2"}}}
    moved = {"command": ["x2", "y2"], "inputs": {"x2": {"w": "1", "training.json": "3", ".snakemake_timestamp": ""}}}
    base = record | {"environment": {}, "backends": {}, "ran": "1"}
    assert keep.key_of(base, ["y"]) == keep.key_of(base | moved, ["y2"])


def test_folders_come_back_whole_and_new(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFIRM_CHECKPOINTS", str(tmp_path / "checkpoints"))
    made = tmp_path / "adapter"
    (made / "deep").mkdir(parents=True)
    (made / "deep" / "weights").write_text("1")
    os.utime(made / "deep" / "weights", (1, 1))
    before = tree_sha256(str(made))
    keep.store("k", [str(made)], [before], 1)
    (made / "deep" / "stray").write_text("2")
    assert keep.republish("k", [str(made)], tree_sha256) and tree_sha256(str(made)) == before
    assert (made / "deep" / "weights").stat().st_mtime > 1


def test_cleaning_says_what_it_frees(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AFFIRM_CHECKPOINTS", str(tmp_path / "checkpoints"))
    (tmp_path / "a").write_bytes(b"x" * 2_000_000)
    keep.store("k", [str(tmp_path / "a")], [tree_sha256(str(tmp_path / "a"))], 1)
    (tmp_path / "a").unlink()
    keep.clean()
    assert "1 finished and 0 unfinished jobs dropped, 2.0 MB freed" in capsys.readouterr().out
    assert not (tmp_path / "checkpoints").exists()
