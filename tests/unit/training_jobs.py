"""Training jobs as a build starts them: the real front door, in forks of a warm parent, with checkpoints kept."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from scripts.provenance import warm
from scripts.training.checkpoints import MARK
from tests.unit.tiny import DPO, LAUNCH, LORA, SFT, root, sft

HOLD = "import os, sys; print(os.environ['AFFIRM_WARM'], flush=True); sys.stdin.read()"
# 10 steps an epoch; the adapters' dropout draws numbers in each.
SETTINGS = {
    "sft": {**SFT, "effective_batch": 2},
    "dpo": {**DPO, "effective_batch": 2, "epochs": 2},
    "full": {**SFT, "effective_batch": 2, "learning_rate": 1e-3},
}
DROPPING = {**LORA, "dropout": 0.2}
RULES = {
    "sft": "supporter.train_supporter_sft",
    "dpo": "supporter.train_supporter_dpo",
    "full": "supporter.train_baseline",
}
MEASURED = {"seconds", "tokens_per_second", "peak_mb", "peak_gpu_mb"}


class Jobs:
    """Jobs in a copy of the project's scripts, whose warm parent runs as long as the block."""

    def __init__(self, folder: Path):
        self.folder = folder
        shutil.copytree("scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))

    def __enter__(self) -> "Jobs":
        words = [sys.executable, "-m", "scripts.provenance.warm", "--", sys.executable, "-c", HOLD]
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.parent = subprocess.Popen(words, cwd=self.folder, **streams)
        self.socket = self.parent.stdout.readline().strip()
        until(lambda: os.path.exists(self.socket))
        return self

    def __exit__(self, *_) -> None:
        self.parent.communicate(timeout=30)

    def job(self, kind: str, name: str, **changes) -> "Job":
        return Job(self, kind, self.folder / name, changes)


class Job:
    """One rule's command: started, killed and started again with the same words, or with other ones."""

    def __init__(self, jobs: Jobs, kind: str, folder: Path, changes: dict):
        self.jobs, self.kind, self.folder = jobs, kind, folder
        self.output, self.checkpoints = folder / "adapter", folder / "checkpoints"
        self.operation = {"kept_checkpoints": 2, "checkpoint_minutes": 0, "sandbox": True}
        self.given = {"base": root() / "base"}
        rows = "dpo" if kind == "dpo" else "sft"
        self.given |= {split: root() / f"{rows}_{split}.jsonl" for split in ("train", "dev")}
        self.given |= {"sft-adapter": sft()} if kind == "dpo" else {}
        self.given |= {
            "lora": None if kind == "full" else DROPPING,
            "train-settings": SETTINGS[kind],
            "seed": 7,
            "launch": LAUNCH,
        } | changes
        folder.mkdir(parents=True, exist_ok=True)

    def start(self, **environment: str) -> subprocess.Popen:
        shutil.rmtree(self.output, ignore_errors=True)  # as Snakemake does
        inputs = [str(value) for value in self.given.values() if isinstance(value, Path)]
        words = ["--log", str(self.folder / "log"), "--sidecar", str(self.folder / "run.json"), "--keep"]
        words += ["--in", *inputs, "--out", str(self.output), "--", RULES[self.kind]]
        for option, value in {**self.given, "output": self.output}.items():
            words += [f"--{option}", json.dumps(value) if isinstance(value, dict | None) else str(value)]
        told = {
            "AFFIRM_CHECKPOINTS": str(self.checkpoints),
            "AFFIRM_OPERATION": json.dumps(self.operation),
            "AFFIRM_PROTECTED": json.dumps([str(self.jobs.folder)]),
            "AFFIRM_WARM": self.jobs.socket,
        }
        return subprocess.Popen(
            [sys.executable, "-m", "scripts", *words],
            cwd=self.jobs.folder,
            env=os.environ | warm.ENVIRONMENT | told | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, **environment: str) -> str:
        """To its good end; gives what its log says."""
        process = self.start(**environment)
        said = process.communicate(timeout=120)
        assert process.returncode == 0, said
        return self.log

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    def steps(self, whole: bool = True) -> list[int]:
        """Steps of the checkpoints that lie there, whole ones or torn ones."""
        found = self.checkpoints.glob("unfinished/*/*/*/checkpoint-*")
        return sorted(int(path.name.split("-")[1]) for path in found if (path / MARK).exists() == whole)

    def result(self) -> dict:
        """The published bytes, and the report without what was measured."""
        files = {path.name: path.read_bytes() for path in self.output.iterdir() if path.name != "training.json"}
        report = json.loads((self.output / "training.json").read_text())
        return files | {key: value for key, value in report.items() if key not in MEASURED}


def until(true, seconds: float = 120) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.002)
