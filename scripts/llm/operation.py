"""Operational settings of a job, from $AFFIRM_OPERATION (JSON): they never move an answer."""

import json
import os
from dataclasses import dataclass

from scripts.provenance.errors import Problem

_DEFAULTS = {"openai": ("https://api.openai.com/v1", "OPENAI_API_KEY")}


@dataclass(frozen=True)
class Endpoint:
    """Where requests go, and the *name* of the environment variable that holds the key."""

    base_url: str
    key_env: str


def concurrency() -> int:
    """Requests in flight at once."""
    return int(_operation().get("concurrency", 16))


def batch() -> int:
    """Rows that a local model generates at once."""
    return int(_operation().get("batch", 32))


def endpoint(backend: str) -> Endpoint:
    url, key_env = _DEFAULTS.get(backend, ("", ""))
    entry = _operation().get("endpoints", {}).get(backend, {})
    found = Endpoint(entry.get("base_url") or url, entry.get("key_env") or key_env)
    if not found.base_url:
        raise Problem(f"No address is known for the backend {backend!r}. Give operation.endpoints.{backend}.base_url.")
    return found


def _operation() -> dict:
    try:
        return json.loads(os.environ.get("AFFIRM_OPERATION") or "{}")
    except ValueError as error:
        raise Problem(f"AFFIRM_OPERATION is not JSON ({error}). Unset it or mend it.") from error
