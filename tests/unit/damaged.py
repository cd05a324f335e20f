"""Small dumps of both kinds, and the ingest of one with what it leaves behind."""

import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import zstandard

from scripts.provenance.errors import Problem
from scripts.reddit import ingest_comments, ingest_submissions

KINDS = {"comments": ingest_comments, "submissions": ingest_submissions}
WORDS = "I value your kindness and maybe walking could help"


def record(kind: str, number: int, **more) -> dict:
    """A line that every filter keeps."""
    author = hashlib.sha256(str(number).encode()).hexdigest()  # does not compress, so that files are not tiny
    common = {"id": f"a{number:05d}", "author": author, "created_utc": 1_600_000_000 + number, "score": 9}
    if kind == "comments":
        return common | {"link_id": "t3_p1", "parent_id": "t3_p1", "body": f"{WORDS} {number}."} | more
    own = {"title": "I am sad", "selftext": f"{WORDS} {number}.", "upvote_ratio": 0.9, "is_self": True}
    return common | own | more


def line(kind: str, number: int, **more) -> bytes:
    return json.dumps(record(kind, number, **more)).encode() + b"\n"


def text(kind: str, count: int, first: int = 0) -> bytes:
    return b"".join(line(kind, number) for number in range(first, first + count))


def packed(content: bytes, checksum: bool = True) -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=27, write_checksum=checksum)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(content)


def ingested(folder: Path, kind: str, content: bytes, *more: str) -> tuple[list[int], dict]:
    """Numbers of the rows that the command keeps, and its report."""
    folder.mkdir(exist_ok=True)
    (folder / "dump.zst").write_bytes(content)
    (folder / "salt.txt").write_text("pepper")
    options = ["--dump", "dump.zst", "--output", "rows.parquet", "--report", "report.json", "--salt-file", "salt.txt"]
    words = [str(folder / word) if place % 2 else word for place, word in enumerate(options)]
    KINDS[kind].main([*words, *(more or ("--max-bad", "1"))])
    rows = pq.read_table(folder / "rows.parquet").to_pylist()
    report = json.loads((folder / "report.json").read_text())
    assert report["lines"] == report["kept"] + sum(report["dropped"].values()) + report["bad"]
    assert report["kept"] == len(rows)
    ids = [row["id"] for row in rows]
    assert ids == sorted(set(ids))
    return [number_of(each) for each in ids], report


def number_of(name: int) -> int:
    """The number of the `record` with this id: its last five digits in base 36, which are decimal ones."""
    return sum(name // 36**place % 36 * 10**place for place in range(5))


def refused(folder: Path, kind: str, content: bytes, *more: str) -> str:
    """The message; nothing but the dump and the salt may lie there."""
    with pytest.raises(Problem) as caught:
        ingested(folder, kind, content, *more)
    assert sorted(path.name for path in folder.iterdir()) == ["dump.zst", "salt.txt"], "something was left behind"
    assert str(folder / "dump.zst") in str(caught.value)
    return str(caught.value)
