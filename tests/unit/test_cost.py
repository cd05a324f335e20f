"""The ledger: what the journals say was paid, by stage, model and day, and nothing else."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from scripts.audit import tabulate_cost
from scripts.llm.chat import Request, Sampling, open_remote
from scripts.text.files import read_csv
from tests.unit.llm_server import serving

PRICES = (
    "model,input_usd_per_million_tokens,output_usd_per_million_tokens,batch_share,date,source\n"
    "small,1,4,0.5,2026-01-01,test\nlocal,0,0,1,2026-01-01,test\n"
)
DAY = 1_700_000_000  # 2023-11-14, 22:13:20 UTC


@pytest.fixture
def ledger(tmp_path):
    """Tabulates the journals below tmp_path/results; the rows."""
    (tmp_path / "prices.csv").write_text(PRICES)

    def rows():
        journals = sorted(str(path) for path in (tmp_path / "results").rglob("*.jsonl"))
        tabulate_cost.main(
            [
                *("--folder", str(tmp_path / "results"), "--journals", *journals),
                *("--prices", str(tmp_path / "prices.csv"), "--output", str(tmp_path / "cost.csv")),
            ]
        )
        return read_csv(tmp_path / "cost.csv")

    return rows


def write(path: Path, *records: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a") as stream:
        stream.writelines(json.dumps(record) + "\n" for record in records)


def line(model="small", at=DAY, tokens=(1000, 250), **more):
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]}
    return {"key": "0" * 64, "id": "r", "model": model, "at": at, "text": "a", "usage": usage} | more


def test_answers_are_added_up_by_stage_model_day_and_way_of_asking(tmp_path, ledger):
    judging, personas = tmp_path / "results/judging", tmp_path / "results/personas"
    write(judging / "skills/a.jsonl.jsonl", line(), line(at=DAY + 6400), line(at=DAY + 6399), line(batch=True))
    write(judging / "values/x/a.jsonl.jsonl", line(), line(model="local"))
    write(personas / "emotions.jsonl.jsonl", line(tokens=(7, 0)))
    found = [tuple(row.values()) for row in ledger()]
    assert found == [
        ("judging", "local", "2023-11-14", "live", "1", "1000", "250", "0.0"),
        ("judging", "small", "2023-11-14", "live", "3", "3000", "750", "0.006"),
        ("judging", "small", "2023-11-14", "batch", "1", "1000", "250", "0.001"),
        ("judging", "small", "2023-11-15", "live", "1", "1000", "250", "0.002"),
        ("personas", "small", "2023-11-14", "live", "1", "7", "0", "0.000007"),
    ]


def test_amounts_have_no_float_noise_and_add_up_to_the_total_that_is_told(tmp_path, ledger, caplog):
    tokens = {"a": (100_000, 0), "b": (200_000, 0), "c": (3, 0), "d": (1, 1)}  # 0.1 + 0.2 is a float's odd sum
    for stage, counts in tokens.items():
        write(tmp_path / f"results/{stage}/j.jsonl", line(tokens=counts))
    write(tmp_path / "results/a/j.jsonl", line(tokens=(200_000, 0)))
    write(tmp_path / "results/d/j.jsonl", line(tokens=(1, 0), batch=True))
    with caplog.at_level("INFO"):
        cells = [row["usd"] for row in ledger()]
    assert cells == ["0.3", "0.2", "0.000003", "0.000005", "0.0000005"]
    assert str(sum(map(Decimal, cells))) == "0.5000085" and " 0.5000085 USD" in caplog.text


def test_copies_damaged_lines_and_failures_cost_nothing_and_a_repeated_answer_was_paid_twice(tmp_path, ledger):
    path = tmp_path / "results/judging/a.jsonl.jsonl"
    write(path, line(), line(), line(**{"from": "results/judging/b.jsonl.jsonl"}))
    with open(path, "a") as stream:
        stream.write('{"key": "torn\n')
    write(path.with_name("a.jsonl.failures.jsonl"), {"id": "r", "kind": "K", "reason": "no", "text": ""})
    assert [row["requests"] for row in ledger()] == ["2"]


def test_model_without_a_price_has_tokens_and_an_empty_cell(tmp_path, ledger, caplog):
    write(tmp_path / "results/judging/a.jsonl.jsonl", line(model="new"))
    with caplog.at_level("INFO"):
        (row,) = ledger()
    assert (row["tokens_in"], row["usd"]) == ("1000", "") and "without a price: new" in caplog.text


def test_no_journal_gives_an_empty_table(ledger):
    assert ledger() == []


def test_ledger_is_what_the_service_answered_re_asked_ones_included(tmp_path, ledger, monkeypatch):
    def unsure(body, number):
        text = {"choices": [{"message": {"content": "?" if number <= 3 else "ok"}, "finish_reason": "stop"}]}
        return 200, {}, text | {"usage": {"prompt_tokens": 100 + number, "completion_tokens": number}}

    def parse(text):
        if text == "?":
            raise ValueError("unsure")
        return text

    with serving(unsure) as server:
        place = {"base_url": server.url, "key_env": "TEST_KEY"}
        monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"endpoints": {"openai": place}, "concurrency": 1}))
        monkeypatch.setenv("TEST_KEY", "k")
        journal = tmp_path / "results/judging/a.jsonl.jsonl"
        requests = [Request(f"r{i}", "K", [{"role": "user", "content": f"q{i}"}]) for i in range(5)]
        for _ in range(2):  # the second time is a replay
            with open_remote({"backend": "openai", "id": "small"}, Sampling(1.0, 1.0, 40), journal) as chat:
                chat.ask(requests, parse)
        number = len(server.bodies)
    assert number == 8
    rows = ledger()
    assert sum(int(row["requests"]) for row in rows) == number
    assert sum(int(row["tokens_in"]) for row in rows) == 100 * number + sum(range(1, number + 1))
    assert sum(int(row["tokens_out"]) for row in rows) == sum(range(1, number + 1))
    usd = sum(100 + one + 4 * one for one in range(1, number + 1)) / 1e6
    assert sum(float(row["usd"]) for row in rows) == pytest.approx(usd)
