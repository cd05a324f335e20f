"""References compared with the real comment: random values, both orders, counts and tests by hand, tables 7 and 8."""

import json
import math
from types import SimpleNamespace

import pytest

from scripts.judging import asking, compare_comments
from scripts.judging.compare_comments import parse_choice, row_of
from scripts.llm import own_speaker
from scripts.provenance.errors import Problem
from scripts.reference import write_comments
from scripts.reference.write_comments import random_targets
from scripts.tables import tabulate_table7, tabulate_table8
from scripts.tables.comparisons import Comparison, binomial, order_tests
from scripts.text.files import read_csv, read_jsonl, write_jsonl
from scripts.text.taxonomy import labels, load_taxonomy
from tests.unit.test_judging import FakeChat

VALUES = "resources/taxonomy/values.yaml"
KNOWN = labels(load_taxonomy(VALUES))
WINDOW = json.dumps({"first_words": 20, "last_words": 60})
PROMPTS = "resources/prompts/compact"


def run(module, **given):
    words = []
    for name, value in given.items():
        words += [f"--{name.replace('_', '-')}", *map(str, value if isinstance(value, list) else [value])]
    module.main(words)


def thread(name, *targets):
    turns = [{"index": 0, "role": "seeker", "text": f"post {name}"}]
    return {"id": name, "turns": turns, "comment": f"true {name}", "targets": list(targets)}


def test_random_values_are_as_many_and_none_of_the_own():
    seen = set()
    for number in range(300):
        drawn = random_targets(KNOWN[:3], KNOWN, 1, f"t{number}")
        assert len(drawn) == 3 == len(set(drawn)) and not set(drawn) & set(KNOWN[:3])
        seen |= set(drawn)
    assert seen == set(KNOWN[3:])
    assert random_targets(KNOWN[:3], KNOWN, 1, "t") == random_targets(KNOWN[:3], KNOWN, 1, "t")
    assert len({tuple(random_targets(KNOWN[:1], KNOWN, seed, "t")) for seed in range(30)}) > 3


def write(tmp_path, monkeypatch, targets, answer=lambda request: "Try tea."):
    chat = FakeChat(answer)
    weights = SimpleNamespace(close=lambda: None, chat=lambda role, sampling, journal: chat)
    monkeypatch.setattr(own_speaker, "open_weights", lambda *given: weights)
    write_jsonl(tmp_path / "threads.jsonl", [thread("a", *KNOWN[:2]), thread("b", KNOWN[5])])
    given = {"threads": tmp_path / "threads.jsonl", "prompt": f"{PROMPTS}/A-RG.md", "values": VALUES, "history": WINDOW}
    given |= {"targets": targets, "seed": 1, "max_failed": 0.5, "base": "b", "base_backend": "local"}
    sampling = json.dumps({"temperature": 0, "top_p": 1, "max_tokens": 9})
    run(write_comments, **given, sampling=sampling, output=tmp_path / "o.jsonl")
    return read_jsonl(tmp_path / "o.jsonl"), [request.messages[-1]["content"] for request in chat.requests]


def test_comments_are_written_from_the_own_or_from_random_values(tmp_path, monkeypatch):
    rows, shown = write(tmp_path, monkeypatch, "original")
    assert rows[0] == {"id": "a", "targets": KNOWN[:2], "text": "Try tea."} and ", ".join(KNOWN[:2]) in shown[0]
    rows, shown = write(tmp_path, monkeypatch, "random")
    assert len(rows[0]["targets"]) == 2 and not set(rows[0]["targets"]) & set(KNOWN[:2])
    assert ", ".join(rows[0]["targets"]) in shown[0] and KNOWN[0] not in shown[0]


def test_empty_comments_are_left_out_up_to_a_share(tmp_path, monkeypatch):
    rows, _ = write(tmp_path, monkeypatch, "original", lambda request: "" if request.id == "a" else "Tea.")
    assert [row["id"] for row in rows] == ["b"]
    with pytest.raises(Problem, match="2 of 2 answers"):
        write(tmp_path, monkeypatch, "original", lambda request: "")


@pytest.mark.parametrize(
    "text",
    ["Reasoning: x\nSimilar comment: Comment B", "similar comment: **Comment B**.", "Similar comment: (Comment B)"],
)
def test_choice_is_read_from_the_closing_line(text):
    assert parse_choice(text) == "B"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Comment A",
        "Similar comment: Comment C",
        "Similar comment: Comment A or Comment B",
        "Similar comment: Comment A\nNo.",
    ],
)
def test_choice_without_a_closing_line_is_unusable(text):
    with pytest.raises(ValueError):
        parse_choice(text)


def test_the_same_letter_in_both_orders_is_another_choice():
    assert row_of("t", ["A", "A"], 1) == {"id": "t", "order_1": "first", "order_2": "second", "drawn": []}
    assert row_of("t", ["B", "A"], 1) == {"id": "t", "order_1": "second", "order_2": "second", "drawn": []}


def test_unusable_choice_is_drawn_and_said():
    rows = [row_of(f"t{n}", [None, "A"], 1) for n in range(200)]
    assert all(row["drawn"] == ["order_1"] and row["order_2"] == "second" for row in rows)
    assert 70 < sum(row["order_1"] == "first" for row in rows) < 130
    assert row_of("t", [None, "A"], 1) == row_of("t", [None, "A"], 1)


def compare(tmp_path, monkeypatch, answer, second=("a", "b")):
    chat = FakeChat(answer)
    monkeypatch.setattr(asking, "open_chat", lambda entry, sampling, output: chat)
    write_jsonl(tmp_path / "threads.jsonl", [thread("a", KNOWN[0]), thread("b", KNOWN[0])])
    write_jsonl(tmp_path / "first.jsonl", [{"id": name, "text": f"one {name}"} for name in "ab"])
    write_jsonl(tmp_path / "second.jsonl", [{"id": name, "text": f"two {name}"} for name in second])
    given = {"threads": tmp_path / "threads.jsonl", "first": tmp_path / "first.jsonl", "history": WINDOW, "seed": 1}
    given |= {"second": tmp_path / "second.jsonl", "prompt": f"{PROMPTS}/A-RGJ.md", "model": "{}", "temperature": 0}
    run(compare_comments, **given, top_p=1, max_tokens=9, max_failed=0.5, output=tmp_path / "o.jsonl")
    return read_jsonl(tmp_path / "o.jsonl"), chat.requests


def test_each_thread_is_judged_once_in_each_order(tmp_path, monkeypatch):
    rows, asked = compare(tmp_path, monkeypatch, lambda r: "Similar comment: Comment A")
    assert rows == [{"id": name, "order_1": "first", "order_2": "second", "drawn": []} for name in "ab"]
    texts = [request.messages[-1]["content"] for request in asked]
    assert "True comment:\ntrue a\n" in texts[0] and "Comment A:\none a\n\nComment B:\ntwo a\n" in texts[0]
    assert "Comment A:\ntwo a\n\nComment B:\none a\n" in texts[1] and len({request.id for request in asked}) == 4


def test_threads_that_only_one_file_answers_are_left_out_and_strange_ones_a_problem(tmp_path, monkeypatch):
    rows, _ = compare(tmp_path, monkeypatch, lambda r: "Similar comment: Comment A", second=("b",))
    assert [row["id"] for row in rows] == ["b"]
    with pytest.raises(Problem, match="answers the thread z"):
        compare(tmp_path, monkeypatch, lambda r: "Similar comment: Comment A", second=("z",))


def choice(name, one, two, drawn=()):
    return {"id": name, "order_1": one, "order_2": two, "drawn": list(drawn)}


ROWS = [choice("a", "first", "first"), choice("b", "first", "second", ["order_2"]), choice("c", "second", "second")]
ROWS += [choice("d", "first", "first")]


def test_orders_and_threads_decided_alike_are_tested_by_hand():
    one, two, alike = order_tests(Comparison("Single-turn", "comparison_1", "Llama", "RG (SFT)"), ROWS)
    assert (one["first"], one["second"], one["n"], one["p"]) == (3, 1, 4, 0.625)  # 2 * (1 + 4) / 16
    assert (two["first"], two["p"], two["drawn"], one["drawn"]) == (2, 1.0, 1, 0)
    assert (one["comment_a_share"], two["comment_a_share"]) == (0.75, 0.5)
    assert (alike["n"], alike["first"], alike["undecided"], alike["p"]) == (3, 2, 1, 1.0)


def test_share_of_comment_a_counts_the_option_that_stands_first_in_each_order():
    rows = [choice(str(n), "first", "second") for n in range(3)] + [choice("x", "second", "second")]
    one, two, _ = order_tests(Comparison("Single-turn", "comparison_1", "Llama", "RG (SFT)"), rows)
    assert (one["comment_a_share"], two["comment_a_share"]) == (0.75, 1.0)


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (3, 10), (655, 1000), (751, 1000), (5, 10)])
def test_binomial_test_is_the_sum_of_both_tails(hits, n):
    tail = sum(math.comb(n, k) for k in range(min(hits, n - hits) + 1))
    assert binomial(hits, n) == pytest.approx(min(1.0, 2 * tail / 2**n))
    assert binomial(0, 0) is None


def tabulate(module, tmp_path, comparisons, files, table):
    for name, rows in files.items():
        write_jsonl(tmp_path / name, rows)
    given = {"comparisons": json.dumps(comparisons), "choices": [str(tmp_path / name) for name in files]}
    given |= {"resamples": 100, "seed": 1, "run": "demo", "evidence": "stand_in", "stats": tmp_path / "s.csv"}
    published = f"resources/published/a_table0{table}.csv"
    run(module, **given, published=published, output=tmp_path / "t.csv", text=tmp_path / "t.md")
    return read_csv(tmp_path / "t.csv")


SETTINGS = ("Single-turn", "Multi-turn")
OPTIONS_7 = {"comparison_1": ("Llama", "RG (SFT)"), "comparison_2": ("RG (SFT)", "RG (DPO)")}
OPTIONS_7 |= {"comparison_3": ("Llama", "RG (DPO)")}
OPTIONS_8 = {"RG (SFT)": ("original", "random"), "RG (DPO)": ("original", "random")}


def asked(options):
    return [
        {"setting": setting, "comparison": name, "first": first, "second": second}
        for setting in SETTINGS
        for name, (first, second) in options.items()
    ]


@pytest.mark.parametrize(
    ("module", "table", "options"), [(tabulate_table7, 7, OPTIONS_7), (tabulate_table8, 8, OPTIONS_8)]
)
def test_table_begins_with_the_printed_rows_and_its_counts_add_up_to_the_threads(tmp_path, module, table, options):
    comparisons = asked(options)
    rows = tabulate(module, tmp_path, comparisons, {f"{n}.jsonl": ROWS for n in range(len(comparisons))}, table)
    keys = ("setting", "order", "comparison", "option")
    printed = read_csv(f"resources/published/a_table0{table}.csv")
    assert [[row[key] for key in keys] for row in rows[:16]] == [[row[key] for key in keys] for row in printed]
    assert [row["published"] for row in rows[:16]] == [row["value"] for row in printed]
    assert {row["metric"] for row in rows[:16]} == {"count"} and {row["n"] for row in rows} == {"4"}
    assert sum(int(row["value"]) for row in rows if row["metric"] == "count") == 4 * 2 * len(comparisons)
    (share,) = [
        row
        for row in rows
        if row["metric"] == "share"
        and [row[k] for k in keys[::3]] == ["Single-turn", comparisons[0]["first"]]
        and row["comparison"] == comparisons[0]["comparison"]
    ]
    assert float(share["value"]) == 0.625 and float(share["ci_low"]) < 0.625 < float(share["ci_high"])
    stats = read_csv(tmp_path / "s.csv")
    assert len(stats) == 3 * len(comparisons) and all(float(row["p_holm"]) >= float(row["p"]) for row in stats)


def test_extra_comparison_of_base_and_dpo_stands_below_the_printed_rows(tmp_path):
    rows = tabulate(tabulate_table7, tmp_path, asked(OPTIONS_7), {f"{n}.jsonl": ROWS for n in range(6)}, 7)
    extra = [row for row in rows if row["comparison"] == "comparison_3" and row["metric"] == "count"]
    assert len(extra) == 8 and {row["published"] for row in extra} == {""}
    assert "comparison_3" in (tmp_path / "t.md").read_text()


def test_missing_comparison_or_file_is_a_problem(tmp_path):
    with pytest.raises(Problem, match=r"Nothing was built for the printed row Multi-turn"):
        tabulate(tabulate_table7, tmp_path, asked(OPTIONS_7)[:3], {f"{n}.jsonl": ROWS for n in range(3)}, 7)
    with pytest.raises(Problem, match="1 files for 6 comparisons"):
        tabulate(tabulate_table7, tmp_path, asked(OPTIONS_7), {"0.jsonl": ROWS}, 7)
