"""Writes the offline world's two Reddit dumps: zstd with a long window, JSON lines of the months' real shapes.

Outputs: submissions and comments of one subreddit, 2019-2023 with a few older and newer ones, in order of
time, ids in base 36. What is planted stands in scripts/world/posts.py, what spoils it in noise.py.

    python -m scripts -- world.write_dumps --world resources/world.yaml --posts 500 --seed 1 \
        --submissions reddit/offmychest_submissions.zst --comments reddit/offmychest_comments.zst
"""

import argparse
import datetime
import logging
import random
from pathlib import Path

from scripts.provenance.drafts import publishing
from scripts.text.draws import seeded
from scripts.text.lexicon import Lexicon, load_lexicon
from scripts.world import fields
from scripts.world.noise import BOT_TEXT, BOTS, spoil, user_name
from scripts.world.posts import OP, draw_post

log = logging.getLogger(__name__)
WINDOW = 27  # log2; the public dumps go to 31, which would cost every reader 2 GiB
FIRST_POST, FIRST_COMMENT = int("9zzzz1", 36), int("ed0000a", 36)
SPANS = {
    "old": ("2014-06-01", "2015-06-01"),
    "main": ("2019-01-01", "2023-12-20"),
    "new": ("2024-01-02", "2024-02-01"),
}


def draw_lines(world: Lexicon, posts: int, seed: int) -> tuple[list[dict], list[dict]]:
    """Records of submissions and comments in order of time, with ids; comments name their parents."""
    submissions, comments = [], []
    for number in range(posts):
        rng = seeded(seed, "post", number)
        post = draw_post(rng, world)
        record, below = dress(rng, post, number)
        submissions.append(record)
        comments.extend(below)
    _number(submissions, FIRST_POST)
    _number(comments, FIRST_COMMENT)
    for record in comments:
        parent = record.pop("above")
        record["link_id"] = f"t3_{record.pop('post')['id']}"
        record["parent_id"] = record["link_id"] if parent is None else f"t1_{parent['id']}"
    return submissions, comments


def dress(rng: random.Random, post, number: int) -> tuple[dict, list[dict]]:
    """The post and its comments as records without ids; a comment refers to the records above it."""
    first, last = SPANS[rng.choices(("main", "old", "new"), (96, 2, 2))[0]]
    created = rng.randrange(_seconds(first), _seconds(last))
    names = {OP: user_name(rng) + f"x{number}"}
    record = spoil(
        rng,
        {
            "author": names[OP],
            "title": post.title,
            "selftext": post.body,
            "created_utc": created,
            "score": rng.randint(1, 4) if rng.random() < 0.06 else rng.randint(5, 900),
            "upvote_ratio": round(rng.uniform(0.4, 0.79) if rng.random() < 0.06 else rng.uniform(0.8, 1.0), 2),
            "over_18": rng.random() < 0.03,
            "num_comments": len(post.nodes),
            "removed_by_category": None,
        },
        "selftext",
    )
    below: list[dict] = []
    for node in post.nodes:
        created += rng.randrange(60, 7200)
        author = names.setdefault(node.author, user_name(rng) + f"y{len(names)}")
        above = None if node.parent is None else below[node.parent]
        below.append(spoil(rng, _comment(rng, record, above, author, node.text, created, node.author == OP), "body"))
    if rng.random() < 0.5:
        bot = rng.choice(BOTS)
        below.append(_comment(rng, record, None, bot, BOT_TEXT, record["created_utc"] + 5, False))
        below[-1]["distinguished"] = "moderator" if bot == "AutoModerator" else None
    return record, below


def _comment(rng, post: dict, above: dict | None, author: str, body: str, created: int, own: bool) -> dict:
    score = rng.choice((1, 2, 3, 8)) if own else rng.randint(2, 60)
    return {
        "author": author,
        "body": body,
        "created_utc": created,
        "score": score,
        "is_submitter": own,
        "distinguished": None,
        "post": post,
        "above": above,
    }


def _number(records: list[dict], first: int) -> None:
    records.sort(key=lambda record: record["created_utc"])
    for place, record in enumerate(records):
        record["id"] = base36(first + 37 * place)


def base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"


def _seconds(day: str) -> int:
    return int(datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC).timestamp())


def write_dump(path: Path, records: list[dict], shape, seed: int) -> int:
    """Writes the lines in two frames; one line in a hundred comes again later, one in 3,000 is cut short."""
    import zstandard

    lines, repeated = [], []
    for number, record in enumerate(records):
        rng = seeded(seed, path.name, number)
        moment = datetime.datetime.fromtimestamp(record["created_utc"], datetime.UTC)
        line = fields.encode(rng, shape(rng, record, f"{moment:%Y-%m}"))
        lines.append(line)
        if rng.random() < 0.01:
            repeated.append(line)
        if number % 3000 == 2999:
            lines.append(line[: len(line) // 2] + b"\n")
    lines += repeated
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=WINDOW, write_content_size=False)
    half = len(lines) // 2
    with publishing(path) as draft, open(draft, "wb") as stream:
        for frame in (lines[:half], lines[half:]):
            compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
            stream.write(compressor.compress(b"".join(frame)) + compressor.flush())
    return len(lines)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--world", required=True, help="words and effects of the world (YAML)")
    parser.add_argument("--posts", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--submissions", type=Path, required=True)
    parser.add_argument("--comments", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    options = parse_args(argv)
    submissions, comments = draw_lines(load_lexicon(options.world), options.posts, options.seed)
    posts = write_dump(options.submissions, submissions, fields.submission, options.seed)
    replies = write_dump(options.comments, comments, fields.comment, options.seed)
    log.info("lines written: submissions %d, comments %d", posts, replies)


if __name__ == "__main__":
    main()
