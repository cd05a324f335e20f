"""Local weights behind a server: what it is told, what is kept, how it starts, fails and ends, with a fake `vllm`."""

import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from scripts.llm import server, transport
from scripts.llm.chat import Request, Sampling
from scripts.llm.serve import lora_rank, open_served
from scripts.llm.top_values import top_values
from scripts.llm.vllm_protocol import completion_body, token_logprobs
from scripts.llm.watch import GRACE_SECONDS
from scripts.llm.weights import open_weights
from scripts.provenance.errors import Problem
from tests.unit.serving_fake import EOT, FakeVllm, write_adapter, write_base

WARM, GREEDY = Sampling(1.0, 0.9, 64), Sampling(0.0, 1.0, 64)
BEGINNING = "Step 1.\n-Reasoning: sad.\nStep 2.\n-Reasoning: walking.\nStep 3.\n-Reasoning: No"


@pytest.fixture
def fake(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "POLL_SECONDS", 0.05)
    told = {"concurrency": 4, "batch": 8, "vllm": {"memory_share": 0.5, "patience": 20.0, "arguments": []}}
    monkeypatch.setenv("AFFIRM_OPERATION", json.dumps(told))
    found = FakeVllm(tmp_path / "fake", monkeypatch)
    yield found
    assert not found.pids() or found.is_gone()


@pytest.fixture
def folder(tmp_path):
    """base, and the adapters `detector` (rank 8) and `supporter` (rank 24)."""
    write_base(tmp_path / "base")
    write_adapter(tmp_path / "detector", b"one", 8)
    write_adapter(tmp_path / "supporter", b"two", 24)
    return tmp_path


def opened(folder, *roles):
    return contextlib.closing(open_served(folder / "base", {role: folder / role for role in roles}, folder / "v.log"))


def question(text, prefix=""):
    return Request(text, "A-SUP", [{"role": "user", "content": text}], prefix=prefix)


def texts(chat, *questions, prefix=""):
    return [answer.text for answer in chat.ask([question(text, prefix) for text in questions], str)]


def test_server_starts_with_the_first_missing_answer_and_a_replay_starts_none(folder, fake):
    fake.rules(orphan=True)
    with opened(folder, "supporter") as model:
        chat = model.chat("supporter", WARM, folder / "j.jsonl")
        assert fake.starts() == 0
        first = texts(chat, "a", "b")
        texts(chat, "c")
        assert fake.starts() == 1
    assert fake.is_gone(0.0)  # closing waits for all of it
    with opened(folder, "supporter") as model:
        again = model.chat("supporter", WARM, folder / "j.jsonl")
        assert texts(again, "a", "b") == first and again.counts["asked"] == 0
    assert fake.starts() == 1 and len(set(first)) == 2


def test_server_is_told_base_adapters_rank_window_and_memory_share(folder, fake, monkeypatch):
    monkeypatch.setenv("VLLM_API_KEY", "of another server")
    with opened(folder, "detector", "supporter") as model:
        texts(model.chat(None, WARM, folder / "j.jsonl"), "a")
    assert fake.argv()[:2] == ["serve", str(folder / "base")]
    assert fake.option("--max-lora-rank") == "32" and fake.option("--max-loras") == "2"
    assert fake.option("--max-model-len") == "4096" and fake.option("--gpu-memory-utilization") == "0.5"
    assert fake.option("--host") == "127.0.0.1" and fake.option("--generation-config") == "vllm"
    modules = fake.argv()[fake.argv().index("--lora-modules") + 1 :]
    assert [module.partition("=")[2] for module in modules] == [str(folder / "detector"), str(folder / "supporter")]
    named = json.loads((fake.folder / "environment.json").read_text())
    assert "VLLM_API_KEY" not in named and "VLLM_NO_USAGE_STATS" in named
    assert (folder / "v.log").stat().st_mode & 0o777 == 0o600


def test_base_alone_is_served_without_adapters_and_with_further_words(folder, fake, monkeypatch):
    monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"vllm": {"arguments": ["--enforce-eager"]}}))
    with opened(folder) as model:
        texts(model.chat(None, WARM, folder / "j.jsonl"), "a")
    assert "--enable-lora" not in fake.argv() and fake.argv()[-1] == "--enforce-eager"


def test_each_role_speaks_with_its_adapter_and_the_base_with_none(folder, fake):
    with opened(folder, "detector", "supporter") as model:
        said = [
            texts(model.chat(role, GREEDY, folder / f"{role}.jsonl"), "a") for role in (None, "detector", "supporter")
        ]
        assert {request["model"].rpartition("-")[0] for request in fake.requests()} == {"base", "detector", "supporter"}
    assert len({str(answers) for answers in said}) == 3
    with opened(folder, "detector") as model:
        assert texts(model.chat("detector", GREEDY, folder / "alone.jsonl"), "a") == said[1]
        with pytest.raises(Problem, match="without the adapter 'supporter'"):
            model.chat("supporter", GREEDY, folder / "j.jsonl")


def test_another_port_replays_all_and_a_retrained_adapter_nothing(folder, fake):
    with opened(folder, "detector") as model:
        before = texts(model.chat("detector", GREEDY, folder / "j.jsonl"), "a", "b")
    first = fake.option("--port")
    with opened(folder, "detector") as model:
        chat = model.chat("detector", GREEDY, folder / "j.jsonl")
        texts(chat, "c")  # so that a server runs
        assert texts(chat, "a", "b") == before and chat.counts["asked"] == 1
    assert fake.option("--port") != first
    write_adapter(folder / "detector", b"retrained")
    with opened(folder, "detector") as model:
        chat = model.chat("detector", GREEDY, folder / "j.jsonl")
        assert texts(chat, "a", "b") != before and chat.counts["asked"] == 2


def test_identity_is_of_weights_and_template_and_not_that_of_another_role_or_backend(folder):
    def identity(role="detector", backend="vllm"):
        adapters = {name: folder / name for name in ("detector", "supporter")}
        return open_weights(backend, folder / "base", adapters, folder / "o.jsonl").identity(role)

    first = identity()
    assert identity() == first
    assert len({first, identity("supporter"), identity(None), identity(backend="local")}) == 4
    (folder / "base" / "chat_template.jinja").write_text("{{ messages }}")
    assert identity() != first


def test_forced_beginning_is_the_last_message_and_part_of_the_answer(folder, fake):
    with opened(folder, "supporter") as model:
        found = texts(model.chat("supporter", WARM, folder / "j.jsonl"), "a", prefix=BEGINNING)[0]
    sent = fake.requests()[0]
    assert sent["messages"] == [{"role": "user", "content": "a"}, {"role": "assistant", "content": BEGINNING}]
    assert sent["continue_final_message"] is True and sent["add_generation_prompt"] is False
    assert found.startswith(BEGINNING + ", it would help.\nStep 4.")
    with pytest.raises(ValueError, match="strips blanks"):
        completion_body({"messages": []}, "Step 3. ", "0" * 64, [])


def test_every_sample_has_a_seed_of_its_own_that_it_keeps(folder, fake):
    samples = [Request("a", "A-SUP", [{"role": "user", "content": "a"}], sample=number) for number in range(5)]
    for journal in ("one", "two"):
        with opened(folder, "supporter") as model:
            model.chat("supporter", WARM, folder / f"{journal}.jsonl").ask(samples, str)
    seeds = [request["seed"] for request in fake.requests()]
    assert len(set(seeds[:5])) == 5 and sorted(seeds[:5]) == sorted(seeds[5:]) and max(seeds) < 2**63
    assert {tuple(request["stop_token_ids"]) for request in fake.requests()} == {(EOT,)}


def test_token_probabilities_rank_the_detectors_labels(folder, fake):
    labels = ["Face", "Achievement", "Hedonism", "Tradition", "Humility"]
    with opened(folder, "detector") as model:
        answer = model.chat("detector", GREEDY, folder / "j.jsonl", logprobs=True).ask([question("a")], str)[0]
    assert "".join(piece for piece, _ in answer.token_logprobs) == answer.text
    named = answer.text.split(", ")
    assert len(named) > 1 and top_values(answer, labels, 3) == named  # the fake's tokens become less probable
    with opened(folder, "detector") as model:
        again = model.chat("detector", GREEDY, folder / "j.jsonl", logprobs=True).ask([question("a")], str)[0]
    assert again == answer


def test_tokens_that_do_not_join_to_the_answer_are_refused():
    def choice(*tokens, finish="stop"):
        return {"finish_reason": finish, "logprobs": {"content": [{"token": t, "logprob": -0.5} for t in tokens]}}

    assert token_logprobs(choice("Fa", "ce", "<|eot_id|>"), "Face") == [["Fa", -0.5], ["ce", -0.5]]
    assert token_logprobs(choice("Fa", "ce", finish="length"), "Face") == [["Fa", -0.5], ["ce", -0.5]]
    for wrong in (choice("Fa", "x"), choice("Fa"), choice("Fa", "ce", "!", finish="length"), choice()):
        with pytest.raises(ValueError, match="do not join"):
            token_logprobs(wrong, "Face")


def test_cut_answer_is_asked_again(folder, fake):
    with opened(folder, "supporter") as model:
        chat = model.chat("supporter", Sampling(1.0, 1.0, 2), folder / "j.jsonl")
        answer = chat.ask([question("a")], str)[0]
    assert answer.value is None and answer.attempts == 4
    record = json.loads((folder / "j.failures.jsonl").read_text())
    assert record["reason"] == "the answer ended by length"


def test_way_the_weights_speak_is_said_and_a_server_logs_beside_its_job(folder, monkeypatch):
    with pytest.raises(Problem, match="--base-backend local or vllm"):
        open_weights(None, folder / "base", {}, folder / "o.jsonl")
    monkeypatch.setenv("AFFIRM_JOURNAL", str(folder / "journal"))
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    alone = open_weights("vllm", folder / "base", {}, Path("results/o.jsonl"))
    assert alone.server.log_file == folder / "journal/results/o.jsonl.vllm.log"
    handler = logging.FileHandler(folder / "job.log", delay=True)
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    assert open_weights("vllm", folder / "base", {}, folder / "o.jsonl").server.log_file == folder / "job.vllm.log"


def test_rank_that_the_server_cannot_be_told_is_a_problem(folder):
    write_adapter(folder / "wide", b"wide", 513)
    assert lora_rank({"detector": folder / "detector"}) == 8
    with pytest.raises(Problem, match=r"wide has rank 513.*backend: local"):
        lora_rank({"detector": folder / "detector", "wide": folder / "wide"})


def asking(folder, *roles, text="a"):
    with opened(folder, *roles) as model:
        return texts(model.chat(None, WARM, folder / "j.jsonl"), text)


@pytest.mark.slow
def test_slow_start_is_waited_for_up_to_the_patience(folder, fake, monkeypatch):
    fake.rules(load=0.7)
    assert len(asking(folder)) == 1
    monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"vllm": {"patience": 3}}))
    fake.rules(load=60)
    began = time.monotonic()
    with pytest.raises(Problem, match=r"not ready after 3 s \(operation.vllm.patience\)[\s\S]*API server version"):
        asking(folder, text="b")
    assert time.monotonic() - began < 15 and fake.is_gone(1.0)


@pytest.mark.parametrize(
    ("fail", "how", "said"),
    [
        ("start", r"code 1", "architecture is not supported"),
        ("memory", r"killed by signal 9", "CUDA out of memory"),
    ],
)
def test_start_that_fails_is_told_with_the_servers_last_lines(folder, fake, fail, how, said):
    fake.rules(fail=fail, orphan=True)
    with pytest.raises(Problem) as caught:
        asking(folder)
    text = str(caught.value)
    assert f"vllm serve ended ({how}) before it was ready" in text and said in text and str(folder / "v.log") in text
    assert "memory_share" not in text and "models.llama.backend: local" in text
    assert fake.starts() == 1 and len(fake.pids()) == 2 and fake.is_gone(2.0)


@pytest.mark.slow
def test_port_that_is_taken_meanwhile_is_changed(folder, fake):
    fake.rules(taken=1)
    assert len(asking(folder)) == 1 and fake.starts() == 2
    fake.rules(taken=9)
    with pytest.raises(Problem, match=r"ended \(code 1\) before it was ready[\s\S]*Address already in use"):
        asking(folder, text="b")
    assert fake.starts() == 5


@pytest.mark.slow
def test_server_of_somebody_else_is_not_asked(folder, fake, monkeypatch):
    monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"vllm": {"patience": 3}}))
    fake.rules(foreign=True)
    with pytest.raises(Problem, match="not ready"):
        asking(folder)
    assert fake.requests() == []


def test_missing_program_is_named(folder, fake, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(
        Problem,
        match=r"models.llama.backend: vllm.*not on the PATH.*--sdm conda.*envs/serve.yaml.*backend: local.*kept",
    ):
        asking(folder)


def test_proxy_of_the_environment_is_not_between_job_and_server(folder, fake, monkeypatch):
    with socket.socket() as dead:
        dead.bind(("127.0.0.1", 0))
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{dead.getsockname()[1]}")
        monkeypatch.setenv("no_proxy", "example.org")
        monkeypatch.setenv("NO_PROXY", "example.org")
        assert len(asking(folder)) == 1
    assert os.environ["no_proxy"] == "example.org,127.0.0.1"


@pytest.mark.slow
def test_server_that_dies_in_the_middle_is_told_and_its_answers_are_kept(folder, fake, monkeypatch):
    monkeypatch.setattr(transport, "RETRIES", 1)  # nine tries take forty seconds
    fake.rules(die_after=5, orphan=True)
    every = [str(number) for number in range(12)]
    with opened(folder) as model:
        chat = model.chat(None, WARM, folder / "j.jsonl")
        with pytest.raises(Problem, match=r"ended \(code 1\) while it was asked[\s\S]*EngineDeadError[\s\S]*are kept"):
            texts(chat, *every)
        kept = chat.counts["asked"]
    assert 1 <= kept <= 5 and fake.is_gone(2.0)
    fake.rules()
    with opened(folder) as model:
        chat = model.chat(None, WARM, folder / "j.jsonl")
        assert len(set(texts(chat, *every))) == 12 and chat.counts["asked"] == 12 - kept


def test_start_that_is_under_way_is_given_up_when_the_job_stops(folder, fake):
    fake.rules(load=60)
    caught = []
    model = open_served(folder / "base", {}, folder / "v.log")

    def ask():
        try:
            texts(model.chat(None, WARM, folder / "j.jsonl"), "a")
        except Problem as problem:
            caught.append(str(problem))

    thread = threading.Thread(target=ask)
    thread.start()
    fake.wait_until_running(1)
    model.close()
    thread.join(5)
    assert "stopped while it started" in caught[0] and fake.is_gone(0.5)


JOB = """
import contextlib, sys, time
from pathlib import Path
from scripts.llm.chat import Request, Sampling
from scripts.llm.serve import open_served
import signal
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
folder = Path(sys.argv[1])
with contextlib.closing(open_served(folder / "base", {"detector": folder / "detector"}, folder / "v.log")) as model:
    chat = model.chat("detector", Sampling(1.0, 1.0, 64), folder / "j.jsonl")
    chat.ask([Request("a", "A-TVD", [{"role": "user", "content": "a"}])], str)
    print("asked", flush=True)
    if sys.argv[2] == "crash":
        raise KeyError("lost")
    if sys.argv[2] == "wait":
        time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.parametrize("how", ["end", "crash", signal.SIGTERM, signal.SIGKILL])
def test_server_and_its_engine_end_with_the_job_however_that_ends(folder, fake, how):
    fake.rules(orphan=True)
    end = how if isinstance(how, str) else "wait"
    job = subprocess.Popen(
        [sys.executable, "-c", JOB, str(folder), end], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert job.stdout.readline() == "asked\n"
    assert not fake.is_gone(0.0) or isinstance(how, str)
    if not isinstance(how, str):
        job.send_signal(how)
    code = job.wait(20)
    job.stdout.close()
    assert code == {"end": 0, "crash": 1, signal.SIGTERM: 143, signal.SIGKILL: -9}[how]
    assert len(fake.pids()) == 2 and fake.is_gone(5.0)


@pytest.mark.slow
def test_server_that_does_not_end_when_asked_is_killed(folder, fake):
    fake.rules(stubborn=True)
    with opened(folder) as model:
        texts(model.chat(None, WARM, folder / "j.jsonl"), "a")
        began = time.monotonic()
    assert fake.is_gone(0.0) and GRACE_SECONDS <= time.monotonic() - began < GRACE_SECONDS + 10
