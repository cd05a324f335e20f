"""Runs a Snakemake command and prints one line a finished job.

`python -m scripts.provenance.follow LOG -- snakemake …`. The whole output goes to LOG; when the command fails, its
last lines are shown.
"""

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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
