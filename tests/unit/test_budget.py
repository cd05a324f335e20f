"""llm.budget_usd: four jobs at once stay under it, nothing is lost by stopping, and what it cannot know it says."""

import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.llm import budget, ledger
from scripts.llm.chat import Request, Sampling, open_remote
from scripts.llm.ledger import Ledger
from scripts.llm.prices import Rate
from scripts.llm.spent import Group, Used, used_in
from scripts.provenance.errors import Problem
from tests.unit.llm_server import completion, serving

PRICES = {"small": [1e-6, 1e-3, 0.5], "local": [0, 0, 1]}
RATE = Rate(*PRICES["small"])
MOST = 40  # tokens of an answer
JOBS, EACH = 4, 60
JOB = """
import sys
from scripts.llm.chat import Request, Sampling, open_remote
from scripts.provenance.errors import Problem

name, count, journal = sys.argv[1:]
asks = [Request(f"{name}{i}", "K", [{"role": "user", "content": f"question {name}{i}"}]) for i in range(int(count))]
try:
    with open_remote({"backend": "openai", "id": "small"}, Sampling(1.0, 1.0, 40), journal) as chat:
        chat.ask(asks, str)
except Problem as problem:
    sys.exit(str(problem))
"""


class Bank:
    """What the service would write on its bill; an answer takes 5 to 20 tokens, by its question."""

    def __init__(self):
        self.usd = 0.0

    def __call__(self, body, number):
        question = body["messages"][-1]["content"]
        written = 5 + sum(question.encode()) % 16
        self.usd += RATE.usd(9, written)
        usage = {"prompt_tokens": 9, "completion_tokens": written}
        return 200, {}, completion(f"echo {question}") | {"usage": usage}


def told(url, usd, prices=PRICES):
    """What the Snakefile tells its jobs."""
    endpoints = {"openai": {"base_url": url, "key_env": "TEST_KEY"}}
    return json.dumps({"endpoints": endpoints, "concurrency": 8, "budget_usd": usd, "prices": prices})


def start(name, count, folder, url, usd, prices=PRICES):
    environment = os.environ | {
        "AFFIRM_OPERATION": told(url, usd, prices),
        "AFFIRM_JOURNAL": str(folder / "journal"),
        "TEST_KEY": "k",
    }
    command = [sys.executable, "-c", JOB, name, str(count), str(folder / "journal" / "results" / f"{name}.jsonl.jsonl")]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def finish(jobs):
    """Exit code and last words of each."""
    said = [job.communicate(timeout=60)[1] for job in jobs]
    return [(job.returncode, words) for job, words in zip(jobs, said, strict=True)]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Settings of this process as a job has them; the journals' root."""

    def set_up(url, usd, prices=PRICES):
        monkeypatch.setenv("AFFIRM_OPERATION", told(url, usd, prices))
        monkeypatch.setenv("AFFIRM_JOURNAL", str(tmp_path / "journal"))
        monkeypatch.setenv("TEST_KEY", "k")
        monkeypatch.setattr(budget, "_PURSES", {})
        return tmp_path / "journal"

    return set_up


def ask(journal, count, model="small", max_tokens=MOST):
    requests = [Request(f"r{i}", "K", [{"role": "user", "content": f"question {i}"}]) for i in range(count)]
    with open_remote({"backend": "openai", "id": model}, Sampling(1.0, 1.0, max_tokens), journal) as chat:
        return chat.ask(requests, str)


def line(tokens=(9, 10), model="small", at=1_700_000_000, **more):
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]}
    record = {"key": "0" * 64, "id": "r", "model": model, "at": at, "usage": usage} | more
    return json.dumps(record).encode() + b"\n"


@pytest.mark.slow
def test_four_jobs_at_once_stay_under_the_budget_and_a_larger_one_asks_only_the_rest(tmp_path):
    bank = Bank()
    with serving(bank, delay=0.01) as server:
        stopped = finish([start(name, EACH, tmp_path, server.url, 0.6) for name in "abcd"])
        assert 0.5 < bank.usd <= 0.6  # all would cost 3 USD, a job alone 0.75, and one request at most 0.04
        asked = len(server.bodies)
        journals = sorted((tmp_path / "journal").rglob("*.jsonl"))
        kept = sum(len(path.read_bytes().splitlines()) for path in journals)
        assert kept == asked < JOBS * EACH
        for code, words in stopped:
            assert code == 1 and "The budget is used up" in words and "of 0.6 USD (llm.budget_usd)" in words
        spent = Ledger(tmp_path / "journal", {"small": RATE})
        with spent.open() as state:
            assert spent.spent(state) == pytest.approx(bank.usd) and state.rooms == {}
        assert {code for code, _ in finish([start(name, EACH, tmp_path, server.url, 10.0) for name in "abcd"])} == {0}
        questions = [body["messages"][0]["content"] for body in server.bodies]
        assert len(questions) == len(set(questions)) == JOBS * EACH


def test_message_tells_spent_budget_what_is_left_and_how_to_go_on(here):
    with serving(Bank()) as server:
        journal = here(server.url, 0.2) / "results" / "j.jsonl.jsonl"
        with pytest.raises(Problem) as stopped:
            ask(journal, 40)
        said = str(stopped.value)
        found = re.search(r"([\d.]+) of 0.2 USD .* are spent, .* cost 0.04. (\d+) requests .* about (\S+) USD", said)
        answered = len(server.bodies)
        assert int(found[2]) == 40 - answered and float(found[1]) <= 0.2
        assert float(found[3]) == pytest.approx(float(found[1]) / answered * (40 - answered), rel=0.15)
        assert "raise llm.budget_usd and run the same command again" in said


def test_room_that_a_call_did_not_need_is_given_back_at_its_end(here):
    with serving(Bank()) as server:
        root = here(server.url, 5.0)
        ask(root / "results" / "j.jsonl.jsonl", 5)
        with Ledger(root, {"small": RATE}).open() as state:
            assert state.rooms == {} and len(server.bodies) == 5


def test_replay_needs_no_budget_and_no_price(here):
    with serving(Bank()) as server:
        journal = here(server.url, None) / "results" / "j.jsonl.jsonl"
        ask(journal, 5)
        here(server.url, 0.0, {})
        assert len(ask(journal, 5)) == 5 and len(server.bodies) == 5


def test_model_without_a_price_is_asked_nothing_under_a_budget(here):
    with serving(Bank()) as server:
        journal = here(server.url, 1.0) / "results" / "j.jsonl.jsonl"
        with pytest.raises(Problem, match=r"No price is known for the model 'new'.*resources/prices\.csv"):
            ask(journal, 5, model="new")
        assert server.bodies == []
        here(server.url, None)
        assert len(ask(journal, 5, model="new")) == 5


def test_answers_of_a_model_without_a_price_in_other_journals_are_named(here):
    with serving(Bank()) as server:
        root = here(server.url, 1.0)
        (root / "results").mkdir(parents=True)
        (root / "results" / "old.jsonl").write_bytes(line(model="new"))
        with pytest.raises(Problem, match=r"No price is known for the model 'new' \(.*old\.jsonl\)"):
            ask(root / "results" / "j.jsonl.jsonl", 5)
        assert server.bodies == []


def test_offline_world_is_free_and_looks_at_no_budget(here, tmp_path):
    root = here("http://127.0.0.1:9/v1", 0.0, {})
    world = {"backend": "offline", "id": "w", "world": "resources/world.yaml"}
    dialogue = "Dialogue:\nPatient: I am sad.\nTherapist: I hear you.\n\nHow much negative emotion remains?"
    with open_remote(world, Sampling(0.0, 1.0, 40), root / "j.jsonl.jsonl") as chat:
        (answer,) = chat.ask([Request("r", "A-INT", [{"role": "user", "content": dialogue}])], str)
    assert answer.text and not (root / "budget.json").exists()


def test_room_of_a_killed_job_lapses_and_that_of_a_running_one_counts(tmp_path):
    code = """
import sys, time
from pathlib import Path
from scripts.llm.ledger import Ledger
with Ledger(Path(sys.argv[1]), {}).open() as state:
    state.hold("small", 0.7)
print("held", flush=True)
time.sleep(60)
"""
    job = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    job.stdout.readline()
    with Ledger(tmp_path, {}).open() as state:
        assert state.others("small") == 0.7
    job.send_signal(signal.SIGKILL)
    job.wait()
    with Ledger(tmp_path, {}).open() as state:
        assert state.others("small") == 0.0


def test_room_of_another_process_with_the_same_number_lapses(tmp_path):
    with Ledger(tmp_path, {}).open() as state:
        state.rooms[f"{socket.gethostname()} {os.getppid()} small"] = {"usd": 0.5, "at": time.time(), "born": "1"}
    with Ledger(tmp_path, {}).open() as state:
        assert state.rooms == {}


def test_room_on_another_machine_lapses_when_it_was_silent_for_long(tmp_path):
    with Ledger(tmp_path, {}).open() as state:
        for name, age in (("near", 60), ("far", ledger.LAPSE_SECONDS + 60)):
            state.rooms[f"{name} 1 small"] = {"usd": 0.5, "at": time.time() - age, "born": "1"}
    with Ledger(tmp_path, {}).open() as state:
        assert set(state.rooms) == {"near 1 small"}


def test_only_the_new_lines_of_a_journal_are_read(tmp_path, monkeypatch):
    path, read = tmp_path / "results" / "j.jsonl", []
    path.parent.mkdir()
    monkeypatch.setattr(ledger, "used_in", lambda lines: used_in(read.append(lines) or lines))
    book = Ledger(tmp_path, {"small": RATE})

    def spent():
        read.clear()
        with book.open() as state:
            return book.spent(state)

    one = RATE.usd(9, 10)
    path.write_bytes(line() * 3)
    assert spent() == pytest.approx(3 * one)
    assert spent() == pytest.approx(3 * one) and read == []
    with open(path, "ab") as stream:
        stream.write(line() + line()[:20])
    assert spent() == pytest.approx(4 * one) and read == [[line().strip(), b""]]
    with open(path, "ab") as stream:
        stream.write(line()[20:])
    assert spent() == pytest.approx(5 * one)
    path.write_bytes(line())  # a torn tail healed, or the artifact's journal begun anew
    assert spent() == pytest.approx(one)
    path.unlink()
    assert spent() == 0.0


def test_damaged_state_is_refused_by_name(tmp_path):
    (tmp_path / "budget.json").write_text("{")
    with pytest.raises(Problem, match=r"budget\.json .*Remove it"), Ledger(tmp_path, {}).open():
        pass


def test_copied_answers_cost_nothing_and_batched_ones_their_share():
    lines = [line(), line(batch=True), line(**{"from": "journal/x.jsonl"}), b"{torn", b""]
    sums = used_in(lines)
    day = "2023-11-14"
    assert sums == {Group("small", day, False): Used(1, 9, 10), Group("small", day, True): Used(1, 9, 10)}
    assert ledger.usd_of(sums, {"small": RATE}) == pytest.approx(1.5 * RATE.usd(9, 10))


def test_file_system_without_locks_is_refused(here, monkeypatch):
    def unlocked(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    with serving(Bank()) as server:
        root = here(server.url, 1.0)
        monkeypatch.setattr(ledger.fcntl, "flock", unlocked)
        with pytest.raises(Problem, match=r"has no locks .*llm\.budget_usd: null"), Ledger(root, {}).open():
            pass


def test_state_and_lock_are_for_the_owner_alone(tmp_path):
    with Ledger(tmp_path, {}).open():
        pass
    assert {oct(path.stat().st_mode)[-3:] for path in Path(tmp_path).iterdir()} == {"600"}
