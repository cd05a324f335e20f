"""Batch mode against a server that keeps to the protocol: nothing is paid twice, whatever breaks, and bytes agree."""

import json
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.judging import judge_intensity
from scripts.llm import batch, batch_collect, batch_service, batch_state, batch_submit, budget
from scripts.llm.journal import journal_path
from scripts.llm.ledger import Ledger
from scripts.llm.prices import Rate
from scripts.provenance.errors import Problem
from scripts.text.files import read_json, write_jsonl
from tests.unit.batch_server import serving
from tests.unit.llm_server import completion

COUNT = 12
LEVELS = ("Very low", "Low", "Moderate", "High", "Extreme")
PRICES = {"small": [1e-6, 1e-3, 0.5]}


def level(body):
    """A level by the dialogue's own number; the same live and in a batch."""
    number = int(re.search(r"number (\d+)", body["messages"][-1]["content"])[1])
    return f"{LEVELS[number % 5]} amount.\u2028"


class Step:
    """judging.judge_intensity on a few dialogues, as its rule calls it, in this process or in one of its own."""

    def __init__(self, folder: Path, monkeypatch):
        self.folder, self.monkeypatch = folder, monkeypatch
        self.dialogues(COUNT)
        prompt = folder / "A-INT.md"
        prompt.write_text("---\nid: A-INT\nslots: [dialogue]\nanswer: x\n---\n[user]\n{{ dialogue }}\n")
        monkeypatch.setenv("TEST_KEY", "k-secret")
        monkeypatch.setattr(budget, "_PURSES", {})
        self.journals("journal")

    def journals(self, name):
        """Answers are kept below the folder `name` from now on."""
        self.monkeypatch.setenv("AFFIRM_JOURNAL", str(self.folder / name))
        self.output = self.folder / "results" / name / "gpt.jsonl"
        self.journal = journal_path(self.output)

    def dialogues(self, count):
        rows = [
            {
                **{"id": f"p{place}", "persona_id": f"p{place}", "system": "gpt", "end_reason": "end_token"},
                "turns": [
                    {"index": 0, "role": "supporter", "text": "Hello"},
                    {"index": 1, "role": "seeker", "text": f"I am sad about number {place}"},
                    {"index": 2, "role": "supporter", "text": "Tell me"},
                    {"index": 3, "role": "seeker", "text": "Thanks"},
                ],
            }
            for place in range(count)
        ]
        write_jsonl(self.folder / "dialogues.jsonl", rows)

    def at(self, server, usd=None, patience=60.0):
        endpoint = {"base_url": server.url, "key_env": "TEST_KEY", "patience": 5.0}
        told = {"endpoints": {"openai": endpoint}, "concurrency": 4, "batch_api": {"patience": patience}}
        self.monkeypatch.setenv("AFFIRM_OPERATION", json.dumps(told | {"budget_usd": usd, "prices": PRICES}))
        return self

    @property
    def words(self):
        model = json.dumps({"backend": "openai", "id": "small"})
        options = {"dialogues": self.folder / "dialogues.jsonl", "prompt": self.folder / "A-INT.md", "model": model}
        options |= {"temperature": 0, "top-p": 1, "max-tokens": 40, "max-failed": 0, "output": self.output}
        return [str(word) for name, value in options.items() for word in (f"--{name}", value)]

    def do(self, mode):
        marker = self.folder / f"{mode}.json"
        batch.instead(mode, str(marker), judge_intensity.main, self.words)
        assert not self.output.exists()
        return read_json(marker)

    def start(self, mode):
        """The same through the front door."""
        marker = str(self.folder / f"{mode}.json")
        words = ["--batch", mode, "--out", marker, "--", "judging.judge_intensity", *self.words]
        return subprocess.Popen([sys.executable, "-m", "scripts", *words], stderr=subprocess.PIPE, text=True)

    def build(self):
        """The artifact as its own rule makes it."""
        judge_intensity.main(self.words)
        return self.output.read_bytes()

    def lines(self):
        return [json.loads(line) for line in self.journal.read_bytes().splitlines()]

    def states(self):
        return [batch_state.read_batch(path) for path in batch_state.folder_of(self.journal).glob("*.json")]


@pytest.fixture
def step(tmp_path, monkeypatch):
    monkeypatch.setattr(batch_collect, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(batch_service, "CREATE_PAUSE_SECONDS", 0.05)
    return Step(tmp_path, monkeypatch)


def all_live(step):
    """The artifact of a run that asks everything live, with journals of its own."""
    before = step.journal
    step.journals("live")
    assert step.journal != before
    with serving(level) as server:
        made = step.at(server).build()
        assert len(server.live) == COUNT
    return made


def test_submitted_and_collected_step_asks_nothing_live_and_has_the_bytes_of_a_live_run(step):
    with serving(level) as server:
        step.at(server)
        assert step.do("submit")["submitted"] == COUNT
        assert step.do("collect") == {"answered": COUNT, "unanswered": 0, "reasons": {}}
        made = step.build()
        assert not server.live and len(server.batches) == 1 and server.billed.total() == COUNT
        assert server.looks["batch_1"] == 4  # it waited through validating, in_progress and finalizing
    assert made == all_live(step)


def test_output_comes_in_another_order_and_each_answer_goes_to_its_own_question(step):
    with serving(level) as server:
        step.at(server).do("submit")
        step.do("collect")
        order = [line["id"] for line in step.lines()]
    assert order != sorted(order, key=lambda id: int(id[1:])) and len(set(order)) == COUNT
    assert all(line["text"] == level({"messages": [{"content": f"number {line['id'][1:]}"}]}) for line in step.lines())


def test_journal_lines_are_as_live_ones_but_say_that_a_batch_answered(step):
    with serving(level) as server:
        step.at(server).do("submit")
        step.do("collect")
        by_batch = {line["key"]: line for line in step.lines()}
    step.journals("live")
    with serving(level) as server:
        step.at(server).build()
        live = {line["key"]: line for line in step.lines()}
    assert live.keys() == by_batch.keys()
    for key, line in by_batch.items():
        assert line.pop("batch") is True and abs(line.pop("at") - live[key].pop("at")) < 60
        assert line == live[key]


def test_half_by_batch_and_half_live_make_the_bytes_of_a_live_run(step):
    with serving(level) as server:
        step.at(server)
        step.dialogues(COUNT // 2)
        step.do("submit")
        step.do("collect")
        step.dialogues(COUNT)
        made = step.build()
        assert len(server.live) == COUNT // 2 and server.billed.total() == COUNT // 2
    assert made == all_live(step)


def test_submit_again_sends_only_what_is_neither_answered_nor_on_its_way(step):
    with serving(level) as server:
        step.at(server)
        step.dialogues(4)
        assert step.do("submit")["submitted"] == 4
        step.dialogues(COUNT)
        again = step.do("submit")
        assert (again["submitted"], again["coming"]) == (COUNT - 4, 4)
        assert step.do("submit")["submitted"] == 0 and len(server.batches) == 2
        assert step.do("collect")["answered"] == COUNT
        assert step.do("submit")["submitted"] == 0 and len(server.batches) == 2
        assert set(server.billed.values()) == {1}


def test_artifacts_own_rule_does_not_pay_again_for_what_is_on_its_way(step):
    with serving(level) as server:
        step.at(server).do("submit")
        with pytest.raises(Problem, match=r"12 of 12 missing .* on their way in batch batch_1.*collect_batches"):
            step.build()
        assert not server.live
        step.do("collect")
        step.build()
        assert not server.live


def test_failed_requests_stay_missing_are_told_by_code_and_are_asked_live(step, capsys):
    def answer(body):
        number = int(re.search(r"number (\d+)", body["messages"][-1]["content"])[1])
        return {1: {"status": 400, "code": "bad"}, 2: {"status": 500, "code": "x"}, 3: "lost"}.get(number, level(body))

    with serving(answer) as server:
        step.at(server).do("submit")
        assert step.do("collect") == {"answered": 9, "unanswered": 3, "reasons": {"400": 1, "500": 1, "completed": 1}}
        assert "3 have none" in capsys.readouterr().err
        server.answer = level
        made = step.build()
        assert len(server.live) == 3
    assert made == all_live(step)


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_batch_that_ends_early_keeps_what_it_has_and_the_rest_goes_into_the_next(step, end):
    with serving(level, stages=("in_progress", end), share=0.25) as server:
        step.at(server).do("submit")
        found = step.do("collect")
        assert found == {"answered": 3, "unanswered": 9, "reasons": {f"batch_{end}": 9}}
        server.stages, server.share = ("in_progress", "completed"), 1.0
        assert step.do("submit")["submitted"] == 9
        assert step.do("collect")["answered"] == 9
        made = step.build()
        assert not server.live and set(server.billed.values()) == {1}
    assert made == all_live(step)


def test_batch_that_expires_without_an_answer_is_sent_anew_and_not_taken_for_the_old_one(step):
    with serving(level, stages=("expired",), share=0.0) as server:
        step.at(server).do("submit")
        assert step.do("collect")["answered"] == 0
        server.stages = ("completed",)
        assert step.do("submit") | {"usd_at_most": 0} == {
            **{"submitted": COUNT, "coming": 0, "left": 0, "batches": ["batch_2"], "usd_at_most": 0}
        }
        assert step.do("collect")["answered"] == COUNT


def test_refused_batch_is_told_by_its_code_and_can_be_submitted_again(step):
    with serving(level, stages=("validating", "failed")) as server:
        step.at(server).do("submit")
        with pytest.raises(Problem, match=r"refused batch_1 \(token_limit_exceeded\)") as told:
            step.do("collect")
        assert "secret" not in str(told.value)
        server.stages = ("completed",)
        assert step.do("submit")["batches"] == ["batch_2"]
        assert step.do("collect")["answered"] == COUNT


@pytest.mark.slow
def test_errors_on_the_way_cost_nothing_and_make_no_second_batch(step):
    """The first call of each kind fails; the batch's creation fails after the batch was made, and before."""

    def misbehave(method, path, number):
        if (method, path) == ("POST", "/v1/batches"):
            return {1: 500, 2: "drop"}.get(number)
        return {1: 429, 2: 503}.get(number)

    with serving(level, misbehave=misbehave) as server:
        step.at(server)
        assert step.do("submit")["submitted"] == COUNT
        assert server.calls["POST", "batches"] == 2 and len(server.batches) == 1
        assert step.do("collect")["answered"] == COUNT


@pytest.mark.slow
def test_patience_that_ends_keeps_the_batch_and_the_next_collecting_goes_on(step):
    with serving(level, stages=("validating", *["in_progress"] * 8, "completed")) as server:
        step.at(server, patience=0.0).do("submit")
        with pytest.raises(Problem, match=r"1 batches of journal/gpt.jsonl are not finished.*again later"):
            step.do("collect")
        assert step.at(server).do("collect")["answered"] == COUNT
        assert len(server.batches) == 1


@pytest.mark.slow
def test_kill_between_upload_and_creation_leaves_no_batch_and_one_is_made_after(step):
    killed_while(step, "submit", lambda method, path, number: "hang" if path == "/v1/files" and number == 1 else None)


@pytest.mark.slow
def test_kill_between_creation_and_its_record_finds_the_batch_again_and_pays_once(step):
    hang = lambda method, path, number: "hang" if (method, path) == ("POST", "/v1/batches") else None  # noqa: E731
    killed_while(step, "submit", hang, batches=1)


@pytest.mark.slow
def test_kill_while_answers_are_fetched_loses_and_pays_nothing(step):
    hang = lambda method, path, number: "hang" if path.endswith("/content") and number == 1 else None  # noqa: E731
    killed_while(step, "collect", hang, batches=1)


def killed_while(step, mode, misbehave, batches=0):
    """Kills the job as the server hangs, and goes on with the same commands: one batch, one answer each."""
    with serving(level, misbehave=misbehave) as server:
        step.at(server)
        if mode == "collect":
            step.do("submit")
        job = step.start(mode)
        assert server.hung.wait(30)
        job.kill()
        assert job.wait() == -signal.SIGKILL
        job.stderr.close()
        assert len(server.batches) == batches and not step.output.exists()
        server.misbehave = None
        for again in ("submit", "collect"):
            job = step.start(again)
            assert job.wait(60) == 0, job.stderr.read()
            job.stderr.close()
        step.build()
        assert len(server.batches) == 1 and not server.live
        assert set(server.billed.values()) == {1} and server.billed.total() == COUNT


def test_collecting_that_broke_off_half_way_through_a_file_takes_the_rest_once(step):
    with serving(level) as server:
        step.at(server).do("submit")
        state = step.states()[0]
        asks = state.listed()
        step.do("collect")
        whole = step.journal.read_bytes().splitlines(keepends=True)
        step.journal.write_bytes(b"".join(whole[:5]) + whole[5][:40])  # torn, and the batch is still open
        state.status = "in_progress"
        state.save()
        (state.path.with_suffix(".asks")).write_text("".join(json.dumps(ask) + "\n" for ask in asks))
        step.do("collect")
        assert sorted(line["key"] for line in step.lines()) == sorted(key for key, *_ in asks)


def test_lost_state_is_made_up_from_the_services_list(step):
    with serving(level) as server:
        step.at(server).do("submit")
        for path in batch_state.folder_of(step.journal).iterdir():
            path.unlink()
        for _ in range(3):  # of others, so that ours is not on the list's first page
            server.add_batch({"input_file_id": "file-1", "endpoint": "x", "completion_window": "24h"})
        step.do("submit")
        assert len(server.batches) == 4
        assert step.do("collect")["answered"] == COUNT


@pytest.mark.parametrize("damage", ["cut", "emptied", "removed", "foreign"])
@pytest.mark.parametrize("mode", ["collect", "build"])
def test_damaged_list_of_requests_is_named_with_what_to_remove_and_nothing_is_paid_twice(step, damage, mode):
    with serving(level) as server:
        step.at(server).do("submit")
        (state,) = step.states()
        asks = state.path.with_suffix(".asks")
        lines = asks.read_text().splitlines(keepends=True)
        texts = {"cut": "".join(lines)[:-40], "emptied": "", "foreign": "".join([*lines[1:], '{"a": 1}\n'])}
        if damage == "removed":
            asks.unlink()
        else:
            asks.write_text(texts[damage])
        said = rf"does not list the {COUNT} requests.*Remove .*{state.digest}\.json and submit again"
        with pytest.raises(Problem, match=said):
            step.do("collect") if mode == "collect" else step.build()
        state.path.unlink()
        step.do("submit")
        assert step.do("collect")["answered"] == COUNT and len(server.batches) == 1
        step.build()
        assert not server.live


def test_line_that_failed_is_no_answer_whatever_it_holds():
    response = {"status_code": 200, "body": completion("Low")}
    assert batch_collect.reply_in({"response": response}).text == "Low"
    assert batch_collect.reply_in({"response": response | {"status_code": 500}}) is None
    for body in (None, [], {"choices": 1}, "<html>"):
        assert batch_collect.reply_in({"response": {"status_code": 200, "body": body}}) is None


def test_state_holds_no_prompt_and_no_key_and_is_its_owners_alone(step):
    with serving(level) as server:
        step.at(server).do("submit")
        paths = list(batch_state.folder_of(step.journal).iterdir())
        assert sorted(path.suffix for path in paths) == [".asks", ".json"]
        for path in [*paths, step.folder / "submit.json"]:
            text = path.read_text()
            assert "sad about" not in text and "k-secret" not in text
        assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
        step.do("collect")
        assert [path.suffix for path in batch_state.folder_of(step.journal).iterdir()] == [".json"]


def test_refused_key_is_told_by_its_name_and_nothing_of_the_requests(step):
    with serving(level, misbehave=lambda method, path, number: 401) as server:
        with pytest.raises(Problem, match=r"AuthenticationError 401.*key from TEST_KEY") as told:
            step.at(server).do("submit")
        assert not any(word in str(told.value) for word in ("secret", "sad about")) and not server.batches


def test_offline_model_is_asked_in_no_batch(step, monkeypatch):
    world = json.dumps({"backend": "offline", "id": "o", "world": "resources/world.yaml"})
    words = [world if word.startswith('{"backend"') else word for word in step.words]
    with pytest.raises(Problem, match="offline models are asked in no batches"):
        batch.instead("submit", str(step.folder / "m.json"), judge_intensity.main, words)


def test_files_are_cut_by_number_and_by_size(step, monkeypatch):
    monkeypatch.setattr(batch_submit, "MOST_REQUESTS", 5)
    with serving(level) as server:
        step.at(server).do("submit")
        assert [len(file["content"].splitlines()) for file in server.files.values()] == [5, 5, 2]
        most = 2 * len(server.files["file-1"]["content"]) // 5 + 9
    step.journals("other")
    monkeypatch.setattr(batch_submit, "MOST_BYTES", most)
    with serving(level) as server:
        step.at(server).do("submit")
        assert max(len(file["content"]) for file in server.files.values()) <= most
        assert [len(file["content"].splitlines()) for file in server.files.values()] == [2] * 6
        assert step.do("collect")["answered"] == COUNT


def test_unusable_answer_is_asked_again_in_the_next_batch_as_a_new_sample(step):
    def answer(body):
        return "no level" if body["temperature"] == 0 and "number 7" in body["messages"][-1]["content"] else level(body)

    with serving(answer) as server:
        step.at(server).do("submit")
        step.do("collect")
        assert step.do("submit")["submitted"] == 1
        step.do("collect")
        step.build()
        assert not server.live
    assert [line["sample"] for line in step.lines() if line["id"] == "p7"] == ["0", "0.1"]


def test_open_batch_takes_room_in_the_budget_at_the_batch_price_and_gives_it_back(step):
    with serving(level) as server:
        step.at(server, usd=1.0)
        held = step.do("submit")["usd_at_most"]
        assert COUNT * 40 * 0.5e-3 < held < COUNT * 40 * 0.5e-3 + 0.01  # half of 40 tokens at 0.001 USD each
        ledger = Ledger(step.folder / "journal", {"small": Rate(*PRICES["small"])})
        with ledger.open() as state:
            assert ledger.set_aside(state, "small") == pytest.approx(held)
        step.do("collect")
        with ledger.open() as state:
            assert ledger.set_aside(state, "small") == 0
            assert ledger.spent(state) == pytest.approx(COUNT * 0.5 * (7e-6 + 2e-3))


def test_batch_takes_only_what_the_budget_has_room_for_and_live_jobs_leave_it_alone(step):
    with serving(level) as server:
        step.at(server, usd=0.105)  # five requests of at most 0.02 USD
        first = step.do("submit")
        assert (first["submitted"], first["left"]) == (5, COUNT - 5)
        with pytest.raises(Problem, match=r"llm.budget_usd leaves no room"):
            step.do("submit")
        other = step.folder / "other.jsonl"
        step.output, kept = other, step.output
        with pytest.raises(Problem, match=r"0\.1 are set aside by running jobs and open batches"):
            step.build()
        step.output = kept
        assert not server.live
        step.do("collect")
        assert step.do("submit")["submitted"] == 4  # 0.05 USD were paid, 0.055 are left... at 0.02 each
