"""Opens local weights the way the config says: in this process, or behind a server beside it."""

import logging
from pathlib import Path

from scripts.llm.journal import journal_path
from scripts.llm.local import LocalModel, open_local
from scripts.llm.serve import ServedModel, open_served
from scripts.provenance.errors import Problem

BACKENDS = ("local", "vllm")  # config: models.llama.backend


def open_weights(backend: str | None, base: Path, adapters: dict[str, Path], output: Path) -> LocalModel | ServedModel:
    """The base with its adapters by role; whoever opens it closes it. `output` is the artifact they speak for."""
    if backend == "vllm":
        return open_served(base, adapters, server_log(output))
    if backend == "local":
        return open_local(base, adapters)
    raise Problem("It is not said how the local weights speak. Give --base-backend local or vllm.")


def server_log(output: Path) -> Path:
    """Beside the job's log; without one beside the journal, where no folder of results is littered."""
    files = [Path(handler.baseFilename) for handler in logging.getLogger().handlers if hasattr(handler, "baseFilename")]
    return (files[0] if files else journal_path(output)).with_suffix(".vllm.log")
