"""Runs a Snakemake command and prints one line a finished job.

`python -m scripts.provenance.follow LOG -- snakemake …`. The whole output goes to LOG; when the command fails, its
last lines are shown. A build that runs in this folder already is left alone; the lock of a killed one is taken off.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

_MESSAGE = re.compile(r"^Job (\d+): (.*)")
_DONE = re.compile(r"^Finished jobid: (\d+)")
_STEPS = re.compile(r"^(\d+) of (\d+) steps")


def main(argv: list[str]) -> int:
    path, command = Path(argv[0]), argv[2:]
    if running := running_here():
        print(f"A build is running in this folder (process {running}). Wait for it, or stop it first.", file=sys.stderr)
        return 1
    if any(Path(".snakemake/locks").glob("*")):
        take_off_lock(command)
    path.parent.mkdir(parents=True, exist_ok=True)
    messages: dict[str, str] = {}
    starts: dict[str, float] = {}
    done: list[str] = []
    with open(path, "w", encoding="utf-8") as stream:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(command, **streams, encoding="utf-8", errors="replace")
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to the command too, which ends its jobs
        signal.signal(signal.SIGTERM, lambda number, frame: process.send_signal(number))
        for line in process.stdout:
            stream.write(line)
            stream.flush()
            if found := _MESSAGE.match(line):
                messages[found[1]] = found[2]
                starts[found[1]] = time.monotonic()
            elif found := _DONE.match(line):
                done.append(found[1])
            elif (found := _STEPS.match(line)) and done:
                for job in (job for job in done if job in messages):  # aggregates make nothing and have no message
                    seconds = time.monotonic() - starts[job]
                    print(f"[{found[1]:>3} of {found[2]}] {messages[job]} ({seconds:.1f} s)", flush=True)
                done.clear()
            elif line.startswith("Nothing to be done"):
                print("Nothing to be done: every file is there and up to date.", flush=True)
        code = process.wait()
    if code:
        print("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[-40:]), file=sys.stderr)
        print(f"The build stopped; the whole log is {path}. Run the same command again to go on.", file=sys.stderr)
    return code if code >= 0 else 128 - code


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
