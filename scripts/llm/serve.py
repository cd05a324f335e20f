"""Local weights behind `vllm serve` in the job: one base, and the roles' LoRA adapters as model names.

The server starts when an answer is missing from the journals and ends with the job (scripts/llm/server.py). Answers
are kept under the hash of base, adapter and chat template, never under a port: another port replays all, a retrained
adapter nothing. What was run of this: a program of the same protocol (tests/unit/fake_vllm). vLLM itself was not, nor
anything on a GPU.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from scripts.llm.asking import Chat
from scripts.llm.exchange import Ask, Reply, Sampling
from scripts.llm.identity import Identities
from scripts.llm.journal import open_journal
from scripts.llm.local import END_TOKENS
from scripts.llm.operation import Endpoint, batch, serving
from scripts.llm.remote import Remote
from scripts.llm.server import HOST, Server
from scripts.llm.vllm_protocol import completion_body, token_logprobs
from scripts.provenance.errors import Problem
from scripts.provenance.signature import code_signature

_RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)  # that --max-lora-rank takes
BASE = "base"  # what the base is called beside the roles


def open_served(base: str | Path, adapters: dict[str, Path], log_file: Path) -> "ServedModel":
    """The checkpoint folder `base` with PEFT folders by role; a Problem when one of them is not there."""
    return ServedModel(Path(base), {name: Path(path) for name, path in adapters.items()}, log_file)


class ServedModel:
    """A base and its adapters on one server; `chat` gives each role its own sampling and journal."""

    def __init__(self, base: Path, adapters: dict[str, Path], log_file: Path):
        self.base, self.adapters = base, adapters
        self._identities = Identities(base, adapters, code_signature("scripts/llm/vllm_protocol.py", None))
        self.ends = end_tokens(base)
        # Nobody else's server has these names, should it be on our port.
        self._names = {role: f"{role}-{secrets.token_hex(8)}" for role in (BASE, *adapters)}
        self.server = Server(self._command, list(self._names.values()), log_file, serving().patience)

    def chat(
        self, adapter: str | None, sampling: Sampling, journal: str | Path, epoch: int = 0, logprobs: bool = False
    ) -> Chat:
        """A chat with the named adapter, or with the base alone when None."""
        if adapter is not None and adapter not in self.adapters:
            raise Problem(f"{self.base} was opened without the adapter {adapter!r}. Open it with one.")
        return Chat(_Role(self, adapter), sampling, open_journal(journal), epoch, logprobs)

    def identity(self, adapter: str | None) -> str:
        """Equal only for equal weights, tokenizer, chat template and form of request."""
        return self._identities.of(adapter)

    def remote(self, adapter: str | None) -> Remote:
        """The role's model name on the running server, which the first call starts."""
        place = Endpoint(self.server.start(), "", patience=0.0)  # it is gone for good when it does not answer
        remote = Remote("vllm", self._names[adapter or BASE], self.identity(adapter), place)
        remote.priced, remote.concurrency, remote.keeps_responses = "local", batch(), True
        return remote

    def close(self) -> None:
        """Ends the server."""
        self.server.stop()

    def _command(self, port: int) -> list[str]:
        settings = serving()
        words = ["vllm", "serve", str(self.base), "--host", HOST, "--port", str(port)]
        words += ["--served-model-name", self._names[BASE], "--max-model-len", str(window(self.base))]
        words += ["--gpu-memory-utilization", str(settings.memory_share), "--generation-config", "vllm"]
        words += ["--disable-uvicorn-access-log"]
        if self.adapters:
            rank = lora_rank(self.adapters)
            words += ["--enable-lora", "--max-lora-rank", str(rank), "--max-loras", str(len(self.adapters))]
            words += ["--lora-modules", *(f"{self._names[role]}={path}" for role, path in self.adapters.items())]
        return [*words, *settings.arguments]


class _Role:
    """One adapter of a served model as a backend."""

    name, priced = "vllm", "local"

    def __init__(self, model: ServedModel, adapter: str | None):
        self.model, self.adapter = model, adapter
        self.identity = model.identity(adapter)
        self._remote: Remote | None = None

    def answer(self, asks: list[Ask], keep: Callable[[Ask, Reply], None]) -> None:
        self._remote = remote = self._remote or self.model.remote(self.adapter)
        asked = {ask.key: ask for ask in asks}
        sent = [
            replace(ask, body=completion_body(ask.body, ask.prefix, ask.key, self.model.ends), prefix="")
            for ask in asks
        ]
        try:
            remote.answer(sent, lambda ask, reply: keep(asked[ask.key], _read(asked[ask.key], reply)))
        except Problem as problem:
            raise self.model.server.ended() or problem from None


def _read(ask: Ask, reply: Reply) -> Reply:
    """The reply in the form that a model in this process gives: with the forced beginning, and token by token."""
    logprobs = None
    if ask.body.get("logprobs"):
        choices = (reply.response or {}).get("choices") or [{}]
        try:
            logprobs = token_logprobs(choices[0], reply.text)
        except ValueError as error:
            raise Problem(
                f"vLLM's answer to {ask.id} ({ask.kind}) cannot be read: {error}. Set models.llama.backend: local for "
                "this tokenizer."
            ) from None
    return replace(reply, text=ask.prefix + reply.text, logprobs=logprobs, response=None)


def lora_rank(adapters: dict[str, Path]) -> int:
    """The least rank that the server can be told and that every adapter fits; a Problem when one fits none."""
    ranks = {path: _json(path / "adapter_config.json")["r"] for path in adapters.values()}
    widest = max(ranks, key=ranks.__getitem__)
    if ranks[widest] > _RANKS[-1]:
        raise Problem(f"{widest} has rank {ranks[widest]}; vLLM takes {_RANKS[-1]}. Set models.llama.backend: local.")
    return next(rank for rank in _RANKS if rank >= ranks[widest])


def window(base: Path) -> int:
    """Tokens of prompt and answer together that the base reads."""
    return _json(base / "config.json")["max_position_embeddings"]


def end_tokens(base: Path) -> list[int]:
    """Ids of the usual chat formats' end tokens that the base's tokenizer has; vLLM knows the configured ones."""
    added = {token["content"]: token["id"] for token in _json(base / "tokenizer.json")["added_tokens"]}
    return sorted(added[token] for token in END_TOKENS if token in added)


def _json(path: Path) -> dict:
    if not path.is_file():
        raise Problem(f"{path} is missing. Build or retrieve the checkpoint first.")
    return json.loads(path.read_text(encoding="utf-8"))
