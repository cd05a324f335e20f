"""The fake `vllm` on the PATH of a test, folders of weights that it takes, and what it has seen."""

import json
import os
import shutil
import time
from pathlib import Path

from scripts.text.files import read_jsonl

PROGRAM = Path(__file__).parent / "fake_vllm" / "vllm"
EOT = 7


def write_base(folder: Path, weights: bytes = b"base") -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"max_position_embeddings": 4096}))
    (folder / "tokenizer.json").write_text(json.dumps({"added_tokens": [{"id": EOT, "content": "<|eot_id|>"}]}))
    (folder / "model.safetensors").write_bytes(weights)
    return folder


def write_adapter(folder: Path, weights: bytes, rank: int = 8) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_text(json.dumps({"r": rank, "lora_alpha": 16}))
    (folder / "adapter_model.safetensors").write_bytes(weights)
    return folder


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class FakeVllm:
    """`rules` are told to the next server that starts; see tests/unit/fake_vllm/vllm."""

    def __init__(self, folder: Path, monkeypatch):
        self.folder, self.monkeypatch = folder, monkeypatch
        folder.mkdir()
        shutil.copy(PROGRAM, folder)  # outside the project, as the real one is
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("FAKE_VLLM_STATE", str(folder))
        self.rules()

    def rules(self, **rules) -> None:
        self.monkeypatch.setenv("FAKE_VLLM", json.dumps(rules))

    def argv(self) -> list[str]:
        return json.loads((self.folder / "argv.json").read_text())

    def option(self, name: str) -> str:
        words = self.argv()
        return words[words.index(name) + 1]

    def starts(self) -> int:
        path = self.folder / "starts"
        return len(path.read_text()) if path.exists() else 0

    def requests(self) -> list[dict]:
        path = self.folder / "requests.jsonl"
        return read_jsonl(path) if path.exists() else []

    def pids(self) -> list[int]:
        path = self.folder / "pids"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def wait_until_running(self, count: int, seconds: float = 20.0) -> None:
        until = time.monotonic() + seconds
        while len([pid for pid in self.pids() if running(pid)]) < count:
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.02)

    def is_gone(self, seconds: float = 20.0) -> bool:
        """Whether all that ever ran has ended before the time is over."""
        until = time.monotonic() + seconds
        while any(running(pid) for pid in self.pids()):
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return bool(self.pids())
