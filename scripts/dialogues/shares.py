"""Which personas or turns a share of them is: the same for a dialogue and for its rollouts."""

from collections import Counter

from scripts.provenance.errors import Problem
from scripts.text.draws import seeded


def sample_personas(personas: list[dict], share: float, seed: int) -> list[dict]:
    """A fixed random share of the personas, in file order; a duplicate id is a Problem."""
    repeated = [name for name, count in Counter(persona["id"] for persona in personas).items() if count > 1]
    if repeated:
        raise Problem(f"personas: {len(repeated)} ids stand twice, {repeated[0]!r} first. Make every id unique.")
    if share >= 1:
        return personas
    names = sample_names([persona["id"] for persona in personas], share, seed, "share")
    return [persona for persona in personas if persona["id"] in names]


def sample_names(names: list[str], share: float, seed: int, purpose: str) -> set[str]:
    """A fixed random share of different names; each purpose has draws of its own."""
    ordered = sorted(names, key=lambda name: seeded(seed, purpose, name).random())
    return set(ordered[: round(share * len(names))])
