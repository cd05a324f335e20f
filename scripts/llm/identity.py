"""The identity of local weights: what their answers depend on, hashed without loading them."""

import functools
import hashlib
import json
import logging
from pathlib import Path

from scripts.provenance.errors import Problem

log = logging.getLogger(__name__)

BASE_NAME = "base.json"  # beside an adapter's weights: the base that it was trained on
_BASE_FILES = (
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
)
_ADAPTER_FIELDS = (
    "r",
    "lora_alpha",
    "rank_pattern",
    "alpha_pattern",
    "use_rslora",
    "use_dora",
)  # target order varies


def base_identity(folder: Path) -> str:
    """sha256 of a checkpoint's weights, configuration, tokenizer and chat template, wherever it lies."""
    named = [folder / name for name in _BASE_FILES]
    return _digest([path for path in [*named, *_weights(folder)] if path.is_file()])


def adapter_identity(folder: Path) -> str:
    """sha256 of an adapter's weights and of the settings that scale them."""
    path = folder / "adapter_config.json"
    if not path.is_file():
        raise Problem(f"{folder} holds no adapter (adapter_config.json is missing). Build it first.")
    config = json.loads(path.read_text(encoding="utf-8"))
    settings = json.dumps({name: config.get(name) for name in _ADAPTER_FIELDS}, sort_keys=True)
    return hashlib.sha256((settings + _digest(_weights(folder))).encode()).hexdigest()


def require_base(adapter: Path, base: Path) -> None:
    """A Problem when the adapter's base.json names another base than this one, wherever either lies.

    An adapter that names none (of another program, or of before they did) is told in the log.
    """
    try:
        named = json.loads((adapter / BASE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        named = None
    said = named.get("sha256") if isinstance(named, dict) else None
    if said is None:
        log.warning("%s does not say which base it was trained on; that it is %s is not checked", adapter, base)
    elif said != (found := base_identity(base)):
        raise Problem(
            f"{adapter} was trained on another base ({str(said)[:12]}…) than {base} ({found[:12]}…; both are sha256 of "
            "weights, configuration, tokenizer and chat template). Give the base it was trained on, or train it again."
        )


class Identities:
    """Of a base with each of its adapters, as the given code speaks with them; a Problem for one of another base."""

    def __init__(self, base: Path, adapters: dict[str, Path], code: str):
        self._base, self._code = base_identity(base), code
        self._adapters = {name: adapter_identity(path) for name, path in adapters.items()}
        for path in adapters.values():
            require_base(path, base)

    def of(self, adapter: str | None) -> str:
        """Equal only for equal weights, tokenizer, chat template and code; None: the base alone."""
        parts = [self._base, self._adapters[adapter] if adapter else "", self._code]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _weights(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.safetensors"))
    if not found:
        raise Problem(f"{folder} holds no weights (*.safetensors). Build or retrieve the checkpoint first.")
    return found


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        stat = path.stat()
        digest.update(f"{path.name}:{_file_sha256(path, stat.st_size, stat.st_mtime_ns)};".encode())
    return digest.hexdigest()


@functools.lru_cache(None)
def _file_sha256(path: Path, size: int, modified: int) -> str:
    """Read once a process as long as size and time stay (16 GB take about 16 s)."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
