"""Asks what would run after edits of a finished build (tests/graph/planning.py answers)."""

import json
import os
import queue
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Job:
    """One job of a plan that runs a script."""

    rule: str  # <stage>.<rule>
    inputs: frozenset[str]
    outputs: frozenset[str]
    told: str  # its command from the inputs on; log, sidecar and signature left out
    code: str  # <hash>@<environment file>
    stale: bool
    own: frozenset[str]  # why, apart from what lies before it: "params", "inputs", "input set", "code", "missing"
    blamed: frozenset[str] = field(compare=False)  # edited files that changed under it or that its signature covers


Plan = dict[frozenset[str], Job]  # by outputs
Files = dict[str, str | None]  # new text by path; None: touched


class Refused(Exception):
    """Snakemake's words for a graph that it does not plan."""


class Planner:
    """Answers what would run after edits; one process and one copy of the build for each of `trees`."""

    def __init__(self, trees: list[Path]):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AFFIRM_")}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        command = [sys.executable, "-m", "tests.graph.planning"]
        self.processes = [subprocess.Popen(command, cwd=tree, env=clean, text=True, **pipes) for tree in trees]
        self.free: queue.Queue[subprocess.Popen] = queue.Queue()
        for process in self.processes:
            self.free.put(process)
        self.pool = ThreadPoolExecutor(len(trees))

    def plans(self, asked: list[tuple[str, Files]]) -> list[Plan]:
        """The plan of each (run, new texts of files)."""
        return list(self.pool.map(lambda question: self.plan(*question), asked))

    def plan(self, run: str, files: Files | None = None) -> Plan:
        """The plan of a run after the edits; Refused when Snakemake does not plan it."""
        process = self.free.get()
        try:
            process.stdin.write(json.dumps({"run": run, "files": files or {}}) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
        finally:
            self.free.put(process)
        if isinstance(answer, str):
            raise Refused(f"{answer} ({run}, {', '.join(sorted(files or {}))})")
        return {job.outputs: job for job in map(_job, answer)}

    def close(self) -> None:
        for process in self.processes:
            process.stdin.close()
            process.wait(30)


def _job(row: dict) -> Job:
    outputs, inputs, own, blamed = (frozenset(row[name]) for name in ("outputs", "inputs", "own", "blamed"))
    told = row["command"].partition(" --in ")[2]
    return Job(row["rule"], inputs, outputs, told, row["code"], row["stale"], own, blamed)
