"""The command `python -m scripts.llm.ask`: its files (what a kill costs: test_llm_kill.py)."""

import json
import os
import subprocess
import sys

import pytest

from scripts.llm import ask
from scripts.provenance.errors import Problem
from tests.unit.llm_server import serving


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
