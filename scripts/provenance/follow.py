"""Runs a Snakemake command and prints one line a finished job.

`python -m scripts.provenance.follow LOG -- snakemake …`. The whole output goes to LOG; when the command fails, what
its failed jobs said is shown. A build that runs in this folder already is left alone; the lock of a killed one is
taken off.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from scripts.provenance.vouch import PREFIX

_MESSAGE = re.compile(r"^Job (\d+): (.*)")
_DONE = re.compile(r"^Finished jobid: (\d+)")
_STEPS = re.compile(r"^(\d+) of (\d+) steps")
_FAILED = re.compile(r"^Error in rule (\w+):")
_LOG = re.compile(r"^    log: ([^,\s]+)")
_SNAKEMAKE = re.compile(
    r"^(\[\w{3} |Job \d+: |Reason: |Finished jobid|\d+ of \d+ steps|Select jobs|Execute \d|    \w+:)"
)
_MOST_LINES = 40


def main(argv: list[str]) -> int:
    path, command = Path(argv[0]), argv[2:]
    if running := running_here():
        print(f"A build is running in this folder (process {running}). Wait for it, or stop it first.", file=sys.stderr)
        return 1
    if any(Path(".snakemake/locks").glob("*")):
        take_off_lock(command)
    path.parent.mkdir(parents=True, exist_ok=True)
    progress = Progress()
    with open(path, "w", encoding="utf-8") as stream:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(command, **streams, encoding="utf-8", errors="replace")
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to the command too, which ends its jobs
        signal.signal(signal.SIGTERM, lambda number, frame: process.send_signal(number))
        for line in process.stdout:
            stream.write(line)
            stream.flush()
            progress.read(line)
        code = process.wait()
    if code:
        lines = path.read_text(encoding="utf-8").splitlines()
        print("\n".join(failures(lines) or lines[-_MOST_LINES:]), file=sys.stderr)
        print(f"The build stopped; the whole log is {path}. Run the same command again to go on.", file=sys.stderr)
    return code if code >= 0 else 128 - code


class Progress:
    """Prints a line for each job that Snakemake reports as finished, and what cannot be vouched for."""

    def __init__(self) -> None:
        self.messages: dict[str, str] = {}
        self.starts: dict[str, float] = {}
        self.done: list[str] = []

    def read(self, line: str) -> None:
        if found := _MESSAGE.match(line):
            self.messages[found[1]] = found[2]
            self.starts[found[1]] = time.monotonic()
        elif found := _DONE.match(line):
            self.done.append(found[1])
        elif (found := _STEPS.match(line)) and self.done:
            for job in (job for job in self.done if job in self.messages):  # aggregates make nothing, have no message
                seconds = time.monotonic() - self.starts[job]
                print(f"[{found[1]:>3} of {found[2]}] {self.messages[job]} ({seconds:.1f} s)", flush=True)
            self.done.clear()
        elif line.startswith(PREFIX):
            print(line, end="", flush=True)
        elif line.startswith("Nothing to be done"):
            print("Nothing to be done: every file is there and up to date.", flush=True)


def failures(lines: list[str]) -> list[str]:
    """Of each failed job in a build's log: its rule, the last lines it wrote, how it ended, and its own log.

    With --keep-going many jobs follow a failed one, so the end of the log would not show it.
    """
    told: list[str] = []
    seen: set[int] = set()
    for place, line in enumerate(lines):
        if found := _FAILED.match(line):
            raised = next((at for at in range(place, 0, -1) if lines[at].startswith("RuleException:")), place)
            start = raised
            while start and raised - start < _MOST_LINES and not _SNAKEMAKE.match(lines[start - 1]):
                start -= 1
            shown = [*range(start, raised)]
            own = [at for at in range(raised) if lines[at].startswith(f"{found[1]}: ") and at not in seen]
            if not set(own) & set(shown):  # other jobs wrote between its words and its end
                shown = [*own[-1:], *shown]
            seen.update(shown)
            ended = [text.rpartition("' ")[2] for text in lines[raised:place] if text.startswith("Command '")]
            log = next((log[1] for text in lines[place:] if (log := _LOG.match(text))), "none")
            told += [f"{found[1]} {' '.join(ended) or 'failed'} Its log: {log}", *(lines[at] for at in shown), ""]
    return told


def running_here() -> int | None:
    """The process id of a Snakemake in this folder, or None (also where there is no /proc to look at)."""
    here = os.path.realpath(".")
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if os.path.realpath(entry / "cwd") == here and is_snakemake(words):
                return int(entry.name)
        except OSError:  # ended meanwhile, or another user's
            continue
    return None


def is_snakemake(words: list[bytes]) -> bool:
    """Whether a command line is Snakemake's own, as a script or as a module."""
    return any(word.endswith(b"/snakemake") for word in words[:2]) or words[1:3] == [b"-m", b"snakemake"]


def take_off_lock(command: list[str]) -> None:
    """Nobody builds here, so the lock is a killed build's; finished files stay, the rest is done again."""
    print("A build in this folder was killed; going on from what it finished.", flush=True)
    cut = command.index("--") if "--" in command else len(command)
    subprocess.run([*command[:cut], "--unlock", *command[cut:]], capture_output=True, check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
