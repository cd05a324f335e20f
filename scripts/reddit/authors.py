"""Authors as numbers, each name hashed once in a while: few people write most of a subreddit."""

from scripts.reddit.masks import hashed_author

REMEMBERED = 1 << 19  # names, in about 100 MB


class Authors:
    """Numbers of names under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[str, int] = {}

    def numbers(self, names: list[str]) -> list[int]:
        if len(self._known) > REMEMBERED:
            self._known.clear()
        for name in set(names).difference(self._known):
            self._known[name] = hashed_author(name, self._key)
        return list(map(self._known.__getitem__, names))
