"""Other ways to read a dump of comments, each a program of its own: prints how many comments, and the sum of scores.

python -m benchmarks.readers zstandard comments.zst
"""

import datetime
import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

WINDOW = 2**31
CHUNK = 2**27  # what the public scripts read at once
FIELDS = {"id": "varchar", "author": "varchar", "body": "varchar", "created_utc": "varchar", "link_id": "varchar"}
FIELDS |= {"parent_id": "varchar", "score": "bigint", "distinguished": "varchar"}


def _chunks(stream: io.BufferedReader, size: int) -> Iterator[bytes]:
    import zstandard

    reader = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(stream, read_across_frames=True)
    while chunk := reader.read(size):
        yield chunk


def zstandard(path: str) -> tuple[int, int]:
    """Decompression in Python and nothing else, where the zstd program is missing."""
    with open(path, "rb") as stream:
        for _ in _chunks(stream, 1 << 20):
            pass
    return 0, 0


def json_public(path: str) -> tuple[int, int]:
    """The steps of the public scripts: of each line the place in the file is asked, json.loads reads it, its time is
    made a date, a field is compared, errors are counted, and every 100,000 lines are told."""
    rows = scores = bad = 0
    for line, place in _placed(path):
        try:
            row = json.loads(line)
            created = datetime.datetime.fromtimestamp(int(row["created_utc"]), datetime.UTC)
            scores += row["score"] if row["subreddit"] == "offmychest" else 0
        except (KeyError, json.JSONDecodeError):
            bad += 1
        rows += 1
        if rows % 100_000 == 0:
            print(f"{created:%Y-%m-%d %H:%M:%S} : {rows:,} : {bad:,} : {place:,}", file=sys.stderr)
    return rows, scores


def _placed(path: str) -> Iterator[tuple[str, int]]:
    with open(path, "rb") as stream:
        for lines in _split(stream):
            for line in lines:
                yield line, stream.tell()


def json_bare(path: str) -> tuple[int, int]:
    """The same text, json.loads of each line, and no other step."""
    rows = scores = 0
    with open(path, "rb") as stream:
        for lines in _split(stream):
            for line in lines:
                rows += 1
                scores += json.loads(line)["score"]
    return rows, scores


def _split(stream: io.BufferedReader) -> Iterator[list[str]]:
    """Lines of 128 MiB at once, decoded to text and split; what lies across an edge waits for the next."""
    rest, undecoded = "", b""
    for chunk in _chunks(stream, CHUNK):
        data = undecoded + chunk
        try:
            text, undecoded = data.decode(), b""
        except UnicodeDecodeError as error:
            text, undecoded = data[: error.start].decode(), data[error.start :]
        *lines, rest = (rest + text).split("\n")
        yield lines


def json_lines(path: str) -> tuple[int, int]:
    """json.loads on small blocks of bytes and nothing else."""
    rows = scores = 0
    rest = b""
    with open(path, "rb") as stream:
        for chunk in _chunks(stream, 1 << 20):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                rows += 1
                scores += json.loads(line)["score"]
    return rows, scores


def duckdb(path: str) -> tuple[int, int]:
    """DuckDB over the text on standard input; DuckDB itself refuses frames with this window."""
    import duckdb

    source = f"read_json('{path}', columns = {FIELDS}, format = 'newline_delimited', compression = 'none')"
    # every field is looked at, or DuckDB would not build it
    looked = " + ".join(f"count({name})" for name in FIELDS)
    rows, scores, _ = duckdb.connect().execute(f"select count(*), sum(score), {looked} from {source}").fetchone()
    return rows, int(scores)


def ours(path: str) -> tuple[int, int]:
    """Typed rows, checked ends of frames, broken lines named."""
    from scripts.reddit.decode import read_rows
    from scripts.reddit.filters import Comment

    rows = scores = 0
    for block, _, _ in read_rows(Path(path), Comment):
        rows += len(block)
        scores += sum([row.score for row in block])
    return rows, scores


READERS: dict[str, Callable[[str], tuple[int, int]]] = {
    reader.__name__: reader for reader in (zstandard, json_public, json_bare, json_lines, duckdb, ours)
}

if __name__ == "__main__":
    print(*READERS[sys.argv[1]](sys.argv[2]))
