"""A scratch copy of the project in which the demo is built once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.graph.tree import copy_tree


class Copy:
    """The project's files in a folder of their own, with the environment of the real one."""

    def __init__(self, folder: Path):
        self.folder = folder
        copy_tree(folder)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("AFFIRM_")}
        return subprocess.run(
            command, cwd=self.folder, env={**clean, **environment}, capture_output=True, text=True, timeout=1500
        )

    def snakemake(self, *words: str, **environment: str) -> subprocess.CompletedProcess:
        command = (sys.executable, "-m", "snakemake", "--profile", "demo", "--cores", "2", *words)
        return self.run(*command, **environment)

    def planned(self, *words: str) -> dict[str, int]:
        """Rule -> number of jobs that a dry run would do."""
        said = self.snakemake("-n", *words)
        assert said.returncode == 0, said.stdout + said.stderr
        rows = [line.split() for line in said.stdout.splitlines() + said.stderr.splitlines()]
        start = next((place for place, row in enumerate(rows) if row[:2] == ["job", "count"]), None)
        if start is None:
            return {}
        jobs = {}
        for row in rows[start + 2 :]:
            if len(row) != 2 or row[0] == "total":
                break
            jobs[row[0]] = int(row[1])
        return jobs

    def build(self, *targets: str) -> subprocess.CompletedProcess:
        return self.run(
            sys.executable,
            "-m",
            "scripts.provenance.warm",
            "--",
            sys.executable,
            "-m",
            "snakemake",
            "--profile",
            "demo",
            "--cores",
            "2",
            *targets,
        )


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Copy:
    """A copy with the finished demo; four minutes on two cores."""
    copy = Copy(tmp_path_factory.mktemp("demo"))
    built = copy.build("headline")
    assert built.returncode == 0, (built.stdout + built.stderr)[-6000:]
    return copy
