"""Splits by submission with exact dev and test sizes (requirements A-015, A-016)."""

from collections import Counter

from scripts.provenance.errors import Problem
from scripts.text.draws import seeded

Sizes = dict[str, dict[str, int]]


def split_posts(posts: dict[str, list[str]], sizes: Sizes, seed: int) -> dict[str, str]:
    """Split (`dev` or `test`) of each held-out post; a post that is not named belongs to train.

    `posts` lists, for each setting, the post of every example; `sizes` the examples wanted, by setting and
    split. Posts are walked in a seeded order, and one is taken into a split when all its examples, of every
    setting, still fit: so sizes are met exactly and no post stands in two splits. Too few is a Problem.
    """
    by_post: dict[str, Counter] = {}
    for setting, names in posts.items():
        for name in names:
            by_post.setdefault(name, Counter())[setting] += 1
    wanted = {split: {setting: sizes[setting][split] for setting in posts} for split in ("test", "dev")}
    order = sorted(by_post, key=lambda name: (seeded(seed, "split", name).random(), name))
    taken: dict[str, str] = {}
    for name in order:
        for split, room in wanted.items():
            if all(count <= room[setting] for setting, count in by_post[name].items()):
                taken[name] = split
                for setting, count in by_post[name].items():
                    room[setting] -= count
                break
    train = Counter({setting: sum(name not in taken for name in names) for setting, names in posts.items()})
    missing = {split: room for split, room in wanted.items() if any(room.values())}
    if missing or not all(train.values()):
        have = {setting: len(names) for setting, names in posts.items()}
        raise Problem(
            f"select_threads: {have} examples do not fill the splits (still wanted {missing}, train {dict(train)}). "
            "Ask for smaller dev and test sets, or loosen the filters."
        )
    return taken
