"""Other ways to read a dump of comments, each a program of its own: prints how many comments, and the sum of scores.

python -m benchmarks.readers zstandard comments.zst
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

WINDOW = 2**31
CHUNK = 2**27  # what the public scripts read at once
FIELDS = {"id": "varchar", "author": "varchar", "body": "varchar", "created_utc": "varchar", "link_id": "varchar"}
FIELDS |= {"parent_id": "varchar", "score": "bigint", "distinguished": "varchar"}


def _chunks(path: str, size: int) -> Iterator[bytes]:
    import zstandard

    with open(path, "rb") as stream:
        reader = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(stream, read_across_frames=True)
        while chunk := reader.read(size):
            yield chunk


def zstandard(path: str) -> tuple[int, int]:
    """Decompression in Python and nothing else, where the zstd program is missing."""
    for _ in _chunks(path, 1 << 20):
        pass
    return 0, 0


def json_chunks(path: str) -> tuple[int, int]:
    """As the public scripts do: 128 MiB are decoded to text and split, and json.loads reads each line."""
    rows = scores = 0
    rest, undecoded = "", b""
    for chunk in _chunks(path, CHUNK):
        data = undecoded + chunk
        try:
            text, undecoded = data.decode(), b""
        except UnicodeDecodeError as error:  # a character lies across the edge
            text, undecoded = data[: error.start].decode(), data[error.start :]
        *lines, rest = (rest + text).split("\n")
        for line in lines:
            row = json.loads(line)
            rows += 1
            scores += row["score"]
    return rows, scores


def json_lines(path: str) -> tuple[int, int]:
    """The same with small blocks of bytes."""
    rows = scores = 0
    rest = b""
    for chunk in _chunks(path, 1 << 20):
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
    reader.__name__: reader for reader in (zstandard, json_chunks, json_lines, duckdb, ours)
}

if __name__ == "__main__":
    print(*READERS[sys.argv[1]](sys.argv[2]))
