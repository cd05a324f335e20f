"""Weights of ours, with at most one adapter, as one model that a table compares with others."""

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path

from scripts.llm.chat import Chat, Sampling, journal_path
from scripts.llm.speaker import common_options
from scripts.llm.weights import BACKENDS, open_weights

_ROLE = "speaker"


def own_options(parser: argparse.ArgumentParser) -> None:
    """Options of weights of ours."""
    parser.add_argument("--base", type=Path, required=True, help="checkpoint folder")
    parser.add_argument("--base-backend", choices=BACKENDS, required=True)
    parser.add_argument("--adapter", type=Path, help="adapter folder (none: the base itself)")
    common_options(parser)


@contextlib.contextmanager
def open_own(args: argparse.Namespace) -> Iterator[Chat]:
    """The chat of `own_options`; a model server, where there is one, ends with it."""
    adapters = {_ROLE: args.adapter} if args.adapter else {}
    weights = open_weights(args.base_backend, args.base, adapters, args.output)
    sampling, journal = Sampling(**args.sampling), journal_path(args.output)
    with contextlib.closing(weights), weights.chat(_ROLE if adapters else None, sampling, journal) as chat:
        yield chat
