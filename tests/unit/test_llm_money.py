"""What a budget must see and must refuse: journals elsewhere, several models, bodies without a bound, bad tables."""

import errno
import json
import os
from pathlib import Path

import pytest

from scripts.llm import ask, batch_state, budget, ledger
from scripts.llm.below import files_below
from scripts.llm.ledger import Ledger
from scripts.llm.prices import Rate, read_prices
from scripts.llm.purse import Purse
from scripts.llm.spent import used_in
from scripts.provenance.errors import Problem
from scripts.provenance.estimate import spent_below
from tests.unit.llm_server import completion, serving

PRICES = {"small": [1e-6, 1e-3, 0.5], "dear": [1e-6, 1e-1, 0.5]}
RATES = {model: Rate(*numbers) for model, numbers in PRICES.items()}
USAGE = {"prompt_tokens": 9, "completion_tokens": 10}
LINE = json.dumps({"key": "0", "model": "small", "at": 1_700_000_000, "usage": USAGE}) + "\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A journal root `journal` and a budget, told as the Snakefile tells them."""
    monkeypatch.setenv("AFFIRM_JOURNAL", str(tmp_path / "journal"))
    monkeypatch.setattr(budget, "_PURSES", {})
    limit(monkeypatch, 5.0)
    (tmp_path / "journal").mkdir()
    return tmp_path


def limit(monkeypatch, usd):
    monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"budget_usd": usd, "prices": PRICES}))


def answered(body, number):
    return 200, {}, completion("fine") | {"usage": USAGE}


def asking(folder, server, *bodies, journal="journal/j.jsonl"):
    """Asks for the bodies by the command; each is completed to a request of the small model."""
    start = {"model": "small", "max_tokens": 40, "messages": [{"role": "user", "content": "hello"}]}
    rows = [{"id": f"r{place}", "body": start | body, "sample": place} for place, body in enumerate(bodies)]
    (folder / "r.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ["--requests", str(folder / "r.jsonl"), "--output", str(folder / "o.jsonl"), "--base-url", server.url]
    ask.main([*words, "--journal", str(folder / journal), "--concurrency", "1"])


def spent(folder):
    book = Ledger(folder / "journal", RATES)
    with book.open() as state:
        return book.spent(state)


def test_journals_and_batches_behind_linked_folders_count_once_and_loops_end(folder):
    disk = folder / "disk" / "judging"
    (disk / "a.batches").mkdir(parents=True)
    (disk / "a.jsonl").write_text(LINE)
    batch_state.Batch(disk / "a.batches" / "d.json", "small", 1, usd=0.25).save()
    (folder / "journal" / "results").symlink_to(folder / "disk")
    (folder / "journal" / "again").symlink_to(folder / "disk")
    (disk / "loop").symlink_to(folder / "journal")
    one = RATES["small"].usd(9, 10)
    assert spent(folder) == pytest.approx(one)
    assert batch_state.promised(folder / "journal") == 0.25
    assert "0.01 USD for 1 answers" in spent_below([folder / "journal"], RATES)
    assert list(files_below(folder / "nowhere", "*")) == []


@pytest.mark.parametrize("journal", ["elsewhere/j.jsonl", "journal/../j.jsonl", "journal/j.txt"])
def test_journal_that_no_job_would_count_is_refused_under_a_budget(folder, journal, monkeypatch):
    with serving(answered) as server:
        with pytest.raises(Problem, match=r"cannot be held with the journal .*AFFIRM_JOURNAL.*budget_usd: null"):
            asking(folder, server, {}, journal=journal)
        assert server.bodies == []
        limit(monkeypatch, None)
        asking(folder, server, {}, journal=journal)
        assert len(server.bodies) == 1


def test_journal_behind_a_link_below_the_root_is_held_to_the_budget(folder, monkeypatch):
    (folder / "disk").mkdir()
    (folder / "journal" / "linked").symlink_to(folder / "disk")
    with serving(answered) as server:
        asking(folder, server, {}, {}, journal="journal/linked/j.jsonl")
        limit(monkeypatch, 0.05)
        monkeypatch.setattr(budget, "_PURSES", {})
        with pytest.raises(Problem, match=r"The budget is used up: 0\.02 of 0\.05 USD"):
            asking(folder, server, {}, {}, {}, journal="journal/linked/j.jsonl")
        assert len(server.bodies) == 2 and spent(folder) == pytest.approx(2 * RATES["small"].usd(9, 10))


def test_each_request_of_a_file_is_held_to_the_price_of_its_own_model(folder):
    with serving(answered) as server:
        with pytest.raises(Problem, match=r"is used up: 1\.01 of 5\.00 USD.*the next request can cost 4\.00"):
            asking(folder, server, {}, {"model": "dear"}, {"model": "dear"})
        assert [body["model"] for body in server.bodies] == ["small", "dear"]
        assert spent(folder) == pytest.approx(RATES["small"].usd(9, 10) + RATES["dear"].usd(9, 10))


def test_model_without_a_price_anywhere_in_a_file_stops_it_before_the_first_request(folder):
    with serving(answered) as server, pytest.raises(Problem, match="No price is known for the model 'new'"):
        asking(folder, server, {}, {}, {"model": "new"})
    assert server.bodies == []


def test_all_that_a_body_holds_takes_room(folder, monkeypatch):
    limit(monkeypatch, 0.08)
    tools = [{"type": "function", "function": {"name": "f", "description": "word " * 30_000}}]
    with serving(answered) as server:
        asking(folder, server, {"messages": [{"role": "user", "content": "x" * 100_000}]})
        with pytest.raises(Problem, match=r"the next request can cost 0\.09"):
            asking(folder, server, {"tools": tools})
        assert len(server.bodies) == 1


@pytest.mark.parametrize(
    "body, said",
    [
        ({"max_tokens": None}, "states no max_tokens"),
        ({"max_tokens": -100_000}, "no whole number above 0"),
        ({"max_tokens": 0}, "no whole number above 0"),
        ({"n": -1}, "no whole number above 0"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "parts that are no text"),
    ],
)
def test_request_without_a_bound_stops_a_budgeted_file_before_anything_is_asked(folder, body, said):
    with serving(answered) as server, pytest.raises(Problem, match=said):
        asking(folder, server, {}, body)
    assert server.bodies == []


@pytest.mark.parametrize(
    "body, said",
    [
        ({"max_tokens": "40"}, "no whole number above 0"),
        ({"max_tokens": True}, "no whole number above 0"),
        ({"max_completion_tokens": 1.5}, "no whole number above 0"),
        ({"n": "2"}, "no whole number above 0"),
        ({"messages": [{"content": ["x"]}]}, "parts that are no text"),
    ],
)
def test_budget_bears_no_body_of_odd_types_whoever_gives_it(folder, body, said):
    purse = Purse(Ledger(folder / "journal", RATES), 5.0, "small")
    with pytest.raises(Problem, match=said):
        purse.most({"max_tokens": 40, "messages": [{"role": "user", "content": "hello"}]} | body)


def test_choices_and_the_larger_of_two_bounds_are_what_an_answer_can_cost():
    purse = budget.Purse(Ledger(Path(), RATES), 1.0, "small")
    body = {"messages": [], "max_tokens": 10, "max_completion_tokens": 40, "n": 3}
    assert purse.most(body) == pytest.approx(120e-3, rel=0.01)


def test_full_disk_beside_a_budget_is_told_as_a_problem_and_hides_no_better_one(folder, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with serving(answered) as server:
        monkeypatch.setattr(ledger.os, "replace", full)
        with pytest.raises(Problem, match=r"journal cannot be read or written \(No space left on device\).*are kept"):
            asking(folder, server, {})
        assert server.bodies == []
        monkeypatch.undo()
    purse = budget.Purse(Ledger(folder / "journal", RATES), 1.0, "small")
    purse._taken = 0.5
    monkeypatch.setattr(ledger.os, "replace", full)
    with pytest.raises(KeyError, match="better"):
        try:
            raise KeyError("better")
        finally:
            purse.give_back()


def test_room_that_could_not_be_written_down_is_not_spent(folder, monkeypatch):
    purse = budget.Purse(Ledger(folder / "journal", RATES), 1.0, "small")
    monkeypatch.setattr(Ledger, "_write", lambda self, state: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
    with pytest.raises(Problem):
        purse._fits(0.1)
    assert purse._taken == 0.0


def test_journal_that_was_edited_in_place_is_counted_anew(folder):
    path = folder / "journal" / "j.jsonl"
    path.write_text(LINE)
    assert spent(folder) == pytest.approx(RATES["small"].usd(9, 10))
    path.write_text(LINE.replace("10}", "90}"))
    os.utime(path, ns=(1, 1))  # another time than before, whatever the clock's grain
    assert spent(folder) == pytest.approx(RATES["small"].usd(9, 90))


@pytest.mark.parametrize(
    "usage", [[], "many", {"prompt_tokens": "9"}, {"prompt_tokens": float("nan")}, {"completion_tokens": -4}, None]
)
def test_line_whose_usage_is_none_is_passed_over_by_the_sums(usage):
    line = json.loads(LINE)
    damaged = [json.dumps(line | {"usage": usage}), json.dumps(line | {"at": 1e400}), json.dumps(line | {"model": []})]
    (used,) = used_in([LINE.encode(), *(one.encode() for one in damaged)]).values()
    assert used == (1, 9, 10)


HEAD = "model,input_usd_per_million_tokens,output_usd_per_million_tokens,batch_share,date,source\n"


@pytest.mark.parametrize(
    "text, said",
    [
        (HEAD + "a,1,4,0.5,d,s\nb,-1,4,0.5,d,s\n", r"line 3: input_usd_per_million_tokens is '-1'"),
        (HEAD + "a,1,nan,0.5,d,s\n", "line 2: output_usd_per_million_tokens is 'nan'"),
        (HEAD + "a,inf,4,0.5,d,s\n", "line 2: input_usd_per_million_tokens is 'inf'"),
        (HEAD + "a,1,4,1.5,d,s\n", "line 2: batch_share is '1.5'. Write a number from 0 to 1"),
        (HEAD + "a,1,four,0.5,d,s\n", "line 2: output_usd_per_million_tokens is 'four'"),
        (HEAD + "a,1\n", "line 2 has no output_usd_per_million_tokens"),
        (HEAD + "a,1,4,0.5,d,s\na,2,4,0.5,d,s\n", "line 3 prices a a second time"),
        (HEAD.replace("batch_share", "share") + "a,1,4,0.5,d,s\n", "line 2 has no batch_share"),
        (None, "prices.csv cannot be read"),
    ],
)
def test_price_that_is_none_is_named_with_its_line(tmp_path, text, said):
    if text is not None:
        (tmp_path / "prices.csv").write_text(text)
    with pytest.raises(Problem, match=said):
        read_prices(tmp_path / "prices.csv")
