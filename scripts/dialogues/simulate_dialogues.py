"""Simulates one dialogue a persona between a supporter system and the seeker simulator (paper A, 5.3, 5.4, 6.1).

Writes dialogues (docs/architecture.md): every supporter turn with its target values, reference, four steps and, for the
data simulations, its alternative with the opposite reference decision. scripts/dialogues/schedule.py says which
dialogues advance together.
Run: python -m scripts.dialogues.simulate_dialogues --help
"""

import argparse
import contextlib
import logging
from collections import Counter
from pathlib import Path

from scripts.dialogues.roles import Roles, add_options, open_roles
from scripts.dialogues.schedule import play
from scripts.dialogues.shares import sample_personas
from scripts.dialogues.turns import answer_back, begin, support
from scripts.provenance.errors import Problem
from scripts.text.files import write_jsonl
from scripts.text.personas import read_personas

log = logging.getLogger(__name__)


def simulate(personas: list[dict], roles: Roles, alternatives: bool) -> list[dict]:
    """The finished dialogues, in the order of the personas."""
    by_id = {persona["id"]: persona for persona in personas}
    dialogues = begin(personas, roles)

    def exchange(under_way: list[dict]) -> None:
        support(under_way, roles, alternatives)
        answer_back([dialogue for dialogue in under_way if dialogue["end_reason"] is None], by_id, roles)

    play(dialogues, exchange, roles.max_exchanges, roles.at_once)
    return dialogues


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--personas", type=Path, required=True)
    parser.add_argument("--alternatives", choices=["yes", "no"], required=True)
    parser.add_argument("--share", type=float, required=True, help="share of the personas (requirement A-051)")
    parser.add_argument("--max-failed", type=float, required=True, help="share of failed dialogues that is an error")
    parser.add_argument("--seed", type=int, required=True)
    add_options(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    personas = sample_personas(read_personas(args.personas), args.share, args.seed)
    with contextlib.closing(open_roles(args)) as roles:
        dialogues = simulate(personas, roles, args.alternatives == "yes")
    ends = Counter(dialogue["end_reason"] for dialogue in dialogues)
    if ends["failed"] > args.max_failed * len(dialogues):
        raise Problem(
            f"{args.system}: {ends['failed']} of {len(dialogues)} dialogues failed, their answers stayed unusable. "
            "Read the failures beside the journal, then mend the prompt or raise dialogues.max_failed."
        )
    write_jsonl(args.output, dialogues)
    log.info("%d dialogues, %s", len(dialogues), dict(ends))


if __name__ == "__main__":
    main()
