"""The progress line a person follows, on real Snakemake runs of two jobs."""

import subprocess
import sys
from pathlib import Path

import pytest

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
    return subprocess.run(words, capture_output=True, text=True, timeout=120)


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
    assert str(tmp_path / "logs" / "build.log") in done.stderr and "Error in rule second" in done.stderr


def test_command_ended_by_a_signal_is_told_as_a_shell_tells_it(tmp_path):
    assert follow(tmp_path, "sh", "-c", "kill -9 $$").returncode == 137
