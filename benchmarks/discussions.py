"""Who answers whom in a made-up subreddit: posts, comments, OP replies, in order of time and of ids.

The same discussions lie under the dumps and under the id-only tables of `benchmarks.make_dump`.
"""

import random
from collections.abc import Iterator
from typing import NamedTuple

FIRST, LAST = 1_543_622_400, 1_706_745_600  # 2018-12-01 to 2024-02-01: a month more than is kept at either end
BATCH = 10_000  # comments
OPEN = 400  # posts that people answer at one time
REMEMBERED = 30  # comments of a post that can still be answered
OP_SHARE, REPLY_SHARE = 0.2, 0.4  # comments by the poster; others' comments that answer a comment


class Post(NamedTuple):
    id: int
    author: int
    created: int
    score: int


class Comment(NamedTuple):
    """`parent` is a post's id when `top`; `own`: by the poster."""

    id: int
    link: int
    parent: int
    top: bool
    author: int
    own: bool
    created: int
    score: int


class _Discussion:
    def __init__(self, post: Post, left: int) -> None:
        self.post, self.left = post, left
        self.all: list[int] = []
        self.others: list[int] = []  # not by the poster


def discussions(comments: int, seed: int) -> Iterator[tuple[list[Post], list[Comment]]]:
    """Batches of (posts opened, comments); memory does not grow with their number. A fifth answer as OP."""
    rng = random.Random(seed)
    draw = rng.random
    people = max(200, comments // 8)
    post_id, comment_id = 200_000_000, 30_000_000_000
    opened: list[Post] = []

    def begin(created: int) -> _Discussion:
        nonlocal post_id
        post_id += 1 + int(draw() * 400)
        opened.append(Post(post_id, int(draw() * people), created, int(rng.paretovariate(0.7)) % 30_000))
        return _Discussion(opened[-1], min(3000, 3 + int(rng.paretovariate(1.1) * 2)))

    active = [begin(FIRST) for _ in range(min(OPEN, 1 + comments // 20))]
    batch: list[Comment] = []
    for number in range(comments):
        created = FIRST + number * (LAST - FIRST) // comments
        place = int(draw() * len(active))
        if not active[place].left:
            active[place] = begin(created)
        talk = active[place]
        talk.left -= 1
        own = bool(talk.others) and draw() < OP_SHARE
        if own:
            parent, top = talk.others[int(draw() * len(talk.others))], False
        elif talk.all and draw() < REPLY_SHARE:
            parent, top = talk.all[int(draw() * len(talk.all))], False
        else:
            parent, top = talk.post.id, True
        comment_id += 1 + int(draw() * 2000)
        author = talk.post.author if own else int(draw() ** 2 * people)
        own = author == talk.post.author
        score = int(draw() ** -1.2) - (draw() < 0.08) * 3
        batch.append(Comment(comment_id, talk.post.id, parent, top, author, own, created, min(score, 20_000)))
        talk.all = [*talk.all[-REMEMBERED:], comment_id]
        if not own:
            talk.others = [*talk.others[-REMEMBERED:], comment_id]
        if len(batch) == BATCH:
            yield opened, batch
            opened, batch = [], []
    if batch:
        yield opened, batch
