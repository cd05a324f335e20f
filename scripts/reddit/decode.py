"""Typed rows of a Reddit dump: zstd (long window, several frames) or plain JSON lines, never a silent loss.

The zstd library ends quietly on a cut file, so the end of each frame is checked here. Text is decoded in
newline-aligned blocks; a block with a broken line is decoded line by line, and the broken lines are named.
"""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from scripts.provenance.errors import Problem

BROKEN = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)  # the last: a value nested too deep
BLOCK = 256 << 10  # bytes of text decoded at once, at least; more would not stay in a core's cache
READ = 16 << 10  # bytes read from the file at once: less text than a block
LONGEST_WINDOW = 2**31  # what the public dumps were written with
_MAGIC = b"\x28\xb5\x2f\xfd"
_MARK = b"\xef\xbb\xbf"  # which some editors put before UTF-8
_SKIPPABLE = b"\x2a\x4d\x18"  # bytes 1-3 of a skippable frame


@dataclass(frozen=True)
class BadLine:
    """A line that gave no row: byte offset in the decompressed text (None: not known) and why."""

    offset: int | None
    reason: str


class Text(NamedTuple):
    """Whole lines of a dump and where they begin in its decompressed text."""

    offset: int
    lines: memoryview


def read_rows(path: str | Path, row_type: type) -> Iterator[tuple[list, list[BadLine], Text]]:
    """Blocks of (rows, bad lines, their text). A damaged or foreign file is a Problem naming the offset."""
    decoder = msgspec.json.Decoder(row_type)
    for text, count in _blocks(_text(Path(path))):
        yield *_decode(decoder, text, count), text


def offset_of(place: int, text: Text, row_type: type) -> int | None:
    """Where the line begins whose row is number `place` (from 0) of the block's rows."""
    decoder = msgspec.json.Decoder(row_type)
    for row, offset in _lines(decoder, text):
        place -= not isinstance(row, BadLine)
        if place < 0:
            return offset
    return None


def _text(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as stream:
        head = stream.read(64)
        stream.seek(0)
        if not head:
            raise _damage(path, "is empty", 0)
        if head[:4] == _MAGIC or head[1:4] == _SKIPPABLE:
            yield from _frames(path, stream)
        elif head.removeprefix(_MARK).lstrip()[:1] == b"{":
            if head.startswith(_MARK):
                yield b" " * stream.seek(len(_MARK))  # blanks, so that offsets stay those of the file
            while chunk := stream.read(BLOCK):
                yield chunk
        else:
            raise _damage(path, "is neither zstd nor JSON lines", 0)


def _frames(path: Path, stream: io.BufferedReader) -> Iterator[bytes]:
    import zstandard

    decompressor = zstandard.ZstdDecompressor(max_window_size=LONGEST_WINDOW)
    frame, inside = decompressor.decompressobj(read_across_frames=False), False
    while data := stream.read(READ):
        while data:
            try:
                text = frame.decompress(data)
            except zstandard.ZstdError as error:
                raise _damage(path, f"cannot be decompressed ({error})", stream.tell() - len(data)) from error
            inside = not frame.eof
            data = frame.unused_data if frame.eof else b""
            if frame.eof:
                frame = decompressor.decompressobj(read_across_frames=False)
            if text:
                yield text
    if inside:
        raise _damage(path, "ends inside a zstd frame", stream.tell())


def _damage(path: Path, what: str, offset: int) -> Problem:
    return Problem(
        f"{path} {what}, at byte {offset}. Nothing was written. "
        "Fetch the file again and compare its size and sha256 with resources/datasets.csv."
    )


def _blocks(chunks: Iterator[bytes]) -> Iterator[tuple[Text, int]]:
    """(Whole lines of about BLOCK bytes, how many); a longer line makes a longer block."""
    parts: list[bytes] = []
    held, offset = 0, 0
    for chunk in chunks:
        parts.append(chunk)
        held += len(chunk)
        if held < BLOCK or b"\n" not in chunk:
            continue
        joined = b"".join(parts)
        cut = joined.rfind(b"\n") + 1
        yield Text(offset, memoryview(joined)[:cut]), _newlines(joined, cut)
        parts, held, offset = [joined[cut:]], len(joined) - cut, offset + cut
    if held:
        joined = b"".join(parts)
        yield Text(offset, memoryview(joined)), _newlines(joined, len(joined)) + (not joined.endswith(b"\n"))


def _newlines(text: bytes, end: int) -> int:
    """Newlines before `end`; bytes.count takes four times as long."""
    import numpy as np

    return int(np.count_nonzero(np.frombuffer(text, np.uint8, end) == 10))


def _decode(decoder: msgspec.json.Decoder, text: Text, count: int) -> tuple[list, list[BadLine]]:
    # To the block decoder a newline is a blank: two broken lines may read as one object, one line as two.
    with contextlib.suppress(*BROKEN):
        rows = decoder.decode_lines(text.lines)
        if len(rows) == count:
            return rows, []
    found = [row for row, _ in _lines(decoder, text)]
    return [row for row in found if type(row) is not BadLine], [row for row in found if type(row) is BadLine]


def _lines(decoder: msgspec.json.Decoder, text: Text) -> Iterator[tuple[object, int]]:
    """(Row or BadLine, offset) of each line that is not blank."""
    offset = text.offset
    for line in bytes(text.lines).split(b"\n"):
        if line.strip():
            try:
                yield decoder.decode(line), offset
            except BROKEN as error:
                yield BadLine(offset, str(error)[:200]), offset
        offset += len(line) + 1
