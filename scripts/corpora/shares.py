"""Random splits of corpora that come without any (requirements A-009, A-010)."""

from scripts.provenance.errors import Problem
from scripts.text.draws import seeded


def split_shares(ids: list[str], shares: dict[str, float], seed: int) -> dict[str, list[str]]:
    """Ids by split, each list in the order of `ids`; `shares` names the held-out splits, the rest is train.

    A held-out split has round(share x n) records; none left for a split is a Problem.
    """
    order = sorted(ids, key=lambda name: (seeded(seed, "split", name).random(), name))
    of, start = {}, 0
    for split, share in shares.items():
        count = round(share * len(ids))
        of.update(dict.fromkeys(order[start : start + count], split))
        start += count
    splits = {split: [name for name in ids if of.get(name, "train") == split] for split in ("train", *shares)}
    if empty := [split for split, names in splits.items() if not names]:
        raise Problem(
            f"{len(ids)} records leave nothing for {empty} with shares {shares}. Give more records or larger shares."
        )
    return splits
