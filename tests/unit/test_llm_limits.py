"""Rate limits of an endpoint, and the line that says how asking goes."""

import json
import logging
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from scripts.llm import limits, progress
from scripts.llm.chat import Request, Sampling, open_remote
from scripts.llm.limits import Rate, most_tokens
from scripts.llm.progress import Progress
from tests.unit.llm_server import serving


class Clock:
    now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(limits, "time", clock)
    monkeypatch.setattr(progress, "time", clock)
    return clock


def sent(clock, rate, amounts):
    """When each amount is through, asked for one after the other as soon as the one before is."""
    times = []
    for amount in amounts:
        clock.now += rate.take(amount)
        times.append(clock.now - 1000)
    return times


def test_no_minute_holds_more_than_the_limit_and_a_seconds_burst(clock):
    times = sent(clock, Rate(120), [1] * 500)
    most = max(sum(begin <= time < begin + 60 for time in times) for begin in times)
    assert 120 <= most <= 123 and times[-1] == pytest.approx(498 / 2, abs=1.1)


def test_turns_are_given_in_order_to_those_that_wait_together(clock):
    rate = Rate(60)
    assert [rate.take(1) for _ in range(4)] == pytest.approx([0, 0, 1, 2])
    clock.now += 60
    assert [rate.take(1) for _ in range(4)] == pytest.approx([0, 0, 1, 2])  # a pause saves up no more than the burst


def test_large_amount_is_paid_for_by_those_after_it_and_what_was_not_used_comes_back(clock):
    rate = Rate(600)
    assert rate.take(100) == 0
    assert rate.take(1) == pytest.approx(9)  # 10 s for 100, less the burst
    rate.give_back(81)
    assert rate.take(1) == pytest.approx(1)


def test_without_a_limit_nobody_waits(clock):
    assert [Rate(None).take(10**9) for _ in range(3)] == [0, 0, 0]


def test_tokens_are_reckoned_by_characters_and_the_longest_answer():
    body = {"messages": [{"role": "system", "content": "x" * 400}, {"role": "user", "content": None}]}
    assert most_tokens(body | {"max_tokens": 50}) == 150
    assert most_tokens(body | {"max_completion_tokens": 7}) == 107 and most_tokens(body) == 100


@pytest.mark.parametrize("limit", [{"requests_per_minute": 1200}, {"tokens_per_minute": 1200 * 9}])
@pytest.mark.slow
def test_limits_of_the_config_hold_over_the_threads_of_a_job(tmp_path, monkeypatch, limit):
    """20 requests a second; 9 tokens each by the server's word, whatever they were reckoned at."""
    times = []
    with serving(lambda body, number: times.append(time.monotonic())) as server:
        place = {"base_url": server.url, "key_env": "TEST_LLM_KEY", **limit}
        monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"endpoints": {"openai": place}, "concurrency": 16}))
        monkeypatch.setenv("TEST_LLM_KEY", "sk-test")
        chat = open_remote({"backend": "openai", "id": "m"}, Sampling(1.0, 1.0, 5), tmp_path / "j.jsonl")
        ask = lambda i: chat.ask([Request(f"q{i}", "A", [{"role": "user", "content": f"text {i:>11}"}])], str)  # noqa: E731
        with ThreadPoolExecutor(12) as pool:
            list(pool.map(ask, range(60)))
    assert len(times) == 60 and 1.4 <= times[-1] - times[0] <= 6


def lines(caplog):
    return [record.getMessage() for record in caplog.records]


def test_line_says_share_rate_tokens_cost_and_time_left_every_30_s(clock, caplog, monkeypatch):
    prices = {"gpt": [2e-6, 1e-5, 0.5], "free": [0, 0, 1]}
    monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"prices": prices}))
    caplog.set_level(logging.INFO)
    asking = Progress("journal/x.jsonl")
    asking.expect(2000)
    for _ in range(700):
        clock.now += 0.125
        asking.came("gpt", 1000, 100)
    asking.came("free", 500, 50)
    assert lines(caplog) == [
        "journal/x.jsonl: 240 of 2000 answered (12%), 8.0 a second, 240000 tokens read, 24000 written, 0.72 USD, "
        "about 220 s left",
        "journal/x.jsonl: 480 of 2000 answered (24%), 8.0 a second, 480000 tokens read, 48000 written, 1.44 USD, "
        "about 190 s left",
    ]
    asking.end()
    assert lines(caplog)[2:] == [
        "journal/x.jsonl: 701 of 2000 answered (35%), 8.0 a second, 700500 tokens read, 70050 written, 2.10 USD"
    ]


def test_rate_and_time_left_are_of_the_last_half_minute(clock, caplog):
    caplog.set_level(logging.INFO)
    asking = Progress("j")
    asking.expect(100)
    for pause in [3.0] * 10 + [30.0]:
        clock.now += pause
        asking.came("m", 1, 1)
    assert [re.search(r"([\d.]+) a second.*about (\d+) s", line).groups() for line in lines(caplog)] == [
        ("0.3", "270"),
        ("0.0", "2670"),
    ]


def test_unknown_price_leaves_tokens_only_and_a_replay_says_nothing(clock, caplog, monkeypatch):
    monkeypatch.setenv("AFFIRM_OPERATION", "{}")
    caplog.set_level(logging.INFO)
    asking = Progress("j")
    asking.end()
    assert lines(caplog) == []
    asking.expect(1)
    clock.now += 2
    asking.came("unheard-of", 8, 2)
    asking.end()
    assert lines(caplog) == ["j: 1 of 1 answered (100%), 0.5 a second, 8 tokens read, 2 written"]
