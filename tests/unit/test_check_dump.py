"""A dump is held to what the registry knows of it, and a large file is read for its sha256 once."""

import hashlib
import json
import os

import pytest

from scripts.provenance import digests
from scripts.provenance.digests import file_sha256
from scripts.provenance.errors import Problem
from scripts.reddit import check_dump

DIGEST = hashlib.sha256(b"dump").hexdigest()


def checked(tmp_path, size: str, sha256: str, content: bytes = b"dump") -> dict:
    (tmp_path / "dump.zst").write_bytes(content)
    options = ["--dump", str(tmp_path / "dump.zst"), f"--bytes={size}", f"--sha256={sha256}"]
    check_dump.main([*options, "--output", str(tmp_path / "checked.json")])
    return json.loads((tmp_path / "checked.json").read_text())


@pytest.mark.parametrize(("size", "sha256"), [("", ""), ("4", ""), ("", DIGEST), ("4", DIGEST.upper())])
def test_dump_as_the_registry_knows_it_passes_and_is_described(tmp_path, size, sha256):
    """What is known does not show: writing down a sum changes no byte."""
    assert checked(tmp_path, size, sha256) == {"bytes": 4, "sha256": DIGEST}


@pytest.mark.parametrize(
    ("size", "sha256", "content", "said"),
    [
        ("5", "", b"dump", "has 4 bytes, 5 were expected"),
        ("", "0" * 64, b"dump", f"has sha256 {DIGEST[:12]}…, 000000000000… was expected"),
        ("4", DIGEST, b"dum", "has 3 bytes, 4 were expected"),
        ("many", "", b"dump", "has 4 bytes, many were expected"),
        ("", "", b"", "is empty"),
    ],
)
def test_any_other_dump_is_refused_with_what_to_do(tmp_path, size, sha256, content, said):
    with pytest.raises(Problem) as caught:
        checked(tmp_path, size, sha256, content)
    assert said in str(caught.value) and "dump.zst" in str(caught.value) and "Fetch the file again" in str(caught.value)
    assert not (tmp_path / "checked.json").exists()


@pytest.fixture
def read(tmp_path, monkeypatch) -> list[str]:
    """The names of the files whose bytes are read for a sum; files of ten bytes are large here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(digests, "LARGE", 10)
    monkeypatch.setattr(digests, "_known", {})
    real, names = hashlib.file_digest, []

    def digest(stream, name):
        names.append(os.path.basename(stream.name))
        return real(stream, name)

    monkeypatch.setattr(hashlib, "file_digest", digest)
    return names


def another_process(monkeypatch) -> None:
    monkeypatch.setattr(digests, "_known", {})


def test_large_file_is_read_once_by_all_jobs_and_small_ones_each_time(tmp_path, monkeypatch, read):
    for name in ("large", "small"):
        (tmp_path / name).write_bytes(b"x" * (10 if name == "large" else 9))
    for _ in range(3):
        another_process(monkeypatch)
        sums = [file_sha256(name) for name in ("large", "large", "small")]
        assert sums == [hashlib.sha256(b"x" * size).hexdigest() for size in (10, 10, 9)]
    assert read == ["large", "small", "small", "small"]


@pytest.mark.parametrize("how", ["written over", "written over with its old times", "replaced with its old times"])
def test_large_file_that_changed_is_read_again(tmp_path, monkeypatch, read, how):
    path = tmp_path / "large"
    path.write_bytes(b"x" * 10)
    file_sha256(path)
    times = path.stat()
    if how.startswith("replaced"):
        (tmp_path / "other").write_bytes(b"y" * 10)
        os.replace(tmp_path / "other", path)
    else:
        path.write_bytes(b"y" * 10)
    if how.endswith("times"):
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    another_process(monkeypatch)
    assert file_sha256(path) == hashlib.sha256(b"y" * 10).hexdigest()


def test_where_nothing_can_be_kept_the_sum_is_right_all_the_same(tmp_path, monkeypatch, read):
    (tmp_path / ".cache").write_text("no folder")
    (tmp_path / "large").write_bytes(b"x" * 10)
    for _ in range(2):
        another_process(monkeypatch)
        assert file_sha256("large") == hashlib.sha256(b"x" * 10).hexdigest()
    assert read == ["large", "large"]


def test_a_checked_dump_is_not_read_again_for_the_records_of_the_check_and_of_the_ingest(tmp_path, monkeypatch, read):
    from scripts.provenance.sidecar import Sidecar

    (tmp_path / "dump.zst").write_bytes(b"x" * 10)
    for rule in ("reddit.check_dump", "reddit.ingest_comments"):
        another_process(monkeypatch)
        sidecar = Sidecar(str(tmp_path / f"{rule}.json"), rule, [], None)
        sidecar.note_inputs([str(tmp_path / "dump.zst")])
        if rule == "reddit.check_dump":
            check_dump.check(tmp_path / "dump.zst", "", "")
        assert sidecar.changed_input() is None
    assert read == ["dump.zst"]
