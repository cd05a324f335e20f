"""Asking over a real socket, and the offline world in process."""

import json
import os
import subprocess
import sys
import textwrap

import pytest

from scripts.llm.chat import Request, Sampling, open_chat, open_remote
from scripts.provenance.errors import Problem
from tests.unit.llm_server import serving

GPT = {"backend": "openai", "id": "gpt-4o-mini-2024-07-18"}
WARM = Sampling(1.0, 1.0, 32)
AGAIN = {"retry-after-ms": "20"}
KEY = "sk-secret-4711"


@pytest.fixture
def endpoint(monkeypatch):
    """Points the openai backend at a URL."""

    def point(url, concurrency=4):
        place = {"base_url": url, "key_env": "TEST_LLM_KEY"}
        monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"endpoints": {"openai": place}, "concurrency": concurrency}))
        monkeypatch.setenv("TEST_LLM_KEY", KEY)

    return point


def questions(count):
    return [Request(f"q{i}", "A-INT", [{"role": "user", "content": f"private {i}"}]) for i in range(count)]


def test_answers_keep_the_order_and_the_body_is_a_chat_completion(tmp_path, endpoint):
    with serving(delay=0.005) as server:
        endpoint(server.url)
        answers = open_remote(GPT, WARM, tmp_path / "j.jsonl").ask(questions(20), str)
    assert [answer.text for answer in answers] == [f"echo private {i}" for i in range(20)]
    body = server.bodies[0]
    assert set(body) == {"model", "messages", "temperature", "top_p", "max_tokens"} and body["model"] == GPT["id"]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert not [name for name in server.headers[0] if "affirm" in name.lower()]


def test_429_and_500_are_retried_and_answered(tmp_path, endpoint):
    def weather(body, number):
        return {1: (429, AGAIN, {"error": {"code": "rate_limit_exceeded"}}), 2: (500, AGAIN, {})}.get(number)

    with serving(weather) as server:
        endpoint(server.url, concurrency=1)
        chat = open_remote(GPT, WARM, tmp_path / "j.jsonl")
        assert [answer.text for answer in chat.ask(questions(3), str)] == [f"echo private {i}" for i in range(3)]
    assert len(server.bodies) == 5
    assert [json.loads(line)["retries"] for line in (tmp_path / "j.jsonl").read_text().splitlines()] == [2, 0, 0]


def test_missing_key_is_found_before_any_request_and_named(tmp_path, endpoint, monkeypatch):
    with serving() as server:
        endpoint(server.url)
        monkeypatch.delenv("TEST_LLM_KEY")
        with pytest.raises(Problem, match="TEST_LLM_KEY is not set"):
            open_remote(GPT, WARM, tmp_path / "j.jsonl")
    assert server.bodies == [] and not (tmp_path / "j.jsonl").exists()


def test_replay_needs_no_key_and_another_port_replays_too(tmp_path, endpoint, monkeypatch):
    with serving() as server:
        endpoint(server.url)
        first = open_remote(GPT, WARM, tmp_path / "j.jsonl").ask(questions(3), str)
    endpoint("http://127.0.0.1:9/v1")
    monkeypatch.delenv("TEST_LLM_KEY")
    chat = open_remote(GPT, WARM, tmp_path / "j.jsonl")
    assert chat.ask(questions(3), str) == first
    with pytest.raises(Problem, match="TEST_LLM_KEY"):
        chat.ask(questions(4), str)


def test_bad_request_is_named_and_the_others_are_kept(tmp_path, endpoint):
    def picky(body, number):
        bad = body["messages"][0]["content"] == "private 2"
        return (
            (400, {}, {"error": {"code": "context_length_exceeded", "message": "private 2 is too long"}})
            if bad
            else None
        )

    with serving(picky) as server:
        endpoint(server.url)
        with pytest.raises(Problem) as caught:
            open_remote(GPT, WARM, tmp_path / "j.jsonl").ask(questions(6), str)
    message = str(caught.value)
    assert message.startswith("1 of 6 requests failed after all tries (first: q2, BadRequestError 400 context_length")
    assert "private" not in message and KEY not in message and caught.value.__context__ is None
    assert len((tmp_path / "j.jsonl").read_text().splitlines()) == 5


@pytest.mark.parametrize("key", ["sk-\u201cquoted\u201d", "sk one", "sk\x00x"])
def test_key_that_can_be_none_is_told_before_anything_is_asked_and_is_not_shown(tmp_path, endpoint, monkeypatch, key):
    with serving() as server:
        endpoint(server.url)
        monkeypatch.setattr("os.environ", {**os.environ, "TEST_LLM_KEY": key})
        with pytest.raises(Problem, match="The key in TEST_LLM_KEY has characters that no key has") as caught:
            open_remote(GPT, WARM, tmp_path / "j.jsonl")
    assert key[:3] not in str(caught.value) and server.bodies == []


def test_unknown_backend_and_a_forced_beginning_are_refused(tmp_path, endpoint):
    with pytest.raises(Problem, match="backend 'oracle'"):
        open_chat({"backend": "oracle", "id": "x"}, WARM, tmp_path / "o.jsonl")
    endpoint("http://127.0.0.1:9/v1")
    with pytest.raises(ValueError, match="only local"):
        open_remote(GPT, WARM, tmp_path / "j.jsonl").ask([Request("a", "A", [], prefix="Yes")], str)


def test_offline_world_answers_the_same_in_any_order_and_a_changed_world_asks_anew(tmp_path):
    world = tmp_path / "world.yaml"
    text = open("resources/world.yaml", encoding="utf-8").read()
    world.write_text(text)
    entry = {"backend": "offline", "id": "world-gpt", "world": str(world)}
    dialogue = "Patient: I am sad about work and money.\nTherapist: Tell me more.\nPatient: It is heavy."
    requests = [
        Request(f"q{i}", "A-EMO", [{"role": "user", "content": f"{dialogue} {i}"}], sample=i % 3) for i in range(30)
    ]
    forward = open_remote(entry, WARM, tmp_path / "a.jsonl").ask(requests, str)
    backward = open_remote(entry, WARM, tmp_path / "b.jsonl").ask(requests[::-1], str)
    assert [answer.text for answer in forward] == [answer.text for answer in backward[::-1]]
    world.write_text(text + "# touched\n")
    chat = open_remote(entry, WARM, tmp_path / "a.jsonl")
    chat.ask(requests, str)
    assert chat.counts["asked"] == 30 and chat.counts["replayed"] == 0


def test_bug_of_the_responder_is_shown_as_it_is(tmp_path):
    entry = {"backend": "offline", "id": "world-gpt", "world": "resources/world.yaml"}
    with pytest.raises(BaseException) as caught:
        open_remote(entry, WARM, tmp_path / "j.jsonl").ask([Request("q", "NO-SUCH-KIND", [])], str)
    assert "NO-SUCH-KIND" in repr(caught.value)


def test_replayed_job_imports_neither_the_sdk_nor_torch(tmp_path):
    code = f"""
        import sys
        from scripts.llm.chat import Request, Sampling, open_remote
        entry = {{"backend": "offline", "id": "w", "world": "resources/world.yaml"}}
        requests = [Request(str(i), "A-EMO", [{{"role": "user", "content": f"Patient: {{i}}"}}]) for i in range(5)]
        chat = open_remote(entry, Sampling(1.0, 1.0, 32), {str(tmp_path / "j.jsonl")!r})
        chat.ask(requests, str)
        print(sorted(set(sys.modules) & {{"openai", "torch", "anyio", "httpx2"}}))
    """
    run = [sys.executable, "-c", textwrap.dedent(code)]
    loaded = [subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip() for _ in range(2)]
    assert "openai" in loaded[0] and loaded[1] == "[]"
