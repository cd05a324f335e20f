"""Operational settings of a job, from $AFFIRM_OPERATION (JSON): they never move an answer."""

import json
import os
from dataclasses import dataclass

from scripts.llm.prices import Prices, Rate, read_prices
from scripts.provenance.errors import Problem

PRICES = "resources/prices.csv"
PATIENCE_SECONDS = 600.0
BATCH_SECONDS = 90_000.0
_DEFAULTS = {"openai": ("https://api.openai.com/v1", "OPENAI_API_KEY")}


@dataclass(frozen=True)
class Endpoint:
    """Where requests go, the *name* of the environment variable that holds the key, and how much it bears.

    `patience` is how many seconds a job waits for an endpoint that asks to be left alone or is gone.
    """

    base_url: str
    key_env: str
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    patience: float = PATIENCE_SECONDS


@dataclass(frozen=True)
class Serving:
    """The GPU memory that `vllm serve` takes (share), the seconds its start may take, further words to it."""

    memory_share: float = 0.6
    patience: float = 1800.0
    arguments: tuple[str, ...] = ()


def concurrency() -> int:
    """Requests in flight at once, at each endpoint."""
    return int(_operation().get("concurrency", 16))


def batch() -> int:
    """Rows that a local model generates at once."""
    return int(_operation().get("batch", 32))


def batch_patience() -> float:
    """Seconds that the service's batches are waited for in one go."""
    return float(_operation().get("batch_api", {}).get("patience", BATCH_SECONDS))


def endpoint(backend: str) -> Endpoint:
    """The place of a backend; a Problem when no address is known for it."""
    url, key_env = _DEFAULTS.get(backend, ("", ""))
    entry = _operation().get("endpoints", {}).get(backend, {})
    found = Endpoint(
        entry.get("base_url") or url,
        entry.get("key_env") or key_env,
        entry.get("requests_per_minute"),
        entry.get("tokens_per_minute"),
        float(entry.get("patience", PATIENCE_SECONDS)),
    )
    if not found.base_url:
        raise Problem(f"No address is known for the backend {backend!r}. Give operation.endpoints.{backend}.base_url.")
    return found


def serving() -> Serving:
    """How a model server beside a job is started."""
    entry = _operation().get("vllm", {})
    default = Serving()
    return Serving(
        float(entry.get("memory_share", default.memory_share)),
        float(entry.get("patience", default.patience)),
        tuple(entry.get("arguments", default.arguments)),
    )


def prices() -> Prices:
    """What a job was told that tokens cost; a command that is run by hand reads the table itself."""
    if "AFFIRM_OPERATION" not in os.environ:
        return read_prices(PRICES) if os.path.exists(PRICES) else {}
    return {model: Rate(*numbers) for model, numbers in _operation().get("prices", {}).items()}


def budget_usd() -> float | None:
    """What all jobs of a build may spend together; None: no limit."""
    return _operation().get("budget_usd")


def _operation() -> dict:
    try:
        return json.loads(os.environ.get("AFFIRM_OPERATION") or "{}")
    except ValueError as error:
        raise Problem(f"AFFIRM_OPERATION is not JSON ({error}). Unset it or mend it.") from error
