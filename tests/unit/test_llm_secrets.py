"""Keys and prompts stay out of everything a failing job writes: log, sidecar, journal, list of failures, stderr."""

import json
import logging
import os
import pickle
import stat
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from scripts.llm.chat import Request, Sampling, open_remote
from scripts.provenance.errors import Problem
from tests.unit.llm_server import completion, serving

pytestmark = pytest.mark.slow
KEY = "sk-planted-4711-abcdef"
SECRET = "my neighbour Ottilie hides turnips"  # stands in the dialogue, so in every prompt
RULE = "judging.judge_intensity"


def bad_request(body, number):
    """Errors that hold what was asked and the key, as providers' and proxies' do."""
    said = f"{json.dumps(body)} Bearer {KEY}"
    return 400, {"x-debug": KEY}, {"error": {"message": said, "code": said, "type": said, "param": said}}


BEHAVIOURS = {
    "refused key": lambda body, number: (401, {}, {"error": {"message": f"wrong key {KEY}", "code": KEY}}),
    "bad request": bad_request,
    "page": lambda body, number: (200, {"Content-Type": f"text/html {KEY}"}, json.dumps(body).encode()),
    "no quota": lambda body, number: (429, {}, {"error": {"code": "insufficient_quota", "message": str(body)}}),
    "unusable": lambda body, number: (200, {}, completion("I would rather not say.")),
}
HANGS_UP = {"hangs up": lambda body, number: lambda handler: setattr(handler, "close_connection", True)}


def judge(folder, url, debug):
    """A judge's job through the front door with debug logging of the SDK; every file it may write lies in `folder`."""
    dialogue = {"id": "d1", "turns": [{"index": 0, "role": "supporter", "text": "Hello."}]}
    dialogue["turns"].append({"index": 1, "role": "seeker", "text": f"It is hard, {SECRET}."})
    (folder / "d.jsonl").write_text(json.dumps(dialogue | {"end_reason": "end_token", "persona_id": "p"}) + "\n")
    place = {"base_url": url, "key_env": "PLANTED_KEY", "patience": 0}
    environment = {
        **os.environ,
        "PLANTED_KEY": KEY,
        "AFFIRM_OPERATION": json.dumps({"endpoints": {"openai": place}}),
        "AFFIRM_JOURNAL": str(folder / "journal"),
        **({"OPENAI_LOG": "debug"} if debug else {}),
    }
    words = ["--model", '{"backend": "openai", "id": "m"}', "--dialogues", str(folder / "d.jsonl")]
    words += ["--prompt", "resources/prompts/compact/A-INT.md", "--max-failed", "0.0"]
    words += ["--temperature", "0", "--top-p", "1", "--max-tokens", "5"]
    words += ["--output", str(folder / "out.jsonl")]
    doors = [
        "--log",
        str(folder / "job.log"),
        "--sidecar",
        str(folder / "job.json"),
        "--out",
        str(folder / "out.jsonl"),
    ]
    return subprocess.run(
        [sys.executable, "-m", "scripts", *doors, "--", RULE, *words], capture_output=True, text=True, env=environment
    )


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_failing_job_writes_neither_key_nor_prompt_anywhere(tmp_path, name):
    with serving(BEHAVIOURS[name]) as server:
        job = judge(tmp_path, server.url, debug=True)
    assert job.returncode == 2 and "judge_intensity: " in job.stderr, job.stderr
    assert server.bodies and SECRET in json.dumps(server.bodies[0]) and KEY in str(server.headers[0])
    written = {str(path): path.read_text() for path in tmp_path.rglob("*") if path.is_file() and path.name != "d.jsonl"}
    assert {"job.log", "job.json"} <= {Path(path).name for path in written}
    for where, text in {**written, "stderr": job.stderr, "stdout": job.stdout}.items():
        assert KEY not in text and SECRET not in text and "turnips" not in text, where
    if name == "unusable":
        assert any(path.endswith(".failures.jsonl") for path in written)
    for path in (tmp_path / "journal").rglob("*.jsonl"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", BEHAVIOURS | HANGS_UP)
def test_error_and_all_it_came_from_hold_neither_key_nor_prompt(tmp_path, monkeypatch, caplog, name):
    monkeypatch.setenv("PLANTED_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    request = Request("q1", "A-INT", [{"role": "user", "content": SECRET}])
    with serving((BEHAVIOURS | HANGS_UP)[name]) as server:
        place = {"base_url": server.url, "key_env": "PLANTED_KEY", "patience": 0}
        monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"endpoints": {"openai": place}}))
        monkeypatch.setattr("scripts.llm.transport.RETRIES", 0)
        chat = open_remote({"backend": "openai", "id": "m"}, Sampling(1.0, 1.0, 32), tmp_path / "j.jsonl")
        if name == "unusable":
            assert chat.ask([request], int)[0].value is None
            shown = ""
        else:
            with pytest.raises(Problem) as caught:
                chat.ask([request], str)
            error = caught.value
            assert error.__cause__ is None and error.__context__ is None
            shown = "".join(traceback.format_exception(error)) + str(pickle.dumps(error)) + repr(vars(error))
    said = shown + " ".join(record.getMessage() for record in caplog.records if record.name.startswith("scripts."))
    assert KEY not in said and SECRET not in said


def test_key_is_in_no_command_line_and_no_variable_but_its_own(tmp_path):
    seen = []

    def look(body, number):
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if RULE.encode() in (words := (process / "cmdline").read_bytes()):
                    seen.append((words, (process / "environ").read_bytes()))
            except OSError:
                continue

    with serving(look) as server:
        judge(tmp_path, server.url, debug=False)
    assert seen
    for words, environment in seen:
        assert KEY.encode() not in words
        holders = [entry.split(b"=")[0] for entry in environment.split(b"\0") if KEY.encode() in entry]
        assert holders == [b"PLANTED_KEY"]
