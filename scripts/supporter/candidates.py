"""The two candidates of every branched supporter turn and the seeker turns that follow each."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem
from scripts.text.rollouts import CANDIDATES, rollout_name


class Candidate(NamedTuple):
    """One of the two answers of a supporter turn, with what followed it.

    `key` = {id, turn, candidate}; `turn` is the dialogue's supporter turn; `later` lists, for each seeker turn after
    the candidate, its label id (`<dialogue>:<index>` or `<rollout>:<index>`) and the turns up to and including it.
    `cut_off`: an answer failed there, so what would have followed is not known.
    """

    key: dict
    turn: dict
    later: list[tuple[str, list[dict]]]
    cut_off: bool


def candidates(dialogues: list[dict], rollouts: list[dict]) -> Iterator[Candidate]:
    """Both candidates of each turn whose alternative was rolled out.

    The initial answer's continuation is its rollout where initial answers have rollouts, else the dialogue itself.
    """
    continued = {rollout["id"]: rollout for rollout in rollouts}
    afresh = any(name.endswith(":initial") for name in continued)
    for dialogue in dialogues:
        for turn in dialogue["turns"]:
            names = {one: rollout_name(dialogue["id"], turn["index"], one) for one in CANDIDATES}
            if names["alternative"] not in continued:
                continue
            if afresh and names["initial"] not in continued:
                raise Problem(f"{names['initial']} has no rollout of its own, others have. Rebuild the rollouts.")
            before = dialogue["turns"][: turn["index"]]
            for name in CANDIDATES:
                owner = continued.get(names[name], dialogue)
                after = [said for said in owner["turns"] if said["index"] >= turn["index"]]
                later = [
                    (f"{owner['id']}:{said['index']}", [*before, *after[: place + 1]])
                    for place, said in enumerate(after)
                    if said["role"] == "seeker"
                ]
                key = {"id": dialogue["id"], "turn": turn["index"], "candidate": name}
                yield Candidate(key, turn, later, owner["end_reason"] == "failed")


def write_rewards(path: Path, rows: list[dict]) -> None:
    """Parquet `id, turn, candidate, steps` (null: not known), ordered by id, turn and candidate."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [("id", pa.string()), ("turn", pa.int32()), ("candidate", pa.string()), ("steps", pa.list_(pa.float64()))]
    )
    rows = sorted(rows, key=lambda row: (row["id"], row["turn"], row["candidate"]))
    with publishing(path) as draft:
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), draft, compression="zstd")
