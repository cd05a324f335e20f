"""A scratch copy of the project on the test cluster: commands a user types there, and what Slurm knows of the jobs."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.graph.tree import CONDA

# All that a site edits, and how long to wait before asking for a job: tests have no time for the profile's 20 seconds.
SITE = {
    'slurm_partition: "main"': 'slurm_partition: "night"',
    'slurm_account: "lab"': 'slurm_account: "group7"',
    'gpu_model: "a100"': 'gpu_model: "h100"',
    "slurm-init-seconds-before-status-checks: 20": "slurm-init-seconds-before-status-checks: 8",
}
OVERLAYS = ("resources/demo.yaml", "tests/slurm/scaled.yaml")
BIN = Path(sys.executable).parent
FIELDS = "JobIDRaw,Comment,State,ReqMem,TimelimitRaw,AllocTRES,SubmitLine,WorkDir"


@dataclass(frozen=True)
class SlurmJob:
    """One submission, as the accounting database has it."""

    id: int
    rule: str
    state: str  # the first word: COMPLETED, FAILED, CANCELLED, TIMEOUT, …
    memory: str  # asked for, such as 4000M
    minutes: int  # the limit
    resources: str  # what was given
    submitted: str  # the sbatch line


@dataclass(frozen=True)
class Seen:
    """A job's process behind the front door, as it was while it ran."""

    pid: int
    folder: str
    rule: str  # <stage>.<rule>
    environment: dict[str, str]


class Build:
    """Commands in a scratch copy whose slurm profile was edited as a site edits it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.overlays = list(OVERLAYS)
        self.commands = 0
        profile = folder / "slurm" / "profile.yaml"
        text = profile.read_text(encoding="utf-8")
        for theirs, ours in SITE.items():
            if ours not in text:
                assert text.count(theirs) == 1, theirs
                text = text.replace(theirs, ours)
        profile.write_text(text, encoding="utf-8")

    def start(self, *words: str, profile: str = "slurm", before: tuple[str, ...] = ()) -> "Command":
        """`snakemake --profile slurm …` in a process group of its own, as a terminal gives it."""
        self.commands += 1
        command = [*before, str(BIN / "snakemake"), "--profile", profile, "--configfile", *self.overlays, *words]
        clean = {key: value for key, value in os.environ.items() if not key.startswith("AFFIRM_")}
        clean |= {"PATH": os.pathsep.join([str(CONDA), str(BIN), clean["PATH"]]), "OPENAI_API_KEY": "sk-test"}
        return Command(command, self.folder, clean, self.folder / f"command{self.commands}.log")

    def run(self, *words: str, seconds: float = 300, **how) -> "Command":
        """The same, to its end."""
        command = self.start(*words, **how)
        command.wait(seconds)
        return command

    def says_nothing_to_do(self, *words: str, profile: str) -> bool:
        done = self.run("--dry-run", *words, profile=profile)
        assert done.code == 0, done.text
        return "Nothing to be done" in done.text

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old)
        path.write_text(text.replace(old, new), encoding="utf-8")

    def change_code(self, module: str) -> None:
        """Code that is new to the signature and makes the same bytes."""
        with open(self.folder / "scripts" / module, "a", encoding="utf-8") as stream:
            stream.write(f"\nADDED = {time.time_ns()}\n")

    def jobs(self, rule: str | None = None) -> list[SlurmJob]:
        """What this copy submitted, in order."""
        options = ["--allocations", "--noheader", "--parsable2", "--delimiter=\x1f", f"--format={FIELDS}"]
        rows = [line.split("\x1f") for line in slurm("sacct", *options).split("\n") if line.count("\x1f") == 7]
        jobs = [_job(*row[:7]) for row in rows if row[7] == str(self.folder)]
        return sorted((job for job in jobs if rule in (None, job.rule)), key=lambda job: job.id)

    def live(self, rule: str | None = None, state: str | None = None) -> list[int]:
        """Ids of this copy's jobs in the queue."""
        rows = [line.split("|") for line in slurm("squeue", "--noheader", "--format=%i|%T|%k|%Z").splitlines()]
        return [
            int(id)
            for id, now, comment, place in rows
            if place == str(self.folder) and state in (None, now) and rule in (None, _rule(comment))
        ]

    def running(self, rule: str, seconds: float = 90) -> int:
        """The id of the rule's job, once it runs."""
        return until(lambda: self.live(rule, "RUNNING"), seconds, f"{rule} to run")[0]

    def log_of(self, job: SlurmJob | int) -> str:
        """What Slurm wrote of a job that failed."""
        id = job if isinstance(job, int) else job.id
        return next((self.folder / ".snakemake" / "slurm_logs").rglob(f"{id}.log")).read_text(errors="replace")


class Command:
    """A started command; its output goes to a file, which is shown when something is wrong."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str], log: Path):
        self.log = log
        with open(log, "w") as stream:
            self.process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=stream, stderr=stream, start_new_session=True
            )

    def wait(self, seconds: float = 120) -> int:
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            raise AssertionError(f"not done after {seconds} s:\n{self.text}") from None

    def signal(self, number: int) -> None:
        """To the whole process group, as a terminal does."""
        os.killpg(self.process.pid, number)
        if number == signal.SIGKILL:
            self.process.wait()

    @property
    def code(self) -> int | None:
        return self.process.poll()

    @property
    def text(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def finished(self) -> list[str]:
        """Rules of the jobs that this command finished, in order."""
        return re.findall(r"^Finished jobid: \d+ \(Rule: (\w+)\)", self.text, re.MULTILINE)


class Watch:
    """Looks at the processes of jobs while it is open; few processes live in the cluster's namespace."""

    def __init__(self):
        self.seen: dict[int, Seen] = {}
        self.closed = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.closed.set()
        self.thread.join()

    def of(self, build: Build, rule: str) -> list[Seen]:
        return [seen for seen in self.seen.values() if (seen.folder, seen.rule) == (str(build.folder), rule)]

    def _look(self) -> None:
        while not self.closed.wait(0.1):
            for entry in Path("/proc").glob("[0-9]*"):
                try:
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    if words[1:4] != [b"-m", b"scripts", b"--log"] or int(entry.name) in self.seen:
                        continue
                    folder = str((entry / "cwd").readlink())
                    lines = (entry / "environ").read_bytes().decode(errors="replace").split("\0")
                except OSError:  # ended meanwhile
                    continue
                rule = words[words.index(b"--") + 1].decode()
                environment = dict(line.split("=", 1) for line in lines if "=" in line)
                self.seen[int(entry.name)] = Seen(int(entry.name), folder, rule, environment)


def slurm(*words: str) -> str:
    """What a Slurm command prints."""
    return subprocess.run(words, capture_output=True, text=True, timeout=30, check=True).stdout


def until(found: Callable[[], object], seconds: float, what: str):
    """The first true answer of `found`."""
    end = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.2)
    return answer


def _job(id: str, comment: str, state: str, memory: str, minutes: str, resources: str, submitted: str) -> SlurmJob:
    return SlurmJob(int(id), _rule(comment), state.split()[0], memory, int(minutes or 0), resources, submitted)


def _rule(comment: str) -> str:
    """The rule in the comment that Snakemake gives a job: `rule_<rule>` or `rule_<rule>_wildcards_<values>`."""
    return comment.removeprefix("rule_").split("_wildcards_")[0]
