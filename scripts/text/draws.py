"""Random draws that belong to a record, not to its place in a file."""

import hashlib
import random


def seeded(seed: int, *names: object) -> random.Random:
    """A generator fixed by the seed and the names, equal in every order, shard and process."""
    text = "\x1f".join(map(str, (seed, *names)))
    return random.Random(hashlib.sha256(text.encode()).digest())
