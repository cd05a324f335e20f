"""Dialogues through the front door with a served base: confined, in both schedules, stopped, killed, gone on with."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.detector import predict_values
from scripts.dialogues import roles, simulate_dialogues
from scripts.llm.serve import ServedModel
from scripts.models import train_tiny_sentiment
from scripts.text.files import read_json, read_jsonl, write_json, write_jsonl
from scripts.world import write_labelled
from tests.unit.fake_roles import PROMPTS, THANKS, persona
from tests.unit.serving_fake import FakeVllm, write_adapter, write_base

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
COUNT = 6


@pytest.fixture(scope="module")
def scorer(tmp_path_factory) -> Path:
    """A sentiment scorer, hardly trained."""
    folder = tmp_path_factory.mktemp("scorer")
    labelled = str(folder / "labelled.jsonl")
    write_labelled.main(["--world", "resources/world.yaml", "--rows", "200", "--seed", "1", "--output", labelled])
    recipe = "--layers 1 --hidden 64 --batch-size 32 --learning-rate 1e-2 --max-length 96 --seed 42 --steps 15".split()
    places = ["--labelled", labelled, "--dev-rows", "40", "--output", str(folder / "sentiment")]
    train_tiny_sentiment.main([*recipe, *places])
    return folder / "sentiment"


@pytest.fixture
def data(tmp_path, scorer, monkeypatch):
    """Weights of three roles, scorer, personas and the seeker's example; the environment of a job."""
    folder = tmp_path / "data"
    write_base(folder / "base")
    shutil.copytree(scorer, folder / "sentiment")
    for role in ("detector", "reference", "supporter"):
        write_adapter(folder / role, role.encode())
    write_jsonl(folder / "personas.jsonl", [persona(f"p{number}") for number in range(COUNT)])
    write_json(folder / "example.json", {"id": "e", "turns": [{"index": 0, "role": "seeker", "text": "hello"}]})
    monkeypatch.setenv("AFFIRM_JOURNAL", str(tmp_path / "journal"))
    monkeypatch.setenv("AFFIRM_CHECKPOINTS", str(tmp_path / "checkpoints"))
    told = {"concurrency": 4, "batch": 8, "sandbox": True, "kept_checkpoints": 0, "vllm": {"patience": 60.0}}
    monkeypatch.setenv("AFFIRM_OPERATION", json.dumps(told))
    monkeypatch.setenv("AFFIRM_PROTECTED", json.dumps([str(ROOT), str(folder)]))
    return folder


@pytest.fixture
def fake(tmp_path, monkeypatch):
    found = FakeVllm(tmp_path / "fake", monkeypatch)
    yield found
    assert not found.pids() or found.is_gone()


def options(data: Path, output: Path, seed=1) -> list[str]:
    """The command of simulate_dialogues as rules/dialogues.smk writes it for the system ours_dpo."""
    sampling = {"temperature": 1.0, "top_p": 1.0, "max_tokens": 64}
    given = {
        "personas": data / "personas.jsonl",
        "alternatives": "yes",
        "share": 1,
        "max-failed": 0.9,
        "seed": seed,
        "system": "ours_dpo",
        "form": "four_step",
        "self-disclosure": "none",
        "supporter": '{"backend": "local"}',
        "seeker": json.dumps({"backend": "offline", "id": "gpt", "world": "resources/world.yaml"}),
        "base": data / "base",
        "base-backend": "vllm",
        "detector": data / "detector",
        "detector-prompt": f"{PROMPTS}/A-TVD.md",
        "reference": data / "reference",
        "reference-prompt": f"{PROMPTS}/A-RG.md",
        "supporter-adapter": data / "supporter",
        "supporter-prompt": f"{PROMPTS}/A-SUP.md",
        "seeker-prompt": f"{PROMPTS}/A-SEEK.md",
        "values": "resources/taxonomy/values.yaml",
        "strategies": "resources/taxonomy/strategies.yaml",
        "example": data / "example.json",
        "sentiment-kind": "encoder",
        "sentiment-model": data / "sentiment",
        "sampling": json.dumps(dict.fromkeys(("seeker", "supporter", "reference", "detector"), sampling)),
        "history": json.dumps({"first_words": 50, "last_words": 200}),
        "top-values": 3,
        "max-exchanges": 3,
        "gratitude": json.dumps(THANKS),
        "end-score": 0.6,
        "output": output,
    }
    return [str(part) for name, value in given.items() for part in (f"--{name}", value)]


@pytest.fixture
def job(data):
    """Starts the front door on the job that writes an output; no job outlives its test."""
    started = []

    def start(output: Path) -> subprocess.Popen:
        words = options(data, output)
        read = [word for word in words if word.startswith(("resources/", str(data))) and word != str(output)]
        door = ["--log", str(output.parent / "logs/job.log"), "--sidecar", str(output.parent / "logs/job.json")]
        door += ["--keep", "--in", *read, "resources/world.yaml", "--out", str(output)]
        command = [sys.executable, "-m", "scripts", *door, "--", "dialogues.simulate_dialogues", *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(command, cwd=ROOT, text=True, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def finished(process: subprocess.Popen, seconds=60) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err


def journals(tmp_path: Path) -> dict[str, int]:
    """Answers kept, by role."""
    files = [path for path in (tmp_path / "journal").rglob("*.jsonl") if "failures" not in path.name]
    return {path.name.split(".")[-2]: len(path.read_text().splitlines()) for path in files}


def test_job_speaks_with_served_roles_in_the_sandbox_and_leaves_a_log_and_no_server(tmp_path, fake, job):
    output = tmp_path / "out" / "d.jsonl"
    code, out, err = finished(job(output))
    assert (code, out, err) == (0, "", "")
    made = read_jsonl(output)
    assert [dialogue["id"] for dialogue in made] == [f"p{number}" for number in range(COUNT)]
    turns = [turn for dialogue in made for turn in dialogue["turns"] if turn.get("answer")]
    assert len(turns) >= COUNT and all(1 <= len(turn["target_values"]) <= 3 for turn in turns)
    for turn in turns:
        other = turn["alternative"]
        assert other["use_reference"] is not turn["use_reference"]
        assert other["answer"].split("Step 3.")[0] == turn["answer"].split("Step 3.")[0]
    record = read_json(output.parent / "logs/job.json")
    assert record["status"] == "ok" and record["journal"]["asked"] == sum(journals(tmp_path).values())
    assert record["sandbox"] in ("enforced", "recorded only") and record["used"]["local"]["requests"] > 3 * len(turns)
    assert "startup complete" in (output.parent / "logs/job.vllm.log").read_text()
    assert "version 0.32.0, is ready" in (output.parent / "logs/job.log").read_text()
    assert fake.starts() == 1 and fake.is_gone(0.5)
    assert {request["model"].rpartition("-")[0] for request in fake.requests()} == {
        "detector",
        "reference",
        "supporter",
    }


def test_full_replay_starts_no_server_and_gives_the_same_bytes(tmp_path, fake, job):
    output = tmp_path / "out" / "d.jsonl"
    assert finished(job(output))[0] == 0
    first = output.read_bytes()
    output.unlink()
    assert finished(job(output))[0] == 0
    assert output.read_bytes() == first and fake.starts() == 1
    counts = read_json(output.parent / "logs/job.json")["journal"]
    assert counts["replayed"] > 50 and "asked" not in counts


def test_lock_step_and_threads_write_the_same_bytes_from_the_same_server(tmp_path, data, fake, monkeypatch):
    monkeypatch.chdir(ROOT)
    written = []
    for name in ("threads", "lock_step"):
        monkeypatch.setenv("AFFIRM_JOURNAL", str(tmp_path / name))
        if name == "lock_step":
            monkeypatch.setattr(roles, "LocalModel", ServedModel)  # as if it were in this process
        simulate_dialogues.main(options(data, tmp_path / f"{name}.jsonl"))
        written.append((tmp_path / f"{name}.jsonl").read_bytes())
    assert written[0] == written[1] and len(written[0]) > 5000
    asked = [request["messages"] for request in fake.requests()]
    assert sorted(map(str, asked[: len(asked) // 2])) == sorted(map(str, asked[len(asked) // 2 :]))


def under_way(fake: FakeVllm, requests: int) -> None:
    until = time.monotonic() + 30
    while len(fake.requests()) < requests:
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_job_that_is_ended_in_the_middle_leaves_no_server_and_is_gone_on_with(tmp_path, fake, job, how):
    whole = tmp_path / "whole" / "d.jsonl"
    assert finished(job(whole))[0] == 0
    alone = len(fake.requests())
    os.rename(tmp_path / "journal", tmp_path / "journal.whole")
    fake.rules(orphan=True, slow=["I am p3", 60])
    output = tmp_path / "out" / "d.jsonl"
    process = job(output)
    under_way(fake, alone + 40)
    began = time.monotonic()
    process.send_signal(how)
    code, _, err = finished(process)
    assert code == {signal.SIGTERM: 143, signal.SIGKILL: -9}[how] and "Traceback" not in err
    assert time.monotonic() - began < 20 and fake.is_gone(12) and not output.exists()
    served = ("detector", "reference", "supporter")
    kept = sum(count for role, count in journals(tmp_path).items() if role in served)
    assert kept >= 30
    fake.rules()
    before = len(fake.requests())
    assert finished(job(output))[0] == 0
    assert output.read_bytes() == whole.read_bytes()
    assert len(fake.requests()) - before == alone - kept


def test_server_that_runs_out_of_memory_is_a_problem_of_three_sentences_and_exit_code_2(tmp_path, fake, job):
    fake.rules(fail="memory")
    code, out, err = finished(job(tmp_path / "out" / "d.jsonl"))
    assert code == 2 and out == "" and "Traceback" not in err
    assert err.startswith("simulate_dialogues: vllm serve ended (killed by signal 9) before it was ready.")
    assert fake.starts() == 1  # though many dialogues wanted it
    assert "CUDA out of memory" in err and "job.vllm.log" in err and "run the same command again" in err
    assert not (tmp_path / "out" / "d.jsonl").exists() and fake.is_gone(2)


def test_served_detector_predicts_the_values_of_held_out_threads(tmp_path, data, fake, monkeypatch):
    monkeypatch.chdir(ROOT)
    said = {"prompt": [{"role": "user", "content": "I am sad."}], "completion": [{"content": "Face, Hedonism"}]}
    write_jsonl(data / "rows.jsonl", [{"id": str(number), **said} for number in range(3)])
    given = {
        "examples": data / "rows.jsonl",
        "values": "resources/taxonomy/values.yaml",
        "base": data / "base",
        "base-backend": "vllm",
        "detector": data / "detector",
        "sampling": json.dumps({"temperature": 0.0, "top_p": 1.0, "max_tokens": 64}),
        "top-values": 2,
        "output": tmp_path / "p.jsonl",
        "scores": tmp_path / "s.json",
    }
    predict_values.main([str(part) for name, value in given.items() for part in (f"--{name}", value)])
    (named,) = {tuple(row["predicted"]) for row in read_jsonl(tmp_path / "p.jsonl")}
    assert 1 <= len(named) <= 2 and read_json(tmp_path / "s.json")["unusable"] == 0
    assert len(fake.requests()) == 1 and fake.is_gone(0.0)  # three equal questions are one
