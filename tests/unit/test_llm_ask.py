"""The command `python -m scripts.llm.ask`: its files (what a kill costs: test_llm_kill.py)."""

import json
import os
import subprocess
import sys

import pytest

from scripts.llm import ask
from scripts.provenance.errors import Problem
from tests.unit.llm_server import completion, serving


def write_requests(path, count):
    rows = [
        {"id": f"r{i}", "body": {"model": "m", "messages": [{"role": "user", "content": f"text {i}"}]}, "sample": 0}
        for i in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def options(folder, url, concurrency=8):
    return [
        *("--requests", str(folder / "r.jsonl"), "--output", str(folder / "o.jsonl")),
        *("--journal", str(folder / "j.jsonl"), "--base-url", url, "--concurrency", str(concurrency)),
    ]


def test_output_lines_keep_the_order_and_carry_response_usage_and_attempts(tmp_path):
    write_requests(tmp_path / "r.jsonl", 12)
    with serving(lambda body, number: (500, {"retry-after-ms": "10"}, {}) if number == 1 else None) as server:
        ask.main(options(tmp_path, server.url, concurrency=1))
        ask.main(options(tmp_path, server.url))
        assert len(server.bodies) == 13
    rows = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == [f"r{i}" for i in range(12)]
    assert [row["attempts"] for row in rows] == [2] + [1] * 11
    assert set(rows[0]) == {"id", "response", "usage", "attempts"}
    assert rows[3]["response"]["choices"][0]["message"]["content"] == "echo text 3"
    assert rows[3]["usage"] == {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}


def test_another_model_in_the_body_is_asked_anew(tmp_path):
    write_requests(tmp_path / "r.jsonl", 3)
    with serving() as server:
        ask.main(options(tmp_path, server.url))
        text = (tmp_path / "r.jsonl").read_text()
        (tmp_path / "r.jsonl").write_text(text.replace('"m"', '"m2"', 1))
        ask.main(options(tmp_path, server.url))
        assert len(server.bodies) == 4


def test_line_that_is_no_request_is_named_and_nothing_is_asked(tmp_path):
    write_requests(tmp_path / "r.jsonl", 2)
    with open(tmp_path / "r.jsonl", "a") as stream:
        stream.write('{"id": "x"}\n')
    with serving() as server, pytest.raises(Problem, match="line 3: `body` is missing"):
        ask.main(options(tmp_path, server.url))
    assert server.bodies == []


def test_a_problem_ends_the_command_with_code_2_and_one_line(tmp_path):
    write_requests(tmp_path / "r.jsonl", 2)
    refused = (401, {}, {"error": {"code": "invalid_api_key"}})
    with serving(lambda body, number: refused) as server:
        command = [sys.executable, "-m", "scripts.llm.ask", *options(tmp_path, server.url)]
        secret = {**os.environ, "OPENAI_API_KEY": "sk-secret-4711"}
        job = subprocess.run(command, capture_output=True, text=True, env=secret)
    assert job.returncode == 2 and "refused the key (key from OPENAI_API_KEY)" in job.stderr
    assert "Traceback" not in job.stderr and "sk-secret" not in job.stderr and "text 0" not in job.stderr
    assert not (tmp_path / "o.jsonl").exists()


def test_odd_usage_costs_no_answer(tmp_path):
    write_requests(tmp_path / "r.jsonl", 4)
    odd = completion("fine") | {"usage": {"prompt_tokens": "ten", "completion_tokens": -3}}
    with serving(lambda body, number: (200, {}, odd)) as server:
        ask.main(options(tmp_path, server.url))
    assert len((tmp_path / "o.jsonl").read_text().splitlines()) == 4


def test_half_a_surrogate_pair_in_an_answer_is_kept_and_in_a_question_refused(tmp_path):
    write_requests(tmp_path / "r.jsonl", 2)
    with serving(lambda body, number: (200, {}, completion("\ud800 hm"))) as server:
        ask.main(options(tmp_path, server.url))
        rows = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text().splitlines()]
        assert rows[0]["response"]["choices"][0]["message"]["content"] == "\ud800 hm"
        path = tmp_path / "r.jsonl"
        path.write_text(path.read_text().replace("text 1", "\\ud800"))
        with pytest.raises(Problem, match="line 2: it holds half a surrogate pair"):
            ask.main(options(tmp_path, server.url))
        assert len(server.bodies) == 2


@pytest.mark.parametrize("names", [("o", "j"), ("r", "j"), ("r", "o")])
def test_two_options_that_name_one_file_are_refused(tmp_path, names):
    write_requests(tmp_path / "r.jsonl", 2)
    before = (tmp_path / "r.jsonl").read_bytes()
    words = [
        word.replace(f"/{names[1]}.jsonl", f"/{names[0]}.jsonl") for word in options(tmp_path, "http://127.0.0.1:9")
    ]
    with pytest.raises(Problem, match="is named twice"):
        ask.main(words)
    assert (tmp_path / "r.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    "address, at_once, said",
    [
        ("http://127.0.0.1:9", 0, "'0' is no whole number of at least 1"),
        ("http://127.0.0.1:9", -3, "'-3' is no whole number of at least 1"),
        ("http://127.0.0.1:9", "many", "'many' is no whole number of at least 1"),
        ("nowhere", 8, "'nowhere' is no http address; write http://HOST:PORT/v1"),
        ("http://", 8, "'http://' is no http address"),
        ("http://127.0.0.1:port/v1", 8, "is no http address"),
        ("http://127.0.0.1:9/v1?key=x", 8, "is no http address"),
        ("http://127.0.0.1:9/v1/chat/completions", 8, "leave /chat/completions out"),
    ],
)
def test_address_or_number_that_is_none_is_refused_at_once(tmp_path, capsys, address, at_once, said):
    write_requests(tmp_path / "r.jsonl", 2)
    with pytest.raises(SystemExit):
        ask.main(options(tmp_path, address, at_once))
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("name", ["o", "j"])
def test_place_that_cannot_be_written_is_told_before_anything_is_asked(tmp_path, name):
    write_requests(tmp_path / "r.jsonl", 2)
    (tmp_path / "file").write_text("")
    with serving() as server:
        words = [word.replace(f"/{name}.jsonl", f"/file/{name}.jsonl") for word in options(tmp_path, server.url)]
        with pytest.raises(Problem, match=f"file/{name}.jsonl.*cannot be made.*Nothing was asked"):
            ask.main(words)
    assert server.bodies == []


def test_folders_that_are_missing_are_made(tmp_path):
    write_requests(tmp_path / "r.jsonl", 2)
    with serving() as server:
        ask.main([word.replace("/o.jsonl", "/a/b/o.jsonl") for word in options(tmp_path, server.url)])
    assert len((tmp_path / "a/b/o.jsonl").read_text().splitlines()) == 2


def test_endpoint_that_wants_a_key_names_the_variable(tmp_path, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    write_requests(tmp_path / "r.jsonl", 2)
    with serving(lambda body, number: (401, {}, {"error": {"code": "no_key"}})) as server:
        with pytest.raises(Problem, match=r"wants a key and none was sent, status 401\. Set OPENAI_API_KEY"):
            ask.main(options(tmp_path, server.url))


SAID = {"role": "user", "content": "hi"}
BODY = {"model": "m", "messages": [SAID]}


def body(**changed):
    return {"id": "x", "body": BODY | changed}


ODD = {  # a second line, and what its Problem says after the place
    "a list": ([], "it is a list"),
    "a number": (3, "it is 3"),
    "null": (None, "it is null"),
    "no id": ({"body": BODY}, "`id` is missing"),
    "id a list": ({"id": ["x"], "body": BODY}, "`id` is a list. Write a string"),
    "id an object": ({"id": {}, "body": BODY}, "`id` is an object"),
    "id null": ({"id": None, "body": BODY}, "`id` is null"),
    "id a bool": ({"id": True, "body": BODY}, "`id` is true or false"),
    "no body": ({"id": "x"}, "`body` is missing"),
    "body a string": ({"id": "x", "body": "text"}, "`body` is a string"),
    "body a number": ({"id": "x", "body": 1.5}, "`body` is 1.5"),
    "body null": ({"id": "x", "body": None}, "`body` is null"),
    "no model": ({"id": "x", "body": {"messages": [SAID]}}, "`body.model` is missing"),
    "model a number": (body(model=4), "`body.model` is 4"),
    "model empty": (body(model=""), "`body.model` is an empty string"),
    "messages a string": (body(messages="hi"), "`body.messages` is a string"),
    "messages empty": (body(messages=[]), "`body.messages` is an empty list"),
    "message a string": (body(messages=[SAID, "hi"]), "`body.messages[1]` is a string"),
    "no role": (body(messages=[{"content": "hi"}]), "`body.messages[0].role` is missing"),
    "role a number": (body(messages=[SAID | {"role": 1}]), "`body.messages[0].role` is 1"),
    "content a number": (body(messages=[SAID | {"content": 7}]), "`body.messages[0].content` is 7"),
    "content null": (body(messages=[SAID | {"content": None}]), "`body.messages[0].content` is null"),
    "content an object": (body(messages=[SAID | {"content": {}}]), "`body.messages[0].content` is an object"),
    "parts no objects": (body(messages=[SAID | {"content": [1]}]), "`body.messages[0].content` is a list of other"),
    "temperature a string": (body(temperature="0.7"), "`body.temperature` is a string. Write a number"),
    "top_p a bool": (body(top_p=True), "`body.top_p` is true or false"),
    "max_tokens half": (body(max_tokens=1.5), "`body.max_tokens` is 1.5. Write a whole number"),
    "n a list": (body(n=[1]), "`body.n` is a list"),
    "a stream": (body(stream=True), "`body.stream` is set"),
    "sample a string": (body() | {"sample": "1"}, "`sample` is a string"),
    "sample below 0": (body() | {"sample": -1}, "`sample` is -1"),
    "sample a bool": (body() | {"sample": True}, "`sample` is true or false"),
    "sample half": (body() | {"sample": 0.5}, "`sample` is 0.5"),
    "sample null": (body() | {"sample": None}, "`sample` is null"),
    "id twice": ({"id": "r0", "body": BODY}, "`id` r0 with `sample` 0 stands in line 1 already"),
}
RAW = {
    "cut": (b'{"id": "x", "bo', "it is not JSON ("),
    "not UTF-8": (b'{"id": "\xe9"}', "byte 9 is no UTF-8"),
    "NaN": (b'{"id": "x", "body": {"temperature": NaN}}', "it holds a number that JSON has not"),
    "infinite": (b'{"id": "x", "body": {"temperature": 1e999}}', "it holds a number that JSON has not"),
    "huge number": (b'{"id": ' + b"9" * 5000 + b"}", "it holds a number that JSON has not"),
    "deep": (b"[" * 100_000, "it is nested too deep"),
}
LINES = {name: (json.dumps(row).encode(), said) for name, (row, said) in ODD.items()} | RAW


def put_after_two_lines(path, line):
    """A good line, an empty one, the given one and another good one."""
    write_requests(path, 2)
    good = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([good[0], b"", line, good[1], b""]))


@pytest.mark.parametrize("name", LINES)
def test_odd_line_is_named_with_its_field_and_nothing_is_asked(tmp_path, name):
    line, said = LINES[name]
    put_after_two_lines(tmp_path / "r.jsonl", line)
    with serving() as server, pytest.raises(Problem) as told:
        ask.main(options(tmp_path, server.url))
    assert str(told.value).startswith(f"{tmp_path}/r.jsonl, line 3: {said}")
    assert str(told.value).endswith(". Nothing was asked.") and len(str(told.value)) < len(str(tmp_path)) + 250
    assert server.bodies == [] and server.connections == 0 and not (tmp_path / "j.jsonl").exists()


@pytest.mark.parametrize("name", ["null", "id a list", "content a number", "sample a string", "not UTF-8", "deep"])
def test_command_ends_with_code_2_and_one_line_at_an_odd_line(tmp_path, name):
    put_after_two_lines(tmp_path / "r.jsonl", LINES[name][0])
    command = [sys.executable, "-m", "scripts.llm.ask", *options(tmp_path, "http://127.0.0.1:9/v1")]
    job = subprocess.run(command, capture_output=True, text=True)
    assert job.returncode == 2 and job.stdout == "" and len(job.stderr.splitlines()) == 1
    assert job.stderr.startswith(f"ask: {tmp_path}/r.jsonl, line 3: {LINES[name][1]}")


def test_forms_that_a_service_takes_are_asked(tmp_path):
    parts = {"role": "user", "content": [{"type": "text", "text": "hi"}]}
    called = {"role": "assistant", "content": None, "tool_calls": []}
    rows = [
        {"id": 7, "body": BODY | {"messages": [parts]}},
        {"id": "7", "body": BODY | {"messages": [SAID, called, SAID], "temperature": 0, "max_tokens": None}},
        {"id": "7", "body": BODY | {"stream": False, "top_p": 0.5, "seed": -1}, "sample": 3},
    ]
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(row) + "\r\n" for row in rows))
    with serving() as server:
        ask.main(options(tmp_path, server.url))
    assert len(server.bodies) == 3
    assert [json.loads(line)["id"] for line in (tmp_path / "o.jsonl").read_text().splitlines()] == [7, "7", "7"]


def test_requests_that_are_not_there_are_named(tmp_path):
    with pytest.raises(Problem, match="is no file"):
        ask.main(options(tmp_path, "http://127.0.0.1:9"))
    (tmp_path / "r.jsonl").write_text("[]\n")
    with pytest.raises(Problem, match="line 1: it is a list"):
        ask.main(options(tmp_path, "http://127.0.0.1:9"))
