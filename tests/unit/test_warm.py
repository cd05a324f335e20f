"""A job in a fork of the warm parent does what a plain one does, byte by byte and code by code."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.provenance import warm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the warm parent needs Linux"),
]
HOLD = "import os, sys; print(os.environ['AFFIRM_WARM'], flush=True); sys.stdin.read(); sys.exit(5)"


def until(true, seconds: float = 90) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(word) for word in found.split()]


def start(project: Path) -> tuple[subprocess.Popen, str]:
    """A warm parent under a command that waits for its stdin to close, and the parent's socket."""
    words = [sys.executable, "-m", "scripts.provenance.warm", "--", sys.executable, "-c", HOLD]
    process = subprocess.Popen(words, cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    path = process.stdout.readline().strip()
    until(lambda: os.path.exists(path) or process.poll() is not None)
    return process, path


@pytest.fixture(scope="module")
def parent(project):
    """The environment of jobs under a warm parent; it has to end with its command."""
    process, path = start(project)
    served = [pid for pid in children(process.pid) if "--serve" in Path(f"/proc/{pid}/cmdline").read_text()]
    yield warm.ENVIRONMENT | {"AFFIRM_WARM": path}
    assert len(served) == 1 and alive(served[0])
    process.communicate(timeout=30)
    assert process.returncode == 5
    assert not alive(served[0]) and not os.path.exists(path)


def ended(process: subprocess.Popen) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def record(folder: Path) -> dict:
    return json.loads((folder / "run.json").read_text())


def compared(folder: Path) -> dict:
    """The record without what may differ between two equal builds."""
    return {name: value for name, value in record(folder).items() if name not in ("run", "environment")}


@pytest.mark.parametrize("how", ["succeed", "problem", "leave"])
def test_code_streams_record_and_output_are_those_of_a_plain_job(door, parent, tmp_path, how):
    plain = ended(door(how)), compared(tmp_path), (tmp_path / "out.txt").read_bytes()
    (tmp_path / "out.txt").unlink()
    assert (ended(door(how, **parent)), compared(tmp_path), (tmp_path / "out.txt").read_bytes()) == plain
    assert record(tmp_path)["run"]["warm"]


def test_crash_is_told_as_by_a_plain_job(door, parent, tmp_path):
    codes, messages = [], []
    for environment in ({}, parent):
        code, _, err = ended(door("crash", **environment))
        codes.append(code)
        messages.append(err.splitlines()[-1])
    assert codes == [1, 1] and messages == ["KeyError: 'lost'"] * 2
    assert "KeyError: 'lost'" in (tmp_path / "log.txt").read_text()


def test_changed_code_is_refused_under_a_warm_parent(door, parent):
    assert ended(door("succeed", "--code", "0123456789abcdef", **parent))[0] == 3


def test_bad_command_line_leaves_with_2_as_a_plain_one(project, parent):
    words = [sys.executable, "-m", "scripts", "--", "jobs.absent"]
    done = subprocess.run(words, cwd=project, env=os.environ | parent, capture_output=True, text=True)
    assert done.returncode == 2 and "no rule jobs.absent" in done.stderr


def test_killed_job_is_told_as_a_shell_tells_it_and_stays_recorded_as_running(door, parent, tmp_path):
    assert ended(door("kill", **parent))[0] == 128 + signal.SIGKILL
    assert record(tmp_path)["status"] == "running"


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_signal_reaches_the_job(door, parent, tmp_path, number, code):
    process = door("wait", **parent)
    until((tmp_path / "out.txt.pid").exists)
    process.send_signal(number)
    assert ended(process)[0] == code
    assert record(tmp_path)["exit_code"] == code


def test_job_dies_with_the_process_that_asked_for_it(door, parent, tmp_path):
    process = door("wait", **parent)
    until(lambda: (tmp_path / "out.txt.pid").exists() and (tmp_path / "out.txt.pid").read_text() != "")
    pid = int((tmp_path / "out.txt.pid").read_text())
    assert alive(pid) and pid != process.pid
    process.kill()
    process.communicate(timeout=30)
    until(lambda: not alive(pid), 10)


def test_training_writes_the_same_bytes_plain_and_warm_and_twice_at_once(project, parent, tmp_path):
    def train(name: str, seed: int, environment: dict) -> subprocess.Popen:
        words = [sys.executable, "-m", "scripts", "jobs.train", str(seed), str(tmp_path / name)]
        return subprocess.Popen(words, cwd=project, env=os.environ | warm.ENVIRONMENT | environment)

    jobs = [train("plain", 1, {}), train("warm", 1, parent), train("again", 1, parent), train("other", 2, parent)]
    assert [job.wait(timeout=60) for job in jobs] == [0] * 4
    plain, hot, again, other = ((tmp_path / name).read_bytes() for name in ("plain", "warm", "again", "other"))
    assert plain == hot == again != other
    assert (tmp_path / "plain.threads").read_text() == (tmp_path / "warm.threads").read_text()


def test_job_that_needs_another_environment_runs_plain(door, parent, tmp_path):
    assert ended(door("succeed", **parent | {"HF_HUB_OFFLINE": "0"}))[0] == 0
    assert not record(tmp_path)["run"]["warm"]


def test_job_runs_plain_where_no_parent_answers(door, tmp_path):
    assert ended(door("succeed", **warm.ENVIRONMENT, AFFIRM_WARM=str(tmp_path / "socket")))[0] == 0
    assert not record(tmp_path)["run"]["warm"]


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_terminated_or_killed_command_leaves_no_parent_behind(project, number, code):
    words = [sys.executable, "-m", "scripts.provenance.warm", "--", sys.executable, "-c", HOLD]
    with subprocess.Popen(words, cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        until(lambda: len(children(process.pid)) == 2)
        time.sleep(0.3)  # the parent has asked to die with this process by then
        started = [pid for pid in children(process.pid) if "--serve" in Path(f"/proc/{pid}/cmdline").read_text()]
        process.send_signal(number)
        assert process.wait(timeout=30) == code
        until(lambda: len(started) == 1 and not alive(started[0]), 30)
