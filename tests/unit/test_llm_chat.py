"""Asking through the journal: order, asking again, replay."""

import errno
import json
import logging
import os
import stat
from collections import Counter

import pytest

from scripts.llm.asking import PARSE_RETRIES, Chat
from scripts.llm.exchange import Ask, Reply, Request, Sampling, request_key
from scripts.llm.journal import Journal, journal_path, open_journal
from scripts.provenance.counts import COUNTS
from scripts.provenance.errors import Problem


class Echo:
    """Answers with the question and the sample index, last request first; `script` overrides (id, sample)."""

    name = priced = "echo"

    def __init__(self, identity="weights-1", script=None):
        self.identity, self.script, self.asked = identity, script or {}, []

    def answer(self, asks, keep):
        for ask in reversed(asks):
            self.asked.append((ask.id, ask.sample, ask.body["temperature"]))
            text = f"{ask.body['messages'][-1]['content']}/{ask.sample}"
            keep(ask, self.script.get((ask.id, ask.sample)) or Reply(text, "stop", {"prompt_tokens": 3}))


def chat(folder, backend, temperature=1.0, epoch=0):
    return Chat(backend, Sampling(temperature, 1.0, 64), Journal(folder / "j.jsonl"), epoch)


def questions(count):
    return [Request(f"q{i}", "A-INT", [{"role": "user", "content": f"question {i}"}]) for i in range(count)]


def test_answers_come_in_the_order_of_the_requests(tmp_path):
    answers = chat(tmp_path, Echo()).ask(questions(5), str.upper)
    assert [answer.value for answer in answers] == [f"QUESTION {i}/0" for i in range(5)]
    assert {answer.attempts for answer in answers} == {1}


def test_unusable_answer_is_asked_again_with_a_new_sample_index(tmp_path):
    def only_second_try(text):
        if not text.endswith("/0.2"):
            raise ValueError("not yet")
        return "good"

    backend = Echo()
    first, second = chat(tmp_path, backend).ask(questions(2), only_second_try)
    assert (first.value, first.attempts, second.attempts) == ("good", 3, 3)
    assert Counter(sample for _, sample, _ in backend.asked) == {"0": 2, "0.1": 2, "0.2": 2}


def test_only_the_unusable_request_is_asked_again(tmp_path):
    backend = Echo(script={("q1", "0"): Reply("cut in the mid", "length")})
    answers = chat(tmp_path, backend).ask(questions(3), str)
    assert [answer.text for answer in answers] == ["question 0/0", "question 1/0.1", "question 2/0"]
    assert len(backend.asked) == 4


@pytest.mark.parametrize("finish", ["length", "content_filter", "refusal", "no_choices"])
def test_cut_filtered_or_refused_answers_never_reach_the_parser(tmp_path, finish):
    script = {("q0", sample): Reply("text", finish) for sample in ("0", "0.1", "0.2", "0.3")}
    seen = []
    answer = chat(tmp_path, Echo(script=script)).ask(questions(1), seen.append)[0]
    assert answer.value is None and answer.attempts == PARSE_RETRIES + 1
    assert seen == []


def test_answer_that_stays_unusable_has_no_value_and_is_listed(tmp_path):
    before = COUNTS["failed"]
    parse = {"question 0/0": "fine"}

    def strict(text):
        if text not in parse:
            raise ValueError("unknown text")
        return parse[text]

    talk = chat(tmp_path, Echo())
    answers = talk.ask(questions(2), strict)
    assert [answer.value for answer in answers] == ["fine", None]
    listed = [json.loads(line) for line in (tmp_path / "j.failures.jsonl").read_text().splitlines()]
    assert listed == [{"id": "q1", "kind": "A-INT", "reason": "unknown text", "text": "question 1/0.3"}]
    assert talk.counts["failed"] == 1 and COUNTS["failed"] == before + 1 and talk.counts["reasked"] == 3


def test_parser_bug_is_not_taken_for_an_unusable_answer(tmp_path):
    with pytest.raises(KeyError):
        chat(tmp_path, Echo()).ask(questions(1), lambda text: {}[text])


def test_greedy_request_samples_when_asked_again(tmp_path):
    backend = Echo(script={("q0", "0"): Reply("", "length")})
    chat(tmp_path, backend, temperature=0.0).ask(questions(1), str)
    assert backend.asked == [("q0", "0", 0.0), ("q0", "0.1", 0.7)]


def test_full_replay_asks_nothing_and_gives_the_same(tmp_path):
    script = {("q2", "0"): Reply("", "refusal")}
    first = chat(tmp_path, Echo(script=script)).ask(questions(4), str)
    backend = Echo()
    again = chat(tmp_path, backend)
    assert again.ask(questions(4), str) == first
    assert backend.asked == [] and again.counts["replayed"] == 5 and again.counts["asked"] == 0


def test_parse_change_asks_no_model(tmp_path):
    chat(tmp_path, Echo()).ask(questions(3), str)
    backend = Echo()
    assert [a.value for a in chat(tmp_path, backend).ask(questions(3), len)] == [12, 12, 12]
    assert backend.asked == []


def test_retrained_model_never_replays_the_old_ones_text(tmp_path):
    chat(tmp_path, Echo("weights-1")).ask(questions(2), str)
    backend = Echo("weights-2")
    chat(tmp_path, backend).ask(questions(2), str)
    assert len(backend.asked) == 2


def test_new_epoch_asks_anew(tmp_path):
    chat(tmp_path, Echo()).ask(questions(2), str)
    backend = Echo()
    chat(tmp_path, backend, epoch=1).ask(questions(2), str)
    assert len(backend.asked) == 2


def test_equal_requests_of_one_call_are_asked_once_and_other_samples_apart(tmp_path):
    backend = Echo()
    message = [{"role": "user", "content": "same"}]
    requests = [
        Request("a", "A-EMO", message),
        Request("b", "A-EMO", message),
        Request("c", "A-EMO", message, sample=1),
    ]
    answers = chat(tmp_path, backend).ask(requests, str)
    assert [answer.text for answer in answers] == ["same/0", "same/0", "same/1"]
    assert len(backend.asked) == 2


def test_key_changes_with_everything_an_answer_depends_on():
    def key(**changed):
        base = {"backend": "b", "identity": "i", "body": {"messages": [], "top_p": 1}, "prefix": "", "sample": "0"}
        return request_key(**(base | {"epoch": 0} | changed))

    others = [
        key(backend="c"),
        key(identity="j"),
        key(body={"messages": [], "top_p": 0.5}),
        key(prefix="x"),
        key(sample="0.1"),
        key(epoch=1),
    ]
    assert len({key(), *others}) == 7
    assert key() == key(body={"top_p": 1, "messages": []})


def test_torn_tail_is_healed_and_only_that_answer_asked_again(tmp_path):
    chat(tmp_path, Echo()).ask(questions(3), str)
    path = tmp_path / "j.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    backend = Echo()
    answers = chat(tmp_path, backend).ask(questions(3), str)
    assert [answer.text for answer in answers] == [f"question {i}/0" for i in range(3)]
    assert len(backend.asked) == 1
    assert len([json.loads(line) for line in path.read_text().splitlines()]) == 3


def test_tail_that_lacks_only_its_line_end_is_kept(tmp_path):
    chat(tmp_path, Echo()).ask(questions(2), str)
    path = tmp_path / "j.jsonl"
    path.write_bytes(path.read_bytes()[:-1])
    backend = Echo()
    chat(tmp_path, backend).ask(questions(3), str)
    assert [id for id, _, _ in backend.asked] == ["q2"]
    assert len([json.loads(line) for line in path.read_text().splitlines()]) == 3


def test_damaged_line_in_the_middle_costs_only_itself(tmp_path, caplog):
    chat(tmp_path, Echo()).ask(questions(3), str)
    path = tmp_path / "j.jsonl"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1][:30], lines[2]]) + "\n")
    backend = Echo()
    with caplog.at_level(logging.WARNING):
        chat(tmp_path, backend).ask(questions(3), str)
    assert len(backend.asked) == 1 and "1 damaged" in caplog.text


def test_journal_is_private_and_holds_no_prompt(tmp_path):
    backend = Echo(script={("q0", "0"): Reply("answer", "stop")})
    chat(tmp_path, backend).ask(questions(1), str)
    path = tmp_path / "j.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "question" not in path.read_text()


def test_second_writer_is_refused(tmp_path):
    first, second = Journal(tmp_path / "j.jsonl"), Journal(tmp_path / "j.jsonl")
    ask = Ask("k", "q", "", "0", {})
    first.add(ask, Reply("a", "stop"), "m")
    with pytest.raises(Problem, match="Another process writes"):
        second.add(ask, Reply("a", "stop"), "m")


def test_failures_of_an_earlier_run_are_not_left_behind(tmp_path):
    sampling = Sampling(1.0, 1.0, 64)
    first = Chat(Echo(), sampling, open_journal(tmp_path / "j.jsonl"))
    assert first.ask(questions(1), lambda text: int(text))[0].value is None
    assert (tmp_path / "j.failures.jsonl").exists()
    del first
    again = Chat(Echo(), sampling, open_journal(tmp_path / "j.jsonl"))
    assert again.ask(questions(1), str)[0].value == "question 0/0"
    assert not (tmp_path / "j.failures.jsonl").exists()


def test_chats_of_one_process_share_a_journal(tmp_path):
    assert open_journal(tmp_path / "j.jsonl") is open_journal(tmp_path / "j.jsonl")


def test_full_disk_stops_clean_and_names_the_journal(tmp_path, monkeypatch):
    journal = Journal(tmp_path / "j.jsonl")
    full = os.open("/dev/full", os.O_WRONLY)
    monkeypatch.setattr(journal._file, "_writer", lambda: full)
    with pytest.raises(Problem, match=r"j\.jsonl cannot be written \(No space left"):
        journal.add(Ask("k", "q", "", "0", {}), Reply("a", "stop"), "m")
    assert "k" not in journal


def test_disk_that_refuses_only_when_it_is_synced_is_told_too(tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    journal = Journal(tmp_path / "j.jsonl")
    journal.add(Ask("k", "q", "", "0", {}), Reply("a", "stop"), "m")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Problem, match=r"j\.jsonl cannot be written \(Disk quota exceeded"):
        journal.sync()


def test_first_answer_to_a_question_stands_in_memory_as_on_disk(tmp_path):
    journal = Journal(tmp_path / "j.jsonl")
    for text in ("first", "second"):
        journal.add(Ask("k", "q", "", "0", {}), Reply(text, "stop"), "m")
    assert journal["k"]["text"] == "first" == Journal(tmp_path / "j.jsonl")["k"]["text"]
    assert len((tmp_path / "j.jsonl").read_text().splitlines()) == 1


def test_journal_lies_below_its_root_and_outside_outputs(monkeypatch):
    monkeypatch.setenv("AFFIRM_JOURNAL", "elsewhere")
    assert str(journal_path("results/demo/x.jsonl")) == "elsewhere/results/demo/x.jsonl.jsonl"
    monkeypatch.delenv("AFFIRM_JOURNAL")
    assert str(journal_path("/tmp/out/x.jsonl")) == "journal/tmp/out/x.jsonl.jsonl"
