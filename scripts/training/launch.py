"""Starts a training command once on each of a job's GPUs (accelerate, which starts the processes by torchrun).

How they share the work is in a file (resources/launch/): replicas for adapters (DDP), shards of all weights for full
fine-tuning (FSDP). The launcher and its processes end with this one; SIGTERM reaches the processes alone, which save
and end, for the launcher would kill them 30 seconds after it.
"""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.provenance.parent import die_with

log = logging.getLogger(__name__)

_TOLD = "AFFIRM_LAUNCHED"  # names the file into which a process writes a Problem


def processes() -> int:
    """Processes to start: one a GPU when there are several and this one is not one of them; else 0."""
    import torch

    count = torch.cuda.device_count()
    return count if count > 1 and _TOLD not in os.environ else 0


def launch(module: str, words: list[str], config: Path, count: int) -> None:
    """Runs `module` with `words` in `count` processes to its end; their output goes to the log, a Problem is ours."""
    with tempfile.TemporaryDirectory(prefix="affirm-launch-") as folder:
        told = Path(folder) / "problem"
        command = [sys.executable, "-m", "accelerate.commands.launch", "--config_file", str(config)]
        command += ["--num_processes", str(count), "--num_machines", "1", "--main_process_port", "0"]
        command += ["--module", module, *words]
        parent = os.getpid()
        process = subprocess.Popen(
            command,
            env={**os.environ, _TOLD: str(told)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            preexec_fn=lambda: _begin(parent),
        )
        before = signal.signal(signal.SIGTERM, lambda number, frame: _pass_on(number, Path(folder)))
        last: list[str] = []
        try:
            for line in process.stdout:
                log.info("%s", line.rstrip())
                last = [*last[-40:], line]
            code = process.wait()
        finally:
            signal.signal(signal.SIGTERM, before)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if told.exists():
            raise Problem(told.read_text(encoding="utf-8"))
        if code:
            raise RuntimeError(f"a training process failed ({code}):\n{''.join(last)}")


def _pass_on(number: int, folder: Path) -> None:
    """A signal for the processes, each of a session of its own, that said that they run."""
    for path in folder.glob("*.process"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(path.stem), number)


def _begin(parent: int) -> None:
    """In the launcher, before it starts: it and what it starts hold SIGTERM back, and it dies with us."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    die_with(parent)


def run_launched(main: Callable[[], None]) -> None:
    """Runs `main` in a launched process: SIGTERM counts again, and a Problem goes to the one that waits."""
    die_with(os.getppid())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    told = os.environ.get(_TOLD)
    if told:
        Path(told).with_name(f"{os.getpid()}.process").touch()
    level = logging.INFO if os.environ.get("RANK", "0") == "0" else logging.WARNING
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    try:
        main()
    except Problem as problem:
        if told:
            draft = f"{told}.{os.getpid()}"
            Path(draft).write_text(str(problem), encoding="utf-8")
            os.replace(draft, told)
        else:
            print(problem, file=sys.stderr)
        sys.exit(2)
