"""Asking from several threads of a process: nothing twice, at most so many at once, one set of connections."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from scripts.llm.chat import Request, Sampling, open_remote
from scripts.provenance.counts import COUNTS, USED
from scripts.provenance.errors import Problem
from tests.unit.llm_server import serving

GPT = {"backend": "openai", "id": "gpt"}
WARM = Sampling(1.0, 1.0, 32)


@pytest.fixture
def endpoint(monkeypatch):
    def point(url, concurrency=8):
        place = {"base_url": url, "key_env": "TEST_LLM_KEY"}
        monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"endpoints": {"openai": place}, "concurrency": concurrency}))
        monkeypatch.setenv("TEST_LLM_KEY", "sk-test")

    return point


def question(text):
    return Request(text, "A-SEEK", [{"role": "user", "content": text}])


def spoken(chat, dialogue, turns):
    """A dialogue that is asked turn by turn, as each answer is needed for the next question."""
    said = f"dialogue {dialogue}"
    for _ in range(turns):
        said = chat.ask([question(said)], str)[0].text
    return said


def test_dialogues_in_threads_run_at_once_and_keep_every_answer(tmp_path, endpoint):
    with serving(delay=0.05) as server:
        endpoint(server.url, concurrency=16)
        chat = open_remote(GPT, WARM, tmp_path / "j.jsonl")
        began = time.monotonic()
        with ThreadPoolExecutor(16) as pool:
            ends = list(pool.map(lambda dialogue: spoken(chat, dialogue, 5), range(16)))
        seconds = time.monotonic() - began
    assert ends == [5 * "echo " + f"dialogue {number}" for number in range(16)]
    assert seconds < 16 * 5 * 0.05 / 3
    assert len((tmp_path / "j.jsonl").read_text().splitlines()) == chat.counts["asked"] == 80


def test_one_slow_answer_stalls_no_other_thread(tmp_path, endpoint):
    asked, answered = threading.Event(), threading.Event()

    def behave(body, number):
        if body["messages"][0]["content"] == "slow":
            asked.set()
            answered.wait(20)

    with serving(behave) as server:
        endpoint(server.url)
        chat = open_remote(GPT, WARM, tmp_path / "j.jsonl")
        with ThreadPoolExecutor(2) as pool:
            slow = pool.submit(chat.ask, [question("slow")], str)
            asked.wait(20)
            assert chat.ask([question(f"quick {number}") for number in range(20)], str)[19].text == "echo quick 19"
            assert not slow.done()
            answered.set()
            assert slow.result()[0].text == "echo slow"


def test_limit_holds_over_all_chats_and_threads_that_ask_one_endpoint(tmp_path, endpoint):
    now = most = 0
    lock = threading.Lock()

    def behave(body, number):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1

    with serving(behave) as server:
        endpoint(server.url, concurrency=5)
        chats = [open_remote(GPT, WARM, tmp_path / f"{name}.jsonl") for name in ("seeker", "supporter")]
        with ThreadPoolExecutor(12) as pool:
            list(pool.map(lambda number: chats[number % 2].ask([question(f"q{number}")], str), range(60)))
        assert len(server.bodies) == 60 and most == 5
        assert server.connections <= 5


def test_question_of_two_threads_is_asked_once(tmp_path, endpoint):
    before, used = COUNTS["asked"], USED["gpt"]["requests"]
    with serving(delay=0.1) as server:
        endpoint(server.url)
        chats = [open_remote(GPT, WARM, tmp_path / "j.jsonl") for _ in range(2)]
        with ThreadPoolExecutor(8) as pool:
            same = [question("same"), question("same too")]
            answers = list(pool.map(lambda number: chats[number % 2].ask(same, str), range(8)))
        assert len(server.bodies) == 2
    assert {tuple(answer.text for answer in pair) for pair in answers} == {("echo same", "echo same too")}
    assert COUNTS["asked"] == before + 2 and USED["gpt"]["requests"] == used + 16


def test_thread_whose_question_another_failed_to_ask_asks_itself(tmp_path, endpoint):
    first = threading.Event()

    def behave(body, number):
        if number == 1:
            first.set()
            time.sleep(0.2)
            return 400, {}, {"error": {"message": "no"}}

    with serving(behave) as server:
        endpoint(server.url)
        chat = open_remote(GPT, WARM, tmp_path / "j.jsonl")
        with ThreadPoolExecutor(2) as pool:
            failing = pool.submit(chat.ask, [question("same")], str)
            first.wait(20)
            assert chat.ask([question("same")], str)[0].text == "echo same"
            with pytest.raises(Problem, match="1 of 1 requests failed"):
                failing.result()
    assert len(server.bodies) == 2
