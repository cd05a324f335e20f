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
    with serving() as server, pytest.raises(Problem, match="line 3 is no request"):
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
        with pytest.raises(Problem, match="line 2 holds half a surrogate pair"):
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


@pytest.mark.parametrize("address, at_once", [("http://127.0.0.1:9", 0), ("http://127.0.0.1:9", -3), ("nowhere", 8)])
def test_address_or_number_that_is_none_is_refused_at_once(tmp_path, address, at_once):
    write_requests(tmp_path / "r.jsonl", 2)
    with pytest.raises(SystemExit):
        ask.main(options(tmp_path, address, at_once))


def test_requests_that_are_not_there_are_named(tmp_path):
    with pytest.raises(Problem, match="is no file"):
        ask.main(options(tmp_path, "http://127.0.0.1:9"))
    (tmp_path / "r.jsonl").write_text("[]\n")
    with pytest.raises(Problem, match="line 1 is no request"):
        ask.main(options(tmp_path, "http://127.0.0.1:9"))
