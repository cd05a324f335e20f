"""A journal against other processes, edits by hand and old modes: nothing is paid twice, and nothing crashes."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.llm import ask
from scripts.llm.exchange import Ask, Reply
from scripts.llm.journal import Journal
from scripts.llm.lines import replies_in
from scripts.provenance.errors import Problem
from tests.unit.llm_server import serving
from tests.unit.test_llm_ask import options, write_requests

GOOD = {"key": "k", "id": "r", "text": "a", "finish": "stop", "usage": {"prompt_tokens": 7}, "retries": 0}
HOLD = """
import sys
from pathlib import Path
from scripts.llm.journal import Journal
from scripts.llm.exchange import Ask, Reply

journal = Journal(Path(sys.argv[1]))
journal.own()
print("owned", flush=True)
for line in sys.stdin:
    journal.add(Ask(line.strip(), "r", "", "0", {}), Reply("theirs", "stop"), "m")
    print("added", flush=True)
"""


@pytest.fixture
def other(tmp_path):
    """Another process that owns tmp_path/j.jsonl; adds an answer for each key it is told."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "j.jsonl")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "owned\n"
        yield process
        process.stdin.close()


def tell(process, key):
    process.stdin.write(f"{key}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "added\n"


def add(journal, key):
    journal.add(Ask(key, "r", "", "0", {}), Reply("ours", "stop"), "m")


def test_second_command_on_a_journal_is_refused_before_it_asks_and_goes_on_when_the_first_has_ended(tmp_path, other):
    write_requests(tmp_path / "r.jsonl", 3)
    with serving() as server:
        with pytest.raises(Problem, match=r"Another process writes .*j\.jsonl"):
            ask.main(options(tmp_path, server.url))
        assert server.bodies == []
        other.stdin.close()
        other.wait()
        ask.main(options(tmp_path, server.url))
        assert len(server.bodies) == 3


def test_answers_that_another_process_wrote_since_the_journal_was_opened_are_seen_before_asking(tmp_path, other):
    journal = Journal(tmp_path / "j.jsonl")
    tell(other, "k1")
    assert "k1" not in journal
    other.stdin.close()
    other.wait()
    journal.own()
    assert journal["k1"]["text"] == "theirs"


def test_journal_that_was_refused_once_is_written_when_it_is_free(tmp_path, other):
    journal = Journal(tmp_path / "j.jsonl")
    for _ in range(2):  # the second time, the file must not count as open
        with pytest.raises(Problem, match="Another process writes"):
            add(journal, "k")
    other.stdin.close()
    other.wait()
    add(journal, "k")
    with pytest.raises(Problem, match="Another process writes"):
        add(Journal(tmp_path / "j.jsonl"), "l")


def test_line_that_another_process_is_writing_is_not_cut_off(tmp_path, monkeypatch):
    path, whole = tmp_path / "j.jsonl", (json.dumps(GOOD) + "\n").encode()
    path.write_bytes(whole)
    looks, read = iter([whole[:-5]]), Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: next(looks, None) or read(self))
    assert "k" in Journal(path) and path.read_bytes() == whole


@pytest.mark.parametrize(
    "wrong",
    [
        *({"text": None}, {"text": 3}, {"finish": None}, {"finish": []}, {"usage": "many"}, {"usage": None}),
        *(
            {"usage": {"prompt_tokens": "7"}},
            {"usage": {"prompt_tokens": float("nan")}},
            {"usage": {"prompt_tokens": -1}},
        ),
        *({"retries": "two"}, {"retries": None}, {"retries": -1}, {"response": "text"}, {"response": []}),
        *({"logprobs": 3}, {"logprobs": [["a", "b"]]}, {"logprobs": [[1, 0.5]]}, {"key": 3}, {"key": None}),
    ],
)
def test_edited_line_counts_as_damaged_and_only_its_answer_is_asked_again(wrong):
    other = GOOD | {"key": "o"}
    lines = [json.dumps(GOOD | wrong).encode(), json.dumps(other).encode()]
    assert (list(replies_in(lines)[0]), replies_in(lines)[1]) == (["o"], 1)


@pytest.mark.parametrize("line", [b"[]", b"3", b'"text"', b"null", b"{}", b"[" * 100_000, b'{"key": "k"}'])
def test_line_that_is_no_answer_at_all_is_damaged(line):
    assert replies_in([line]) == ({}, 1)


def test_command_goes_on_after_its_journal_was_edited(tmp_path, caplog):
    write_requests(tmp_path / "r.jsonl", 3)
    with serving() as server:
        ask.main(options(tmp_path, server.url))
        lines = [json.loads(line) for line in (tmp_path / "j.jsonl").read_text().splitlines()]
        lines[0].pop("finish")
        lines[1]["response"] = "gone"
        (tmp_path / "j.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        ask.main(options(tmp_path, server.url))
        assert len(server.bodies) == 5 and "2 damaged lines are passed over" in caplog.text


def test_siblings_damaged_answer_is_not_copied(tmp_path):
    key = "0" * 64
    (tmp_path / "b.jsonl.jsonl").write_text(json.dumps({"key": key, "text": 3, "finish": "stop"}) + "\n")
    journal = Journal(tmp_path / "a.jsonl.jsonl")
    assert journal.borrow([key]) == 0 and key not in journal


def test_journal_that_others_could_read_is_closed_to_them_when_it_is_written(tmp_path):
    path = tmp_path / "j.jsonl"
    path.touch()
    os.chmod(path, 0o644)
    add(Journal(path), "k")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "address", ["http://user:hunter2@127.0.0.1/v1", "ftp://user:hunter2@h", "https://hunter2@[::1"]
)
def test_address_with_a_password_is_refused_and_not_shown(tmp_path, address, capsys):
    write_requests(tmp_path / "r.jsonl", 1)
    with pytest.raises(SystemExit):
        ask.main(options(tmp_path, address))
    said = capsys.readouterr().err
    assert "OPENAI_API_KEY" in said and "hunter2" not in said
