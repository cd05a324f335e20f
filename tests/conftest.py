"""What every test runs under: one thread, no hub, no warm parent unless a test starts one, Ctrl-C heeded."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

os.environ |= {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
for name in [name for name in os.environ if name.startswith("AFFIRM_")]:
    os.environ.pop(name, None)
# As in a terminal: a shell starts background commands with SIGINT ignored, and all that they start inherits it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Jobs that end in every way a job can end; each writes its output first.
END = '''"""Ends as it is told."""
import os
import signal
import sys
from pathlib import Path

from scripts.provenance.errors import Problem


def main(argv):
    how, source, output = argv
    Path(output).write_text(Path(source).read_text().upper())
    print("said")
    if how == "problem":
        raise Problem("The file is bad. It is line 3. Mend it.")
    if how == "crash":
        raise KeyError("lost")
    if how == "leave":
        sys.exit(7)
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "wait":  # for a signal: SIGUSR1 is a good end
        signal.signal(signal.SIGUSR1, lambda number, frame: None)
        signal.alarm(60)
        Path(output + ".pid").write_text(str(os.getpid()))
        signal.pause()
'''
TRAIN = '''"""Trains a tiny linear model."""
import sys
from pathlib import Path


def main(argv):
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(int(argv[0]))
    model = torch.nn.Linear(64, 32)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(3):
        inputs = torch.randn(128, 64)
        optimizer.zero_grad()
        (model(inputs) ** 2).mean().backward()
        optimizer.step()
    save_file(model.state_dict(), argv[1])
    Path(argv[1] + ".threads").write_text(f"{torch.get_num_threads()} {sys.argv[0] != ''} {Path.cwd()}")
'''


@pytest.fixture(scope="session")
def project(tmp_path_factory) -> Path:
    """A folder with the real front door and two jobs, `jobs.end` and `jobs.train`."""
    root = tmp_path_factory.mktemp("project")
    for package in ("provenance", "text"):
        copied = root / "scripts" / package
        shutil.copytree(f"scripts/{package}", copied, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy("scripts/__main__.py", root / "scripts")
    (root / "scripts" / "jobs").mkdir()
    (root / "scripts" / "jobs" / "end.py").write_text(END)
    (root / "scripts" / "jobs" / "train.py").write_text(TRAIN)
    for folder in ("", "jobs"):
        (root / "scripts" / folder / "__init__.py").touch()
    (root / "source.txt").write_text("abc\n")
    return root


@pytest.fixture
def door(project, tmp_path):
    """Starts the front door on `jobs.end` with a log, a sidecar and an output below tmp_path."""

    def start(how: str, *options: str, **environment: str) -> subprocess.Popen:
        output = str(tmp_path / "out.txt")
        command = ["--log", str(tmp_path / "log.txt"), "--sidecar", str(tmp_path / "run.json"), *options]
        command += ["--in", "source.txt", "--out", output, "--", "jobs.end", how, "source.txt", output]
        return subprocess.Popen(
            [sys.executable, "-m", "scripts", *command],
            cwd=project,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start
