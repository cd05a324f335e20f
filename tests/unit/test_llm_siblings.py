"""Answers of an artifact's siblings: the same requests in other shards or under another name are not asked again."""

import json

import pytest

from scripts.llm import siblings
from scripts.llm.asking import Chat
from scripts.llm.exchange import Reply, Request, Sampling
from scripts.llm.journal import Journal, journal_path
from scripts.provenance.counts import COUNTS

SAMPLING = Sampling(1.0, 1.0, 64)


class Echo:
    name = priced = "echo"

    def __init__(self, identity="weights-1"):
        self.identity, self.asked = identity, []

    def answer(self, asks, keep):
        for ask in asks:
            self.asked.append(ask.id)
            keep(ask, Reply(f"{ask.body['messages'][0]['content']} {len(self.asked)}", "stop", {"prompt_tokens": 3}))


@pytest.fixture
def chat(tmp_path, monkeypatch):
    """The chat of an artifact, journalled below a root of the test's own."""
    monkeypatch.setenv("AFFIRM_JOURNAL", str(tmp_path))
    return lambda output, backend: Chat(backend, SAMPLING, Journal(journal_path(output)))


def questions(numbers):
    return [Request(f"q{i}", "A-SIT", [{"role": "user", "content": f"question {i}"}]) for i in numbers]


def texts(answers):
    return [answer.text for answer in answers]


def shards(count, chat, backend):
    """Texts of 32 questions that `count` artifacts ask."""
    size = 32 // count
    found = []
    for shard in range(count):
        talk = chat(f"results/personas/{count}/situations_{shard}of{count}.jsonl".replace(f"{count}/", ""), backend)
        found += texts(talk.ask(questions(range(shard * size, (shard + 1) * size)), str))
    return found


def test_8_shards_made_16_ask_nothing_and_say_the_same(tmp_path, chat):
    first = shards(8, chat, Echo())
    backend, before = Echo(), COUNTS["borrowed"]
    assert shards(16, chat, backend) == first
    assert backend.asked == [] and COUNTS["borrowed"] == before + 32
    for path in (tmp_path / "results/personas").glob("*of8*"):
        path.unlink()
    assert shards(16, chat, backend) == first and backend.asked == []  # each journal is whole by itself
    assert COUNTS["borrowed"] == before + 32


def test_copied_answer_names_where_it_was_paid_for(tmp_path, chat):
    chat("results/judging/skills/gpt.jsonl", Echo()).ask(questions([1]), str)
    chat("results/judging/skills/renamed.jsonl", Echo()).ask(questions([1, 2]), str)
    folder = tmp_path / "results/judging/skills"
    lines = [json.loads(line) for line in (folder / "renamed.jsonl.jsonl").read_text().splitlines()]
    assert [line.get("from") for line in lines] == [str(folder / "gpt.jsonl.jsonl"), None]
    assert lines[0] | {"from": None} == json.loads((folder / "gpt.jsonl.jsonl").read_text()) | {"from": None}
    (folder / "gpt.jsonl.jsonl").unlink()
    chat("results/judging/skills/third.jsonl", Echo()).ask(questions([1]), str)
    line = json.loads((folder / "third.jsonl.jsonl").read_text())
    assert line["from"] == lines[0]["from"]


def test_renamed_system_takes_its_dialogues_answers_along_role_by_role(tmp_path, chat, monkeypatch):
    def role(system, name):
        path = journal_path(f"results/dialogues/{system}/test.jsonl").with_suffix(f".{name}.jsonl")
        return Chat(Echo(), SAMPLING, Journal(path))

    before = role("ours", "seeker").ask(questions([1]), str)
    talk = role("theirs", "seeker")
    assert talk.ask(questions([1]), str) == before and talk.counts["borrowed"] == 1 and talk.counts["asked"] == 0
    assert role("theirs", "supporter").ask(questions([1]), str) and talk.counts["replayed"] == 0


def test_other_weights_and_other_folders_lend_nothing(chat):
    chat("results/judging/skills/a.jsonl", Echo()).ask(questions([1]), str)
    for output, backend in (("skills/b", Echo("weights-2")), ("intensity/b", Echo())):
        talk = chat(f"results/judging/{output}.jsonl", backend)
        talk.ask(questions([1]), str)
        assert talk.counts["asked"] == 1 and talk.counts["borrowed"] == 0


def test_siblings_are_read_once_and_only_when_an_answer_is_missing(chat, monkeypatch):
    chat("results/a.jsonl", Echo()).ask(questions(range(5)), str)
    reads = []
    places = siblings._places
    monkeypatch.setattr(siblings, "_places", lambda path: reads.append(path.name) or places(path))
    chat("results/a.jsonl", Echo()).ask(questions(range(5)), str)
    assert reads == []
    talk = chat("results/b.jsonl", Echo())
    for number in range(8):
        talk.ask(questions([number]), str)
    assert reads == ["a.jsonl.jsonl"] and talk.counts["borrowed"] == 5 and talk.counts["asked"] == 3


def test_damaged_torn_and_foreign_lines_of_siblings_are_passed_over(tmp_path, chat):
    chat("results/a.jsonl", Echo()).ask(questions(range(4)), str)
    path = tmp_path / "results/a.jsonl.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1][:90] + b"\n" + lines[2] + lines[3][:-9])
    (tmp_path / "results/requests.jsonl.jsonl").write_text('{"id": "x"}\n' + lines[1].decode())
    backend = Echo()
    talk = chat("results/b.jsonl", backend)
    assert [text[:10] for text in texts(talk.ask(questions(range(4)), str))] == [f"question {i}" for i in range(4)]
    assert backend.asked == ["q1", "q3"] and talk.counts["borrowed"] == 2


def test_the_command_asks_for_its_own_answers_whatever_lies_beside(tmp_path):
    from scripts.llm import ask
    from tests.unit.llm_server import serving
    from tests.unit.test_llm_ask import options, write_requests

    write_requests(tmp_path / "r.jsonl", 3)
    with serving() as server:
        for name in ("a.x.jsonl", "b.x.jsonl"):
            words = options(tmp_path, server.url)
            words[words.index("--journal") + 1] = str(tmp_path / name)
            ask.main(words)
        assert len(server.bodies) == 6
