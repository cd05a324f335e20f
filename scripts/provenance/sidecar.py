"""The record beside every artifact: what ran, on which bytes, with which code, and how it ended."""

import hashlib
import json
import os
import platform
import resource
import socket
import sys
import time
from importlib import metadata
from pathlib import Path

from scripts.provenance.counts import COUNTS

# Packages whose version can move an artifact's bytes; those of them that the job has loaded are recorded.
_WATCHED = (
    "torch transformers trl peft accelerate datasets tokenizers safetensors numpy scipy scikit-learn pyarrow duckdb "
    "msgspec zstandard matplotlib openai jinja2 pyyaml"
).split()
_MODULES = {"scikit-learn": "sklearn", "pyyaml": "yaml"}


class Sidecar:
    """Written as `running` at once and replaced at the end, whatever the end is."""

    def __init__(self, path: str | None, rule: str, argv: list[str], code: str | None):
        self.path = path
        self.started = time.time()
        self.record = {
            "rule": rule,
            "command": argv,
            "code": code,
            "git": os.environ.get("AFFIRM_GIT", ""),
            "inputs": {},
            "status": "running",
        }
        self._write()

    def note_inputs(self, inputs: list[str]) -> None:
        """Hashes what the job will read; a dump takes minutes, so the record stands before."""
        self.record["inputs"] = {name: tree_sha256(name) for name in sorted(set(inputs))}
        self._write()

    def finish(self, status: str, exit_code: int, outputs: list[str]) -> int:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self.record |= {
            "status": status,
            "exit_code": exit_code,
            "outputs": {name: tree_sha256(name) for name in sorted(set(outputs)) if os.path.exists(name)},
            "environment": _environment(),
            "journal": dict(sorted(COUNTS.items())),
            "run": {  # what may differ between two equal builds
                "host": socket.gethostname(),
                "started": round(self.started, 3),
                "seconds": round(time.time() - self.started, 3),
                "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 3),
                "peak_mb": usage.ru_maxrss // 1024,
                "warm": "AFFIRM_IN_WARM" in os.environ,
            },
        }
        self._write()
        return exit_code

    def _write(self) -> None:
        if not self.path:
            return
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        draft = f"{self.path}.{os.getpid()}.tmp"
        with open(draft, "w", encoding="utf-8") as stream:
            stream.write(json.dumps(self.record, sort_keys=True) + "\n")
        os.replace(draft, self.path)


def tree_sha256(name: str) -> str | dict[str, str]:
    """The sha256 of a file, or {relative path: sha256} of a folder's files; '' when there is neither."""
    path = Path(name)
    if path.is_dir():
        return {str(file.relative_to(path)): _sha256(file) for file in sorted(path.rglob("*")) if file.is_file()}
    return _sha256(path) if path.is_file() else ""


def _sha256(path: Path) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _environment() -> dict[str, str]:
    loaded = [name for name in _WATCHED if _MODULES.get(name, name) in sys.modules]
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in loaded}}
