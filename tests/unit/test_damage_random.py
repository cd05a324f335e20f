"""Random damage to dumps, packed and plain: an error and nothing written, or every line accounted for and none lost."""

import tempfile
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.provenance.errors import Problem
from scripts.reddit import decode, ingest
from tests.unit.damaged import KINDS, ingested, line, packed, text

pytestmark = pytest.mark.slow
COUNT = 40
PLAIN = {kind: text(kind, COUNT) for kind in KINDS}
FRAMES = {kind: [packed(PLAIN[kind][:3000]), packed(PLAIN[kind][3000:])] for kind in KINDS}

# What happens to a file, at places given as shares of its length: bits flip, a range goes, comes twice, or is new.
place = st.floats(0, 1, exclude_max=True)
edit = st.one_of(
    st.tuples(st.just("flip"), place, st.integers(0, 7)),
    st.tuples(st.just("cut"), place, st.integers(1, 400)),
    st.tuples(st.just("twice"), place, st.integers(1, 4000)),
    st.tuples(st.just("insert"), place, st.binary(min_size=1, max_size=40)),
    st.tuples(
        st.just("insert"),
        place,
        st.sampled_from([b"\n", b"\0" * 20, b'{"', b"}\n{", b"\xff\n", b'"id": null,', b"\\u"]),
    ),
    st.tuples(st.just("end"), place, st.just(0)),
)
blocks = st.sampled_from([(1 << 20, 1 << 16, 16_384), (700, 100, 3), (1, 7, 1)])  # decode.BLOCK, decode.READ, BATCH


def damaged(content: bytes, edits: list[tuple]) -> bytes:
    for what, share, how in edits:
        at = int(share * len(content))
        if what == "flip" and content:
            content = content[:at] + bytes([content[at] ^ 1 << how]) + content[at + 1 :]
        elif what == "cut":
            content = content[:at] + content[at + how :]
        elif what == "twice":
            content = content[:at] + content[at : at + how] + content[at:]
        elif what == "insert":
            content = content[:at] + how + content[at:]
        elif what == "end":
            content = content[:at]
    return content


def lines_in(content: bytes) -> list[bytes]:
    """The lines that the whole frames of a file hold, or of a plain one."""
    if content.lstrip()[:1] != b"{":
        reader = zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(content, read_across_frames=True)
        content = reader.read()
    return [each for each in content.split(b"\n") if each.strip(b" \t\r\n\x0b\x0c")]


def check(kind: str, content: bytes, sizes: tuple[int, int, int]) -> bool:
    """Whether the file was read; then every line of it is accounted for and every line that is whole was kept."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        for module, name, size in zip((decode, decode, ingest), ("BLOCK", "READ", "BATCH"), sizes, strict=True):
            patch.setattr(module, name, size)
        try:
            numbers, report = ingested(Path(folder), kind, content)
        except Problem:
            assert sorted(path.name for path in Path(folder).iterdir()) == ["dump.zst", "salt.txt"]
            return False
    lines = lines_in(content)
    assert report["lines"] == len(lines)
    whole = {number for number in range(COUNT) if line(kind, number).strip() in lines}
    assert whole <= set(numbers)
    return True


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.lists(edit, min_size=1, max_size=4), blocks)
def test_damage_to_a_packed_dump_is_an_error_or_loses_no_line_that_is_in_it(kind, edits, sizes):
    check(kind, damaged(b"".join(FRAMES[kind]), edits), sizes)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.lists(edit, min_size=1, max_size=6), blocks)
def test_damage_to_plain_lines_loses_no_other_line(kind, edits, sizes):
    """Behind a first line that is whole, so that the file is taken for what it is: nothing is refused then."""
    assert check(kind, line(kind, 0) + damaged(PLAIN[kind][len(line(kind, 0)) :], edits), sizes)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.lists(edit, min_size=1, max_size=6), blocks)
def test_damaged_lines_in_a_sound_file_are_treated_alike_packed_and_plain(kind, edits, sizes):
    content = line(kind, 0) + damaged(PLAIN[kind][len(line(kind, 0)) :], edits)
    half = len(content) // 2
    found = []
    for form in (content, packed(content), packed(content[:half]) + packed(content[half:])):
        with tempfile.TemporaryDirectory() as folder:
            numbers, report = ingested(Path(folder), kind, form)
            report.pop("timing", None)
            found.append((numbers, report))
        assert check(kind, form, sizes)
    assert found[0] == found[1] == found[2]
