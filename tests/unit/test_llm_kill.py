"""`python -m scripts.llm.ask` that is killed, stopped or out of disk: nothing is lost, little is asked twice."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.llm import ask
from tests.disks import small_disk
from tests.unit.llm_server import FastServer
from tests.unit.test_llm_ask import options, write_requests

pytestmark = pytest.mark.slow


def start(folder, url, at_once):
    words = [sys.executable, "-m", "scripts.llm.ask", *options(folder, url, at_once)]
    return subprocess.Popen(words, stderr=subprocess.DEVNULL)


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)
    assert condition()


def answers(folder):
    """Answered questions by id in the journal's whole lines."""
    lines = (folder / "j.jsonl").read_bytes().split(b"\n")[:-1] if (folder / "j.jsonl").exists() else []
    return [json.loads(line)["id"] for line in lines]


def undisturbed(folder):
    """The output of a run in a fresh folder at a fresh server."""
    folder.mkdir()
    shutil.copy(folder.parent / "r.jsonl", folder)
    with FastServer() as server:
        ask.main(options(folder, server.url, 64))
    return (folder / "o.jsonl").read_bytes()


def test_20_kills_at_random_moments_lose_nothing_and_ask_at_most_those_in_flight_twice(tmp_path):
    count, at_once, kills = 2000, 64, 20
    draws = random.Random(4711)
    write_requests(tmp_path / "r.jsonl", count)
    with FastServer(delay=0.03) as server:
        for _ in range(kills):
            before = server.asked.total()
            job = start(tmp_path, server.url, at_once)
            wait_for(lambda seen=before: server.asked.total() > seen)
            time.sleep(draws.uniform(0, 0.12))
            job.kill()
            assert job.wait() == -signal.SIGKILL
            kept = answers(tmp_path)
            assert len(kept) == len(set(kept)) < count
        assert not (tmp_path / "o.jsonl").exists()
        ask.main(options(tmp_path, server.url, at_once))
        twice = server.asked.total() - count
    assert len(server.asked) == count and max(server.asked.values()) <= kills
    print(f"asked twice: {twice} of {count}; {len(kept)} were kept after {kills} kills")
    assert 0 < twice <= kills * at_once
    assert len(answers(tmp_path)) == count
    assert (tmp_path / "o.jsonl").read_bytes() == undisturbed(tmp_path / "undisturbed")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_command_at_once_and_keeps_what_came(tmp_path, number):
    write_requests(tmp_path / "r.jsonl", 500)
    with FastServer(delay=0.1) as server:
        job = start(tmp_path, server.url, 8)
        wait_for(lambda: server.answered >= 40)
        job.send_signal(number)
        sent = time.monotonic()
        job.wait()
        assert job.returncode != 0 and time.monotonic() - sent < 2
        kept = len(answers(tmp_path))
        assert 32 <= kept < 500
        ask.main(options(tmp_path, server.url, 64))
        assert server.asked.total() <= 500 + 16
    assert len(json.loads("[" + ",".join((tmp_path / "o.jsonl").read_text().splitlines()) + "]")) == 500


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk", "256k") as disk:
        yield disk


def test_full_disk_stops_clean_with_all_kept_and_the_same_command_goes_on(tmp_path, disk):
    write_requests(tmp_path / "r.jsonl", 300)
    journal, filler = disk / "j.jsonl", disk / "filler"
    with FastServer(delay=0.01) as server:
        words = options(tmp_path, server.url, 8)
        words[words.index("--journal") + 1] = str(journal)
        command = [sys.executable, "-m", "scripts.llm.ask", *words]
        for room in (60_000, 10_000, 100):  # a tenth of the answers; a few; not even one
            filler.write_bytes(bytes(max(0, free(disk) - room)))
            job = subprocess.run(command, capture_output=True, text=True)
            assert job.returncode == 2 and "Traceback" not in job.stderr
            assert job.stderr.splitlines()[-1] == (
                f"ask: {journal} cannot be written (No space left on device). All answers before are kept. "
                "Make room and run the same command again: only the rest is asked."
            )
            assert journal.read_bytes().endswith(b"\n")  # no half line is left
            assert not (tmp_path / "o.jsonl").exists()
            filler.unlink()
        kept = len(journal.read_bytes().splitlines())
        before = server.asked.total()
        assert 30 < kept < 300 and before <= kept + 3 * 8
        subprocess.run(command, check=True, capture_output=True)
        assert server.asked.total() == before + 300 - kept
    assert (tmp_path / "o.jsonl").read_bytes() == undisturbed(tmp_path / "undisturbed")


def free(folder: Path) -> int:
    state = os.statvfs(folder)
    return state.f_bavail * state.f_bsize
