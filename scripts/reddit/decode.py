"""Typed rows of a Reddit dump: zstd (long window, several frames) or plain JSON lines, never a silent loss.

The zstd library ends quietly on a cut file, so the end of each frame is checked here. Text is decoded in
newline-aligned blocks; a block with a broken line is decoded line by line, and the broken lines are named.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from scripts.provenance.errors import Problem

BLOCK = 4 << 20  # bytes of text decoded at once
READ = 256 << 10  # bytes read from the file at once
LONGEST_WINDOW = 2**31  # what the public dumps were written with
_MAGIC = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = b"\x2a\x4d\x18"  # bytes 1-3 of a skippable frame


@dataclass(frozen=True)
class BadLine:
    """A line that gave no row: byte offset in the decompressed text (None: not known) and why."""

    offset: int | None
    reason: str


def read_rows(path: str | Path, row_type: type) -> Iterator[tuple[list, list[BadLine], int]]:
    """Blocks of (rows, bad lines, bytes of text). A damaged or foreign file is a Problem naming the offset."""
    decoder = msgspec.json.Decoder(row_type)
    for offset, block in _blocks(_text(Path(path))):
        yield *_decode(decoder, offset, block), len(block)


def _text(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as stream:
        head = stream.read(64)
        stream.seek(0)
        if not head:
            raise _damage(path, "is empty", 0)
        if head[:4] == _MAGIC or head[1:4] == _SKIPPABLE:
            yield from _frames(path, stream)
        elif head.lstrip()[:1] == b"{":
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


def _blocks(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """(Offset, whole lines) of about BLOCK bytes; a longer line makes a longer block."""
    parts: list[bytes] = []
    held, offset = 0, 0
    for chunk in chunks:
        parts.append(chunk)
        held += len(chunk)
        if held < BLOCK or b"\n" not in chunk:
            continue
        text = b"".join(parts)
        cut = text.rfind(b"\n") + 1
        yield offset, text[:cut]
        parts, held, offset = [text[cut:]], len(text) - cut, offset + cut
    if held:
        yield offset, b"".join(parts)


def _decode(decoder: msgspec.json.Decoder, offset: int, block: bytes) -> tuple[list, list[BadLine]]:
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    try:
        rows = decoder.decode_lines(block)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _decode_lines(decoder, offset, block)
    # to the block decoder a newline is a blank: two broken lines may read as one object, one line as two
    return (rows, []) if len(rows) == lines else _decode_lines(decoder, offset, block)


def _decode_lines(decoder: msgspec.json.Decoder, offset: int, block: bytes) -> tuple[list, list[BadLine]]:
    rows, bad = [], []
    for line in block.split(b"\n"):
        if line.strip():
            try:
                rows.append(decoder.decode(line))
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                bad.append(BadLine(offset, str(error)[:200]))
        offset += len(line) + 1
    return rows, bad
