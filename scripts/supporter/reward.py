"""The reward of a supporter turn (paper A, Eq. 3 and Eq. 5)."""

import math
from pathlib import Path


def discounted(steps: list[float | None], horizon: int | None, gamma: float) -> float | None:
    """Sum over k = 1..h of gamma^(k-1) * steps[k-1]; `horizon` None is the whole rest of the dialogue.

    `steps` are N_{t+k}(v_{t+1}) (Eq. 3) or the emotion scores (Eq. 5) of the seeker turns after the supporter turn;
    after the end of a dialogue they count 0. A None within the horizon (a turn that is not known) makes the sum None.
    """
    seen = steps[:horizon]
    if None in seen:
        return None
    return math.fsum(gamma ** (k - 1) * step for k, step in enumerate(seen, 1))


def exceeds(difference: float, threshold: float, compare: str) -> bool:
    """Whether |difference| is over the threshold: strictly (`gt`, the text) or also equal (`ge`, Table 19's counts).

    Equal rewards never are (requirement A-054).
    """
    size = round(abs(difference), 9)  # means of ten scores differ in the last bits where they are equal
    return size > 0 and (size > threshold if compare == "gt" else size >= threshold)


def read_rewards(path: Path, horizon: int | None, gamma: float) -> dict[tuple[str, int], dict[str, float]]:
    """(dialogue, turn) -> {initial: R, alternative: R}; turns of which one R is not known are left out."""
    import pyarrow.parquet as pq

    rewards: dict[tuple[str, int], dict[str, float | None]] = {}
    for row in pq.read_table(path).to_pylist():
        rewards.setdefault((row["id"], row["turn"]), {})[row["candidate"]] = discounted(row["steps"], horizon, gamma)
    return {key: both for key, both in rewards.items() if None not in both.values()}
