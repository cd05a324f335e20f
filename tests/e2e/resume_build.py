"""A build that is disturbed, and what it left: finished jobs, bytes, half-written files."""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

TARGETS = ("results/demo/table4.csv", "results/demo/audit/corpora.csv")  # 19 jobs, from the dumps to a table
SLOW = "train_tiny_values"  # the job that most faults meet
SNAKEMAKE = (sys.executable, "-m", "snakemake", "--profile", "demo", "--cores", "2")
FOLLOW = (sys.executable, "-m", "scripts.provenance.follow", "build.log", "--")
WARM = (sys.executable, "-m", "scripts.provenance.warm", "--")
VARIES = {"training.json"}  # holds seconds


class Build:
    """One tree of the project; `environment` lets its jobs run in forks of a warm parent."""

    def __init__(self, tree: Path, environment: dict[str, str]):
        self.tree = tree
        self.results = tree / "results" / "demo"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AFFIRM_")}
        self.environment = kept | environment

    def start(self, *command: str) -> subprocess.Popen:
        """The command in a process group of its own, as a terminal starts it; what it prints goes to a file."""
        (self.tree / "build.log").unlink(missing_ok=True)
        with open(self.tree / "said.txt", "w") as said:
            streams = {"stdin": subprocess.DEVNULL, "stdout": said, "stderr": subprocess.STDOUT}
            streams |= {"cwd": self.tree, "env": self.environment, "start_new_session": True}
            return subprocess.Popen(command, **streams)

    def run(self, *command: str) -> tuple[int, str]:
        """Exit code and what was said."""
        return self.ended(self.start(*command))

    def ended(self, process: subprocess.Popen) -> tuple[int, str]:
        code = process.wait(timeout=120)
        return code, (self.tree / "said.txt").read_text()

    def log(self) -> str:
        """All that Snakemake printed, last time."""
        name = "build.log" if (self.tree / "build.log").exists() else "said.txt"
        return (self.tree / name).read_text()

    def record(self, rule: str) -> dict:
        """The sidecar of a job; {} before it has one."""
        found = list((self.results / "logs").glob(f"*/{rule}.json"))
        return json.loads(found[0].read_text() or "{}") if found else {}

    def until_it_works(self, rule: str = SLOW) -> None:
        """Returns while the job's `main` runs: its record stands and its place for drafts is there."""
        until(lambda: self.record(rule).get("status") == "running" and self.record(rule).get("inputs"))
        time.sleep(0.2)

    def recorded(self) -> dict[str, str]:
        """Output -> its job's name, of what Snakemake holds for finished; a kill may come before it knows.

        It keeps records of failed jobs too, whose outputs it removes.
        """
        state = self.tree / ".snakemake"
        jobs = {}
        for path in (state / "metadata").glob("*"):
            output = urlsafe_b64decode(path.name).decode()
            if (self.tree / output).exists() and not (state / "incomplete" / path.name).exists():
                told = json.loads(path.read_text())
                jobs[output] = f"{told['rule']} {min(told['log'])}"
        return jobs

    def jobs(self) -> Counter:
        """Rule -> finished jobs."""
        return Counter(job.split()[0] for job in set(self.recorded().values()))

    def files(self, outputs: Iterable[str] = ("results/demo",)) -> dict[str, tuple[int, str]]:
        """(time of change, sha256) by path of the outputs' files, without logs and what is left behind unfinished."""
        found = {}
        for path in (path for output in outputs for path in (self.tree / output, *(self.tree / output).rglob("*"))):
            name = str(path.relative_to(self.results))
            if path.is_file() and not re.search(r"(^|/)\.|^logs/|^benchmarks/", name):
                found[name] = (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        return found

    def digests(self) -> dict[str, str]:
        """What has to be equal in two builds of the same."""
        return {name: sha for name, (_, sha) in self.files().items() if Path(name).name not in VARIES}

    def litter(self) -> list[str]:
        """Names of what no job declares: drafts, spills, temporary files."""
        mine = re.compile(r"(^|/)\.(drafts|spill)|\.tmp$")
        return sorted(name for path in self.results.rglob("*") if mine.search(name := str(path.relative_to(self.tree))))

    def processes(self, word: str) -> list[int]:
        """Ids of processes in this tree whose command line has the word."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                if os.path.realpath(entry / "cwd") == str(self.tree) and word in words:
                    found.append(int(entry.name))
            except OSError:  # ended meanwhile
                continue
        return found


def finished(log: str) -> Counter:
    """Rule -> jobs that Snakemake's log reports as finished."""
    return Counter(re.findall(r"^Finished jobid: \d+ \(Rule: (\w+)\)", log, re.MULTILINE))


def until(true: Callable[[], object], seconds: float = 60) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.02)
