"""The record beside every artifact: what ran, on which bytes, with which code, and how it ended."""

import json
import os
import platform
import re
import resource
import socket
import sys
import time
from importlib import metadata
from pathlib import Path

from scripts.provenance.counts import COUNTS, USED
from scripts.provenance.digests import file_sha256

_PIN = re.compile(r"^\s*- ([A-Za-z0-9_.-]+)==?([^\s#=]+)", re.MULTILINE)


class Sidecar:
    """Written as `running` at once and replaced at the end, whatever the end is."""

    def __init__(self, path: str | None, rule: str, argv: list[str], code: str | None):
        self.path = path
        self.started = time.time()
        self.times: dict[str, list] = {}
        self.record = {
            "rule": rule,
            "command": argv,
            "code": code,
            "git": os.environ.get("AFFIRM_GIT", ""),
            "inputs": {},
            "status": "running",
        }
        self._write()

    def note_environment(self, environment: str) -> dict[str, str]:
        """Records the packages as installed; returns those that miss their pin."""
        pins = read_pins(environment) if environment else {}
        found = {"python": platform.python_version(), **{name: _installed(name) for name in pins if name != "python"}}
        mismatch = {
            name: f"{found[name] or 'not installed'}, pinned {pin}"
            for name, pin in pins.items()
            if found[name].split("+")[0] != pin and not (name == "python" and found[name].startswith(pin + "."))
        }
        self.record |= {"environment": found, "environment_mismatch": mismatch}
        return mismatch

    def note_inputs(self, inputs: list[str]) -> None:
        """Hashes what the job will read; a dump takes minutes, so the record stands before."""
        self.times = {name: _times(name) for name in sorted(set(inputs))}
        self.record["inputs"] = {name: tree_sha256(name) for name in self.times}
        self._write()

    def changed_input(self) -> str | None:
        """An input that no longer holds what was hashed, which the job may have read before or after it changed."""
        touched = [name for name, times in self.times.items() if _times(name) != times]
        inputs = self.record["inputs"]
        return next((name for name in touched if content(tree_sha256(name)) != content(inputs[name])), None)

    def note_outputs(self, outputs: list[str]) -> dict[str, str | dict[str, str]]:
        self.record["outputs"] = {name: tree_sha256(name) for name in sorted(set(outputs)) if os.path.exists(name)}
        return self.record["outputs"]

    def finish(self, status: str, exit_code: int) -> int:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self.record |= {
            "status": status,
            "exit_code": exit_code,
            "journal": dict(sorted(COUNTS.items())),
            "used": {model: dict(sorted(counts.items())) for model, counts in sorted(USED.items())},
            "run": {  # what may differ between two equal builds
                "host": socket.gethostname(),
                "started": round(self.started, 3),
                "seconds": round(time.time() - self.started, 3),
                "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 3),
                "peak_mb": usage.ru_maxrss // 1024,
                "gpus": _gpus(),
                "warm": "AFFIRM_IN_WARM" in os.environ,
            },
        }
        self._write()
        return exit_code

    def _write(self) -> None:
        if not self.path:
            return
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        draft = f"{self.path}.tmp"  # one name, so that the next job takes away what a killed one left
        with open(draft, "w", encoding="utf-8") as stream:
            stream.write(json.dumps(self.record, sort_keys=True) + "\n")
        os.replace(draft, self.path)


STAMP = ".snakemake_timestamp"  # Snakemake's own, in a folder that a job made, once it has ended


def tree_sha256(name: str) -> str | dict[str, str]:
    """The sha256 of a file, or {relative path: sha256} of a folder's files; '' when there is neither."""
    path = Path(name)
    if path.is_dir():
        files = (file for file in sorted(path.rglob("*")) if file.is_file() and file.name != STAMP)
        return {str(file.relative_to(path)): file_sha256(file) for file in files}
    return file_sha256(path) if path.is_file() else ""


VARIES = {"training.json", STAMP}  # in folders: hold seconds, or come after the job


def content(digest: str | dict[str, str]) -> str | dict[str, str]:
    """A digest without the files of a folder that differ between equal builds."""
    if isinstance(digest, str):
        return digest
    return {name: file for name, file in digest.items() if os.path.basename(name) not in VARIES}


def _times(name: str) -> list[tuple[str, int, int]]:
    """Path, size and time of a file or of a folder's files."""
    path = Path(name)
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [(str(file), (stat := file.stat()).st_size, stat.st_mtime_ns) for file in files if file.is_file()]


def read_pins(environment: str) -> dict[str, str]:
    """Version by distribution (and python's) that an environment file asks for."""
    return dict(_PIN.findall(Path(environment).read_text(encoding="utf-8")))


def _gpus() -> int:
    """GPUs that the job could see, by Slurm's word or, where it says nothing, by PyTorch's if that is loaded."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([name for name in visible.split(",") if name])
    return sys.modules["torch"].cuda.device_count() if "torch" in sys.modules else 0


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
