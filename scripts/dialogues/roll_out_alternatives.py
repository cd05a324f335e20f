"""Continues every alternative supporter turn to the end of its dialogue (paper A, sections 5.3 and D.3).

Writes one continuation a branched turn: id `<dialogue>:<turn index>`, turns from the alternative on. The initial turn's
continuation is the dialogue itself (requirement A-051).
Run: python -m scripts.dialogues.roll_out_alternatives --help
"""

import argparse
import contextlib
import logging
from collections import Counter
from pathlib import Path

from scripts.dialogues.roles import Roles, add_options, open_roles
from scripts.dialogues.schedule import play
from scripts.dialogues.shares import sample_personas
from scripts.dialogues.turns import answer_back, support
from scripts.text.files import read_jsonl, write_jsonl

log = logging.getLogger(__name__)


def branches(dialogues: list[dict]) -> list[dict]:
    """A dialogue cut after each turn that has an alternative, with the alternative in that turn's place."""
    cut = []
    for dialogue in dialogues:
        for turn in dialogue["turns"]:
            if turn.get("alternative"):
                other = {"index": turn["index"], "role": "supporter", **turn["alternative"]}
                cut.append(
                    {
                        "id": f"{dialogue['id']}:{turn['index']}",
                        "persona_id": dialogue["persona_id"],
                        "system": dialogue["system"],
                        "turn": turn["index"],
                        "turns": [*dialogue["turns"][: turn["index"]], other],
                        "end_reason": None,
                    }
                )
    return cut


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
    parser.add_argument("--seed", type=int, required=True)
    add_options(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    chosen = sample_personas(read_jsonl(args.personas), args.share, args.seed)
    personas = {persona["id"]: persona for persona in chosen}
    cut = branches([dialogue for dialogue in read_jsonl(args.dialogues) if dialogue["persona_id"] in personas])
    with contextlib.closing(open_roles(args)) as roles:
        done = roll_out(cut, personas, roles)
    write_jsonl(args.output, ({**branch, "turns": branch["turns"][branch["turn"] :]} for branch in done))
    log.info("%d continuations, %s", len(done), dict(Counter(branch["end_reason"] for branch in done)))


if __name__ == "__main__":
    main()
