"""Continues branched supporter turns to the end of their dialogues (paper A, sections 5.3 and D.3).

Writes one continuation a branched turn and candidate (scripts/text/rollouts.py names it), turns from the candidate on.
The initial answer's continuation is the dialogue itself, or is rolled out afresh as the alternative's is (A-051); then
and for a second rollout of the same candidate `--draw` asks the models for other answers than the dialogue has.
Run: python -m scripts.dialogues.roll_out_alternatives --help
"""

import argparse
import contextlib
import logging
from collections import Counter
from dataclasses import replace
from pathlib import Path

from scripts.dialogues.roles import Roles, add_options, open_roles
from scripts.dialogues.schedule import play
from scripts.dialogues.shares import sample_names, sample_personas
from scripts.dialogues.turns import answer_back, support
from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.personas import read_personas
from scripts.text.rollouts import CANDIDATES, rollout_name, turn_name

log = logging.getLogger(__name__)


def branches(dialogues: list[dict], candidate: str) -> list[dict]:
    """A dialogue cut after each turn that has an alternative, with that or the initial answer in the turn's place."""
    cut = []
    for dialogue in dialogues:
        for turn in dialogue["turns"]:
            if turn.get("alternative"):
                said = turn["alternative"] if candidate == "alternative" else turn
                said = {"index": turn["index"], "role": "supporter"} | said
                said.pop("alternative", None)
                cut.append(
                    {
                        "id": rollout_name(dialogue["id"], turn["index"], candidate),
                        "persona_id": dialogue["persona_id"],
                        "system": dialogue["system"],
                        "turn": turn["index"],
                        "turns": [*dialogue["turns"][: turn["index"]], said],
                        "end_reason": None,
                    }
                )
    return cut


def some(cut: list[dict], share: float, seed: int) -> list[dict]:
    """The branches of a fixed random share of the branched turns, all candidates alike; none at all is a Problem."""
    turns = list(dict.fromkeys(turn_name(branch["persona_id"], branch["turn"]) for branch in cut))
    kept = sample_names(turns, share, seed, "turns")
    if turns and not kept:
        raise Problem(
            f"a share of {share:g} of {len(turns)} branched turns is none. Raise supporter.reward.reliability_share."
        )
    return [branch for branch in cut if turn_name(branch["persona_id"], branch["turn"]) in kept]


def roll_out(cut: list[dict], personas: dict[str, dict], roles: Roles) -> list[dict]:
    """The branches continued to an end rule or the exchange limit of the whole dialogue."""

    def exchange(under_way: list[dict]) -> None:
        answer_back(under_way, personas, roles)
        speaking = [branch for branch in under_way if branch["end_reason"] is None]
        if speaking:
            support(speaking, roles, alternatives=False)

    play(cut, exchange, roles.max_exchanges, roles.at_once)
    return cut


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=Path, required=True, help="with alternatives")
    parser.add_argument("--personas", type=Path, required=True)
    parser.add_argument(
        "--share", type=float, required=True, help="share of the personas rolled out (requirement A-051)"
    )
    parser.add_argument("--turn-share", type=float, required=True, help="share of their branched turns")
    parser.add_argument("--candidates", nargs="+", choices=CANDIDATES, required=True, help="whose rollouts")
    parser.add_argument("--draw", type=int, required=True, help="sample number of what the models are asked")
    parser.add_argument("--seed", type=int, required=True)
    add_options(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    chosen = sample_personas(read_personas(args.personas), args.share, args.seed)
    personas = {persona["id"]: persona for persona in chosen}
    dialogues = [dialogue for dialogue in read_jsonl(args.dialogues) if dialogue["persona_id"] in personas]
    cut = [branch for candidate in args.candidates for branch in branches(dialogues, candidate)]
    cut = some(cut, args.turn_share, args.seed)
    with contextlib.closing(open_roles(args)) as roles:
        done = roll_out(cut, personas, replace(roles, draw=args.draw))
    write_jsonl(args.output, ({**branch, "turns": branch["turns"][branch["turn"] :]} for branch in done))
    log.info("%d continuations, %s", len(done), dict(Counter(branch["end_reason"] for branch in done)))


if __name__ == "__main__":
    main()
