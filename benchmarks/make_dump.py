"""Dumps of a made-up subreddit in the real shapes, or id-only tables as build_threads reads them, for measurements.

`dumps`: comments.zst and submissions.zst, about 1.6 KB a comment, 7 to 10 times smaller compressed, window 2^31 in the
frame header; the keys of each month 2018-12 to 2024-01, both text styles; bots, deleted, removed and edited rows, OP
replies, paths. `tables`: comments.parquet and submissions.parquet, with texts on demand. Equal seeds give equal files.

    python -m benchmarks.make_dump dumps --comments 400000 --seed 1 --folder results/bench
    python -m benchmarks.make_dump tables --comments 1300000 --seed 1 --folder results/bench --texts no
"""

import argparse
import contextlib
import datetime
import functools
import json.encoder
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks import dump_fields
from benchmarks.discussions import Comment, Post, discussions
from benchmarks.wording import COMMON, Wording

WINDOW = 31  # log2 of the frame's window
LEVEL = 9
COMMENT_WORDS, TITLE_WORDS, POST_WORDS = 32, 7, 130  # middle lengths
BOT = "I am a bot, and this action was performed automatically. Please contact the moderators of this subreddit."
# shares of rows: by a bot, deleted with its author, removed, author gone, edited, with flair, with an award
SHARES = {"bot": 0.02, "deleted": 0.03, "removed": 0.02, "gone": 0.04, "edited": 0.05, "flair": 0.05, "award": 0.004}


def base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"


def month_of(created: int) -> str:
    return _month(created // 86_400)


@functools.cache
def _month(day: int) -> str:
    return f"{datetime.datetime.fromtimestamp(day * 86_400, datetime.UTC):%Y-%m}"


@functools.lru_cache(1 << 12)
def _slug(post: int) -> str:
    """The title in a post's address, which stands in each of its comments."""
    words = [word for word in COMMON if word.isalpha()]
    return "_".join(words[_scattered(post + place) % len(words)] for place in range(4 + post % 6))


def _scattered(number: int) -> int:
    """Another number of 40 bits for each number, without a pattern that compresses."""
    return number * 0x9E3779B97F4A7C15 % 2**64 >> 24


_template = functools.cache(dump_fields.template)
_kinds = np.array([*SHARES, "plain"])
_bounds = np.cumsum(list(SHARES.values()))


def _line(kind: str, fate: str, author: int, created: int, name: str, values: dict) -> str:
    """A dump's line: what befell the row (a key of SHARES, or plain) decides its author, text and keys."""
    month = month_of(created)
    who, variant = f"person_{author}x", "plain"
    if fate == "bot":
        who, values["text"] = "AutoModerator", BOT
    elif fate == "removed":
        values["text"] = "[removed]"
    elif fate in ("deleted", "gone"):
        who, variant = "[deleted]", "gone"
        values["text"] = "[deleted]" if fate == "deleted" else values["text"]
    elif fate in ("flair", "award"):
        variant = fate
    quoted = json.encoder.encode_basestring if dump_fields.compact(month) else json.encoder.encode_basestring_ascii
    for key in values.keys() & {"text", "title"}:
        values[key] = quoted(values[key])
        if dump_fields.compact(month):
            values[key] = values[key].replace("/", "\\/")
    values["author"], values["created"], values["self"], values["id"] = f'"{who}"', created, name, f'"{name}"'
    values["fullid"] = f'"t{1 if kind == "comment" else 3}_{name}"'
    values["fullname"], values["joined"] = (
        f'"t2_{base36(_scattered(author))}"',
        1_150_000_000 + _scattered(author) % 10**8,
    )
    values["retrieved"], values["again"] = created + 10**6 + _scattered(created) % 10**5, created + 129_600
    values["distinguished"], values["stickied"] = ('"moderator"', "true") if fate == "bot" else ("null", "false")
    values["edited"] = dump_fields.edited(kind, month, created) if fate == "edited" else "false"
    return _template(kind, month, variant) % values


def comment_line(row: Comment, fate: str, text: str) -> str:
    post, name = base36(row.link), base36(row.id)
    parent = f'"t3_{post}"' if row.top else f'"t1_{base36(row.parent)}"'
    values = {"text": text, "link": f'"t3_{post}"', "post": post, "parent": parent, "score": row.score}
    values |= {"own": "true" if row.own else "false", "slug": _slug(row.link)}
    return _line("comment", fate, row.author, row.created, name, values)


def post_line(row: Post, fate: str, title: str, text: str) -> str:
    ratio = 1 if row.id % 3 else 0.5 + row.id % 50 / 100
    values = {"text": text, "title": title, "score": row.score, "adult": "true" if row.id % 37 == 0 else "false"}
    values |= {"slug": _slug(row.id), "ratio": ratio, "removed": '"moderator"' if fate == "removed" else "null"}
    return _line("submission", fate, row.author, row.created, base36(row.id), values)


def _fates(rng: np.random.Generator, count: int) -> list[str]:
    return _kinds[np.searchsorted(_bounds, rng.random(count))].tolist()


@contextlib.contextmanager
def _compressed(path: Path) -> Iterator[Callable[[bytes], object]]:
    import zstandard

    parameters = zstandard.ZstdCompressionParameters.from_level(
        LEVEL, window_log=WINDOW, enable_ldm=True, write_checksum=True
    )
    with (
        open(path, "wb") as stream,
        zstandard.ZstdCompressor(compression_params=parameters).stream_writer(stream) as out,
    ):
        yield out.write


def write_dumps(folder: Path, comments: int, seed: int) -> None:
    wording, rng = Wording(seed), np.random.default_rng(seed)
    with _compressed(folder / "submissions.zst") as write_posts, _compressed(folder / "comments.zst") as write_comments:
        for posts, batch in discussions(comments, seed):
            titles = wording.texts(wording.lengths(len(posts), TITLE_WORDS))
            texts = wording.texts(wording.lengths(len(posts), POST_WORDS))
            lines = map(post_line, posts, _fates(rng, len(posts)), titles, texts)
            write_posts("".join(lines).encode())
            texts = wording.texts(wording.lengths(len(batch), COMMENT_WORDS))
            write_comments("".join(map(comment_line, batch, _fates(rng, len(batch)), texts)).encode())


def write_tables(folder: Path, comments: int, seed: int, texts: bool) -> None:
    """What scripts/reddit/ingest_*.py write, of the same discussions; texts are empty unless asked for."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from scripts.reddit import ingest_comments, ingest_submissions

    wording = Wording(seed)

    def draw(count: int, middle: int) -> list[str]:
        return wording.texts(wording.lengths(count, middle)) if texts else [""] * count

    def writer(name: str, columns: dict[str, str]) -> pq.ParquetWriter:
        schema = pa.schema([(column, getattr(pa, kind)()) for column, kind in columns.items()])
        return pq.ParquetWriter(folder / name, schema, compression="zstd", compression_level=1)

    def write(out: pq.ParquetWriter, columns: dict[str, list]) -> None:
        arrays = [pa.array(columns[field.name], field.type) for field in out.schema]
        out.write_batch(pa.record_batch(arrays, schema=out.schema))

    with (
        writer("submissions.parquet", ingest_submissions.COLUMNS) as post_writer,
        writer("comments.parquet", ingest_comments.COLUMNS) as comment_writer,
    ):
        for posts, batch in discussions(comments, seed):
            columns = {"id": [row.id for row in posts], "author": [row.author for row in posts]}
            columns |= {"created_utc": [row.created for row in posts], "score": [row.score for row in posts]}
            columns |= {"title": draw(len(posts), TITLE_WORDS), "body": draw(len(posts), POST_WORDS)}
            write(post_writer, columns | {"upvote_ratio": [None] * len(posts)})
            columns = dict(zip(Comment._fields, map(list, zip(*batch, strict=True)), strict=True))
            write(
                comment_writer, columns | {"created_utc": columns["created"], "body": draw(len(batch), COMMENT_WORDS)}
            )


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("what", choices=("dumps", "tables"))
    parser.add_argument("--comments", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--texts", choices=("yes", "no"), help="in the tables")
    options = parser.parse_args(argv)
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.what == "dumps":
        write_dumps(options.folder, options.comments, options.seed)
    else:
        write_tables(options.folder, options.comments, options.seed, options.texts == "yes")


if __name__ == "__main__":
    main()
