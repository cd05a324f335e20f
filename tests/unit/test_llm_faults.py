"""Faults of an endpoint, over a real socket: what is kept, what is asked again, and what the user reads."""

import itertools
import json
import re
import socket
import struct
import threading
import time

import openai._base_client as sdk
import pytest

from scripts.llm import faults, transport
from scripts.llm.chat import Request, Sampling, open_remote
from scripts.provenance.errors import Problem
from tests.unit.llm_server import completion, serving

GPT = {"backend": "openai", "id": "gpt-4o-mini-2024-07-18"}
pytestmark = pytest.mark.slow
AGAIN = " All answers so far are kept: run the same command again for the rest."


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Short pauses between tries; their number and order are those of a real job."""
    monkeypatch.setattr(sdk, "INITIAL_RETRY_DELAY", 0.005)
    monkeypatch.setattr(sdk, "MAX_RETRY_DELAY", 0.02)
    monkeypatch.setattr(faults, "ROUND_SECONDS", 0.05)


@pytest.fixture
def ask(tmp_path, monkeypatch):
    """Asks `count` questions at the server; gives the answers' texts."""
    monkeypatch.setenv("TEST_LLM_KEY", "sk-test")

    def run(url, count, concurrency=4, patience=600):
        place = {"base_url": url, "key_env": "TEST_LLM_KEY", "patience": patience}
        told = {"endpoints": {"openai": place}, "concurrency": concurrency}
        monkeypatch.setenv("AFFIRM_OPERATION", json.dumps(told))
        requests = [Request(f"q{i}", "A-INT", [{"role": "user", "content": f"text {i}"}]) for i in range(count)]
        with open_remote(GPT, Sampling(1.0, 1.0, 32), tmp_path / "j.jsonl") as chat:
            return [answer.text for answer in chat.ask(requests, str)]

    return run


@pytest.fixture
def listed(tmp_path):
    """The file that lists what failed."""
    return tmp_path / "j.failures.jsonl"


@pytest.fixture
def kept(tmp_path):
    """Ids of the answers in the journal, in the order of the questions."""
    path = tmp_path / "j.jsonl"
    return lambda: sorted(json.loads(line)["id"] for line in path.read_text().splitlines()) if path.exists() else []


def echoes(count):
    return [f"echo text {i}" for i in range(count)]


def only(text, answer):
    """Behaviour towards one question; all others are answered."""
    return lambda body, number: answer if body["messages"][-1]["content"] == text else None


def until(count, answer):
    """Behaviour of the first `count` calls."""
    return lambda body, number: answer if number <= count else None


def refused(ask, url, message, count=6, **settings):
    """Asks and expects a Problem with exactly this message."""
    with pytest.raises(Problem) as caught:
        ask(url, count, **settings)
    assert str(caught.value) == message and caught.value.__context__ is None


def reset(handler):
    """Half a body, then a reset."""
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"cho')
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    for end in (handler.wfile, handler.rfile, handler.connection):
        end.close()


def drip(handler):
    """A byte every 0.05 s for ever: no time-out between bytes ever strikes."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    handler.close_connection = True
    for _ in range(2000):
        time.sleep(0.05)
        handler.wfile.write(b" ")


def silent(handler):
    handler.close_connection = True
    time.sleep(1.5)


@pytest.mark.parametrize(
    "answer",
    [(429, {}, {}), (500, {}, {}), (502, {}, b"Bad gateway"), (503, {}, {}), (408, {}, {}), reset],
    ids=["429", "500", "502", "503", "408", "reset mid-body"],
)
def test_passing_fault_is_tried_again_and_costs_no_answer(ask, kept, answer):
    with serving(until(5, answer)) as server:
        assert ask(server.url, 4) == echoes(4)
        assert len(server.bodies) == 9
    assert len(kept()) == 4


def test_retry_after_is_waited_for(ask):
    times = []

    def behave(body, number):
        times.append(time.monotonic())
        return (429, {"Retry-After": "1"}, {}) if number == 1 else None

    with serving(behave) as server:
        assert ask(server.url, 1) == echoes(1)
    assert len(times) == 2 and times[1] - times[0] >= 1


def test_longer_wait_than_the_sdk_knows_is_waited_for_and_nobody_asks_meanwhile(ask, monkeypatch):
    monkeypatch.setattr(sdk, "MAX_RETRY_AFTER_DELAY", 0.5)  # 120 s in a real job
    times = []

    def behave(body, number):
        times.append(time.monotonic())
        return (429, {"Retry-After": "1"}, {}) if number == 3 else None

    with serving(behave, delay=0.05) as server:
        assert ask(server.url, 30, concurrency=2) == echoes(30)
    assert len(times) == 31
    assert max(b - a for a, b in itertools.pairwise(times)) >= 0.9


@pytest.mark.parametrize("said", ["7200", "date"])
def test_wait_beyond_patience_stops_and_says_when_to_come_back(ask, kept, said):
    later = time.time() + 7200
    asked = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(later)) if said == "date" else said
    with serving(lambda body, number: (429, {"Retry-After": asked}, {}) if number > 3 else None) as server:
        with pytest.raises(Problem) as caught:
            ask(server.url, 40, concurrency=2)
        assert len(server.bodies) <= 6 and len(kept()) == 3
        pattern = (
            r"asks to be left alone for (7200|7199) s, until (.*) UTC \(RateLimitError 429\)\. "
            r"All answers so far are kept: run the same command again then\."
        )
        until = re.fullmatch(re.escape(server.url) + " " + pattern, str(caught.value))[2]
        assert until in {time.strftime("%Y-%m-%d %H:%M", time.gmtime(later + lag)) for lag in (-2, 0, 60)}
        server.behave, before = None, len(server.bodies)
        assert ask(server.url, 40) == echoes(40) and len(server.bodies) == before + 37


def test_too_many_requests_for_longer_than_patience_stop_the_job(ask, kept):
    with serving(lambda body, number: (429, {}, {}) if number > 2 else None) as server:
        message = (
            f"{server.url} has refused requests as too many for 1 s (RateLimitError 429). Lower operation.concurrency, "
            f"or set its requests_per_minute.{AGAIN}"
        )
        refused(ask, server.url, message, concurrency=1, patience=0.9)
    assert kept() == ["q0", "q1"]


def test_request_that_always_fails_is_named_and_the_others_are_kept(ask, kept, listed):
    with serving(only("text 2", (500, {}, {"error": {"message": "text 2 broke it"}}))) as server:
        message = (
            "1 of 6 requests failed after all tries (first: q2, InternalServerError 500). "
            f"Run the same command again: only these are asked again. {listed} lists them."
        )
        refused(ask, server.url, message)
        assert len(server.bodies) == 5 + 9 and len(kept()) == 5
        assert json.loads(listed.read_text()) == {"id": "q2", "reason": "InternalServerError 500"}
        server.behave = None
        assert ask(server.url, 6) == echoes(6) and len(server.bodies) == 15


def test_request_at_which_the_server_always_hangs_up_is_named_while_others_are_answered(ask, kept, listed):
    def behave(body, number):
        time.sleep(0.01)
        return only("text 2", reset)(body, number)

    with serving(behave) as server:
        message = (
            "1 of 60 requests failed after all tries (first: q2, APIConnectionError, ReadError). "
            f"Run the same command again: only these are asked again. {listed} lists them."
        )
        refused(ask, server.url, message, count=60)
    assert len(kept()) == 59


@pytest.mark.parametrize("behave", [drip, silent])
def test_answer_that_takes_too_long_is_asked_three_times_and_no_more(ask, kept, listed, behave, monkeypatch):
    monkeypatch.setattr(transport, "READ_SECONDS", 0.4)

    def others_slowly(body, number):
        time.sleep(0.1)
        return only("text 1", behave)(body, number)

    with serving(others_slowly) as server:
        message = (
            "1 of 20 requests failed after all tries (first: q1, APITimeoutError). "
            f"Run the same command again: only these are asked again. {listed} lists them."
        )
        began = time.monotonic()
        refused(ask, server.url, message, count=20, concurrency=2)
        assert time.monotonic() - began < 10
        assert [body["messages"][0]["content"] for body in server.bodies].count("text 1") == 3
    assert len(kept()) == 19


@pytest.mark.parametrize(
    "page, shown",
    [
        ((200, {"Content-Type": "text/html"}, b"<html>text 1: log in</html>"), "text/html"),
        ((200, {}, b'{"choices": [{"message": {"content": "text'), "application/json"),
        ((200, {}, {"error": "text 1"}), "application/json"),
        ((200, {}, {"choices": ["text 1"]}), "application/json"),
        ((200, {}, [1]), "application/json"),
    ],
    ids=["page", "cut", "error", "odd choice", "list"],
)
def test_200_that_is_no_completion_is_asked_again_and_never_kept(ask, kept, listed, page, shown, monkeypatch):
    waits = []
    monkeypatch.setattr(faults.Weather, "calm", _noted(waits))
    with serving(only("text 1", page)) as server:
        message = (
            f"1 of 4 requests failed after all tries (first: q1, no chat completion but {shown}). "
            f"Run the same command again: only these are asked again. {listed} lists them."
        )
        refused(ask, server.url, message, count=4)
        assert len(server.bodies) == 3 + 4 and kept() == ["q0", "q2", "q3"]
        assert [wait for wait in waits if wait] == [0.5, 1.5, 3.5]
        server.behave = None
        assert ask(server.url, 4) == echoes(4) and len(server.bodies) == 8


def _noted(waits):
    async def calm(self, seconds=0.0):
        waits.append(seconds)

    return calm


@pytest.mark.parametrize(
    "unusable, reason",
    [
        (completion("cut in the mid", "length"), "length"),
        (completion(None, refusal="I cannot"), "refusal"),
        (completion("half", "content_filter"), "content_filter"),
        (completion(None), "no_content"),
        (completion("") | {"choices": []}, "no_choices"),
    ],
    ids=["length", "refusal", "content_filter", "no content", "no choices"],
)
def test_unusable_answer_is_kept_since_it_was_paid_for_and_another_sample_is_asked(ask, kept, listed, unusable, reason):
    with serving(only("text 1", (200, {}, unusable))) as server:
        texts = ask(server.url, 3)
        assert len(server.bodies) == 2 + 4 and kept() == ["q0", "q1", "q1", "q1", "q1", "q2"]
        assert ask(server.url, 3) == texts and len(server.bodies) == 6
    entries = [json.loads(line) for line in listed.read_text().splitlines()]
    assert [(entry["id"], entry["reason"]) for entry in entries] == [("q1", f"the answer ended by {reason}")]


@pytest.mark.parametrize(
    "status, body, message",
    [
        (429, {"error": {"code": "insufficient_quota"}}, "The quota at {} is used up. Add credit."),
        (401, {}, "{} refused the key (key from TEST_LLM_KEY), status 401. Mend the entry."),
        (403, {}, "{} denied access (key from TEST_LLM_KEY), status 403. Mend the entry."),
        (
            404,
            {"error": {"code": "model_not_found", "message": "no model gpt-4o-mini"}},
            "{} does not know the model or the address (key from TEST_LLM_KEY), status 404. Mend the entry.",
        ),
    ],
)
def test_what_waiting_cannot_mend_stops_at_once_with_everything_kept(ask, kept, status, body, message):
    with serving(lambda _, number: (status, {}, body) if number > 3 else None) as server:
        refused(ask, server.url, message.format(server.url) + AGAIN, count=50, concurrency=1)
        assert len(server.bodies) == 4 and kept() == ["q0", "q1", "q2"]
        server.behave = None
        assert ask(server.url, 50) == echoes(50) and len(server.bodies) == 51


def test_so_many_failures_in_a_row_stop_the_job_instead_of_trying_every_request(ask):
    bad = (400, {}, {"error": {"code": "unsupported_value", "message": "text is bad"}})
    with serving(lambda body, number: bad) as server:
        message = (
            f"{server.url} failed 8 times in a row (last: BadRequestError 400 unsupported_value). "
            f"See to the address or wait.{AGAIN}"
        )
        refused(ask, server.url, message, count=100, concurrency=1)
        assert len(server.bodies) == 8


def test_address_where_nobody_ever_answered_is_told_at_once(ask, kept):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
    began = time.monotonic()
    message = f"{url} cannot be reached (APIConnectionError, ConnectError). See to the address and the network.{AGAIN}"
    refused(ask, url, message, count=100)
    assert time.monotonic() - began < 5 and kept() == []


def goes_away(ask, seconds, count=60, patience=600):
    """What `ask` returns while the server is gone for so long after 10 answers, and all that it was asked."""
    with serving(delay=0.01) as server:
        result = []
        asking = threading.Thread(target=lambda: result.append(_outcome(ask, server.url, count, patience)), daemon=True)
        asking.start()
        while server.answered < 10:
            time.sleep(0.005)
        server.hang_up()
    time.sleep(seconds)
    with serving(port=server.server_port) as back:
        asking.join()
    return result[0], server.bodies + back.bodies


def _outcome(ask, url, count, patience):
    try:
        return ask(url, count, patience=patience)
    except Problem as problem:
        return str(problem)


def test_server_that_is_gone_for_a_while_costs_no_answer_and_the_job_goes_on(ask, kept):
    texts, bodies = goes_away(ask, 2)
    assert texts == echoes(60) and len(kept()) == 60
    assert len(bodies) <= 60 + 4  # those in flight when it went


def test_server_that_is_gone_for_30_s_costs_no_answer_and_the_job_goes_on(ask, kept, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv("TEST_LLM_KEY", "sk-test")
    texts, bodies = goes_away(ask, 30)
    assert texts == echoes(60) and len(kept()) == 60 and len(bodies) <= 64


def test_server_that_is_gone_for_longer_than_patience_stops_the_job_with_all_kept(ask, kept):
    message, bodies = goes_away(ask, 3, patience=1)
    gone = r"has given no answer for [12] s \(APIConnectionError, ConnectError\)\. Wait until it is back\."
    assert re.fullmatch(r"http://\S+ " + gone + re.escape(AGAIN), message), message
    before = len(kept())
    assert 10 <= before < 60 and len(bodies) <= before + 4
    with serving() as server:
        assert ask(server.url, 60) == echoes(60) and len(server.bodies) == 60 - before
