"""Asking over a real socket, and the offline world in process."""

import json
import subprocess
import sys
import textwrap

import pytest

from scripts.llm import transport
from scripts.llm.chat import Request, Sampling, open_chat, open_remote
from scripts.provenance.errors import Problem
from tests.unit.llm_server import completion, serving

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


def test_exhausted_quota_stops_at_once_with_everything_kept(tmp_path, endpoint):
    def broke(body, number):
        return (429, {}, {"error": {"code": "insufficient_quota", "message": "billing"}}) if number > 3 else None

    with serving(broke) as server:
        endpoint(server.url, concurrency=1)
        with pytest.raises(Problem, match=r"quota at http.*used up"):
            open_remote(GPT, WARM, tmp_path / "j.jsonl").ask(questions(10), str)
        assert len(server.bodies) == 4
        server.behave = None
        answers = open_remote(GPT, WARM, tmp_path / "j.jsonl").ask(questions(10), str)
        assert len(server.bodies) == 11
    assert [answer.text for answer in answers] == [f"echo private {i}" for i in range(10)]


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


def test_refused_key_is_fatal_and_says_which_variable(tmp_path, endpoint):
    with serving(lambda body, number: (401, {}, {"error": {"code": "invalid_api_key"}})) as server:
        endpoint(server.url, concurrency=1)
        with pytest.raises(Problem, match=r"refused the key \(key from TEST_LLM_KEY\)"):
            open_remote(GPT, WARM, tmp_path / "j.jsonl").ask(questions(5), str)
    assert len(server.bodies) == 1


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


def test_proxy_page_is_asked_again_and_never_journalled(tmp_path, endpoint, monkeypatch):
    page = (200, {"Content-Type": "text/html"}, b"<html>log in</html>")
    with serving(lambda body, number: page if number == 1 else None) as server:
        endpoint(server.url, concurrency=1)
        answers = open_remote(GPT, WARM, tmp_path / "j.jsonl").ask(questions(2), str)
    assert [answer.text for answer in answers] == ["echo private 0", "echo private 1"]
    assert len(server.bodies) == 3 and "html" not in (tmp_path / "j.jsonl").read_text()


def test_refusal_is_asked_again_with_a_new_sample(tmp_path, endpoint):
    def coy(body, number):
        return (200, {}, completion(None, refusal="I cannot")) if number == 1 else None

    with serving(coy) as server:
        endpoint(server.url)
        answer = open_remote(GPT, WARM, tmp_path / "j.jsonl").ask(questions(1), str)[0]
    assert (answer.text, answer.attempts, len(server.bodies)) == ("echo private 0", 2, 2)


def test_server_that_is_gone_stops_the_job_instead_of_trying_every_request(tmp_path, endpoint, monkeypatch):
    monkeypatch.setattr(transport, "RETRIES", 0)
    with serving(lambda body, number: (503, {}, {})) as server:
        endpoint(server.url, concurrency=2)
        with pytest.raises(Problem, match=r"failed . times in a row .last: InternalServerError 503"):
            open_remote(GPT, WARM, tmp_path / "j.jsonl").ask(questions(50), str)
    assert len(server.bodies) <= 10


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
