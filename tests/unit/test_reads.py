"""What a job reads through Python is recorded: files of the project and its modules, and no others."""

import io
import os
import sys
import threading
from pathlib import Path

import pytest

from scripts.provenance import reads


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """The current folder, with files to read, beside another one."""
    for name in ("here/a.txt", "here/results/b.txt", "here/results/__pycache__/c.pyc", "beside/d.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def files(seen: set[str], *protected: str) -> list[str]:
    """What is recorded below the folders, without the loaded modules, which lie elsewhere."""
    return reads.below(seen, list(protected or (".",)))


def test_every_way_of_python_to_open_a_file_is_seen(place):
    ways = [
        lambda path: open(path).close(),
        lambda path: open(path.encode(), "rb").close(),
        lambda path: open(path, "r+").close(),
        lambda path: open(path, "a+").close(),
        lambda path: Path(path).read_bytes(),
        lambda path: os.close(os.open(Path(path), os.O_RDONLY)),
        lambda path: io.FileIO(path).close(),
        lambda path: io.open_code(os.path.abspath(path)).close(),
    ]
    for way in ways:
        seen = reads.record()
        way("results/b.txt")
        assert files(seen) == ["results/b.txt"]


def test_what_is_written_missing_a_folder_compiled_or_elsewhere_is_no_read(place):
    seen = reads.record()
    Path("results/new.txt").write_text("x")
    open("a.txt", "a").close()
    open("results/newer.txt", "w+").close()
    open("results/newest.txt", "x+").close()
    Path("results/__pycache__/c.pyc").read_bytes()
    Path("../beside/d.txt").read_bytes()
    with pytest.raises(FileNotFoundError):
        open("results/none.txt")
    os.close(os.open("results", os.O_RDONLY))
    os.close(os.open("a.txt", os.O_PATH))
    assert files(seen) == []


def test_relative_path_is_that_of_the_moment(place, monkeypatch):
    seen = reads.record()
    monkeypatch.chdir("results")
    open("b.txt").close()
    monkeypatch.chdir(place)
    assert files(seen) == ["results/b.txt"]


def test_files_are_sorted_and_only_of_the_folders_asked_for(place):
    seen = reads.record()
    for name in ("results/b.txt", "../beside/d.txt", "a.txt"):
        open(name).close()
    assert files(seen) == ["a.txt", "results/b.txt"]
    assert files(seen, "results") == ["results/b.txt"]
    beside = str(place.parent / "beside" / "d.txt")
    assert files(seen, ".", "../beside") == sorted([beside, "a.txt", "results/b.txt"])


def test_file_read_through_a_link_is_told_as_it_was_spelled(place):
    (place.parent / "alias").symlink_to("here")
    (place / "link.txt").symlink_to("results/b.txt")
    (place.parent / "out").mkdir()
    (place / "moved").symlink_to("../beside")
    seen = reads.record()
    for name in ("../alias/a.txt", "link.txt", "moved/d.txt"):
        open(name).close()
    assert files(seen, ".", "moved") == ["a.txt", "link.txt", "moved/d.txt"]


def test_environment_inside_the_project_is_left_out(place, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(place / "results"))
    seen = reads.record()
    for name in ("results/b.txt", "a.txt"):
        open(name).close()
    assert files(seen) == ["a.txt"]
    monkeypatch.setattr(sys, "prefix", str(place.parent))
    assert files(seen) == ["a.txt", "results/b.txt"]


def test_loaded_project_modules_are_among_what_was_read():
    found = reads.below(set(), ["."])
    assert {"scripts/provenance/reads.py", "scripts/provenance/sandbox.py", "scripts/__init__.py"} <= set(found)
    assert all(name.startswith("scripts/") and name.endswith(".py") for name in found)


def test_second_record_starts_afresh_with_the_same_hook(place, monkeypatch):
    first = reads.record()
    open("a.txt").close()
    hooks = []
    monkeypatch.setattr(sys, "addaudithook", hooks.append)
    second = reads.record()
    open("results/b.txt").close()
    assert (files(first), files(second), hooks) == (["a.txt"], ["results/b.txt"], [])


def test_thread_that_ran_before_is_left_out_and_a_later_one_is_not(place):
    go, done = threading.Event(), threading.Event()

    def hash_later():
        go.wait(10)
        open("a.txt").close()
        done.set()

    early = threading.Thread(target=hash_later)
    early.start()
    seen = reads.record()
    go.set()
    early.join()
    later = threading.Thread(target=lambda: open("results/b.txt").close())
    later.start()
    later.join()
    assert done.is_set() and files(seen) == ["results/b.txt"]


def test_fork_of_a_process_that_records_nothing_records_its_own(tmp_path, place):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        seen = reads.record()
        open("a.txt").close()
        os.write(writer, "\n".join(files(seen)).encode())
        os._exit(0)
    os.close(writer)
    with open(reader) as answer:
        assert answer.read() == "a.txt"
    assert os.waitpid(pid, 0)[1] == 0


def test_hook_breaks_no_opening_where_the_current_folder_is_gone(place, tmp_path, monkeypatch):
    folder = os.open(place, os.O_RDONLY)
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    seen = reads.record()
    with open(os.open("a.txt", os.O_RDONLY, dir_fd=folder)) as stream:
        assert stream.read() == "x"
    os.close(folder)
    assert seen == set()
