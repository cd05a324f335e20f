"""The progress line a person follows, on real Snakemake runs of two jobs."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.provenance.follow import failures

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
FLOW = """
rule first:
    output: "one.txt"
    message: "making one"
    shell: "echo 1 > {{output}}"

rule second:
    input: "one.txt"
    output: "two.txt"
    message: "making two of {{input}}"
    shell: "{second}"
"""


def follow(folder: Path, *command: str) -> subprocess.CompletedProcess:
    words = [sys.executable, "-m", "scripts.provenance.follow", str(folder / "logs" / "build.log"), "--", *command]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture
def build(tmp_path):
    def run(second: str) -> subprocess.CompletedProcess:
        (tmp_path / "Snakefile").write_text(FLOW.format(second=second))
        words = ["--snakefile", str(tmp_path / "Snakefile"), "--directory", str(tmp_path), "--cores", "1"]
        return follow(tmp_path, sys.executable, "-m", "snakemake", *words, "--workflow-profile", "none", "two.txt")

    return run


def test_each_finished_job_is_one_line_with_its_place_what_it_made_and_seconds(build, tmp_path):
    done = build("cp {input} {output}")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.rsplit(" (", 1)[0] for line in lines] == ["[  1 of 2] making one", "[  2 of 2] making two of one.txt"]
    assert all(line.endswith(" s)") and float(line.rsplit("(", 1)[1][:-3]) < 60 for line in lines)
    assert "Finished jobid" in (tmp_path / "logs" / "build.log").read_text()


def test_failed_build_keeps_its_code_and_says_where_the_log_is(build, tmp_path):
    done = build("echo why >&2; exit 3")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith("[  1 of 2] making one")
    told = ["second returned non-zero exit status 3. Its log: none", "why", ""]
    end = f"The build stopped; the whole log is {tmp_path / 'logs' / 'build.log'}. Run the same command again to go on."
    assert done.stderr.splitlines() == [*told, end]


MANY = """
rule all:
    input: "bad.txt", expand("{number}.txt", number=range(20))

rule bad:
    output: "bad.txt"
    log: "logs/bad.log"
    message: "making a bad one"
    priority: 1
    shell: "echo what was wrong >&2; echo what to do >&2; exit 2"

rule good:
    output: "{number}.txt"
    message: "making {output}"
    shell: "echo > {output}"
"""


def test_failed_job_is_told_also_when_many_others_follow_it(tmp_path):
    (tmp_path / "Snakefile").write_text(MANY)
    options = ["--cores", "1", "--workflow-profile", "none", "--keep-going"]
    done = follow(tmp_path, sys.executable, "-m", "snakemake", *options)
    assert done.returncode == 1 and len(done.stdout.splitlines()) == 20
    told = ["bad returned non-zero exit status 2. Its log: logs/bad.log", "what was wrong", "what to do", ""]
    assert done.stderr.splitlines()[:4] == told and len(done.stderr.splitlines()) == 5


def test_words_of_a_failed_job_are_told_also_when_another_job_ended_before_it_did():
    ended = "Command 'x' returned non-zero exit status 2."
    failed = [
        "RuleException:",
        "CalledProcessError in file",
        ended,
        "[Sun Nov 22]",
        "Error in rule read:",
        "    jobid: 4",
    ]
    lines = ["read: line 2 is not JSON.", "Finished jobid: 5 (Rule: read)", "", "Job 1: other", *failed]
    lines += ["read: line 7 is not JSON.", "Finished jobid: 6 (Rule: read)", *failed]
    told = failures(lines)
    assert [line for line in told if "JSON" in line] == ["read: line 2 is not JSON.", "read: line 7 is not JSON."]
    assert sum(line.startswith("read returned non-zero exit status 2.") for line in told) == 2


def test_what_cannot_be_vouched_for_is_passed_on(tmp_path):
    said = "vouch: 1 of them cannot be vouched for:\nvouch:   table.csv: not the bytes that its job wrote\n"
    done = follow(tmp_path, sys.executable, "-c", f"print({'other' + chr(10) + said!r}, end='')")
    assert (done.returncode, done.stdout) == (0, said)


def test_build_that_cannot_start_shows_the_end_of_its_log(tmp_path):
    (tmp_path / "Snakefile").write_text("rule first:\n    input: 'absent.txt'\n    output: 'one.txt'\n")
    done = follow(tmp_path, sys.executable, "-m", "snakemake", "--cores", "1", "--workflow-profile", "none")
    assert done.returncode == 1 and "MissingInputException" in done.stderr and "absent.txt" in done.stderr


def test_command_ended_by_a_signal_is_told_as_a_shell_tells_it(tmp_path):
    assert follow(tmp_path, "sh", "-c", "kill -9 $$").returncode == 137


def started(folder: Path, seconds: int) -> subprocess.Popen:
    """A bare Snakemake in the folder whose second job sleeps, once that job runs."""
    (folder / "Snakefile").write_text(FLOW.format(second=f"sleep {seconds}; cp {{input}} {{output}}"))
    words = [sys.executable, "-m", "snakemake", "--cores", "1", "--workflow-profile", "none", "two.txt"]
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        if (folder / "one.txt").exists() and any((folder / ".snakemake" / "incomplete").glob("*")):
            return process
        time.sleep(0.1)
    pytest.fail("the second job never started")


def test_a_killed_build_goes_on_with_the_same_command(tmp_path):
    process = started(tmp_path, 3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert any((tmp_path / ".snakemake" / "locks").iterdir())
    time.sleep(4)  # the orphaned job's shell ends by itself
    options = ["--cores", "1", "--workflow-profile", "none", "--rerun-incomplete", "two.txt"]
    done = follow(tmp_path, sys.executable, "-m", "snakemake", *options)
    assert done.returncode == 0, done.stderr
    assert "was killed; going on" in done.stdout and "making two of one.txt" in done.stdout
    assert "making one (" not in done.stdout and (tmp_path / "two.txt").read_text() == "1\n"


def test_a_running_build_is_left_alone(tmp_path):
    process = started(tmp_path, 30)
    try:
        done = follow(tmp_path, sys.executable, "-m", "snakemake", "--cores", "1", "two.txt")
        assert done.returncode == 1
        assert f"A build is running in this folder (process {process.pid})" in done.stderr
        assert not (tmp_path / "logs").exists() and any((tmp_path / ".snakemake" / "locks").iterdir())
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
