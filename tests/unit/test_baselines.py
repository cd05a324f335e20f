"""Table 5: what baselines are asked, micro scores by hand and against scikit-learn, the two further rows."""

import json
import math
import random

import pytest

from scripts.detector import ask_baseline
from scripts.detector.baselines import parse_reasoned
from scripts.llm import speaker
from scripts.llm.chat import Answer
from scripts.llm.top_values import label_scores, top_values
from scripts.provenance.errors import Problem
from scripts.tables import tabulate_table5
from scripts.tables.tabulate_table5 import BY_SUM, FREQUENT, METRICS, counts, most_frequent
from scripts.text.files import read_csv, read_jsonl, write_jsonl
from scripts.text.taxonomy import labels, load_taxonomy
from tests.unit.test_judging import FakeChat

VALUES = "resources/taxonomy/values.yaml"
KNOWN = labels(load_taxonomy(VALUES))


def run(module, **given):
    words = []
    for name, value in given.items():
        words += [f"--{name.replace('_', '-')}", *map(str, value if isinstance(value, list) else [value])]
    module.main(words)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Reasoning: Face matters.\nValues: Stimulation, Hedonism", ["Stimulation", "Hedonism"]),
        ("Values: Face\nValues: Hedonism.", ["Hedonism"]),
    ],
)
def test_reasons_name_no_value_and_the_last_line_does(text, named):
    assert parse_reasoned(text, KNOWN) == named


@pytest.mark.parametrize("text", ["Face, Hedonism", "Reasoning: Face.\nValues: none of them", ""])
def test_reasoned_answer_without_its_line_of_values_is_unusable(text):
    with pytest.raises(ValueError):
        parse_reasoned(text, KNOWN)


def ask(tmp_path, monkeypatch, prompt, answer):
    chat = FakeChat(answer)
    monkeypatch.setattr(speaker, "open_chat", lambda entry, sampling, output: chat)
    turns = [{"index": 0, "role": "seeker", "text": "my post"}]
    for setting in ("single", "multi"):
        write_jsonl(tmp_path / f"{setting}.jsonl", [{"id": setting, "turns": turns, "targets": ["Face"]}])
    files = [tmp_path / "single.jsonl", tmp_path / "multi.jsonl"]
    given = {"threads": files, "prompt": f"resources/prompts/{prompt}.md", "values": VALUES, "top_values": 3}
    given |= {"history": json.dumps({"first_words": 9, "last_words": 9}), "model": "{}", "output": tmp_path / "o.jsonl"}
    run(ask_baseline, **given, sampling=json.dumps({"temperature": 0, "top_p": 1, "max_tokens": 9}))
    return read_jsonl(tmp_path / "o.jsonl"), chat.requests[0].messages[-1]["content"]


def test_first_three_values_count_and_an_unusable_answer_names_none(tmp_path, monkeypatch):
    four = "Face, Hedonism, Achievement, Tradition"
    rows, text = ask(tmp_path, monkeypatch, "A-TVD", lambda request: four if request.id == "single" else "I cannot say")
    assert rows == [
        {"id": "single", "predicted": ["Face", "Hedonism", "Achievement"], "targets": ["Face"]},
        {"id": "multi", "predicted": [], "targets": ["Face"]},
    ]
    assert "Patient: my post" in text and "- Face\n" in text


def test_variants_ask_for_reasons_or_give_definitions(tmp_path, monkeypatch):
    rows, text = ask(tmp_path, monkeypatch, "A-TVD-R", lambda request: "Reasoning: Face.\nValues: Hedonism")
    assert rows[0]["predicted"] == ["Hedonism"] and "Reasoning:" in text
    rows, text = ask(tmp_path, monkeypatch, "A-TVD-V", lambda request: "Hedonism")
    (entry,) = [value for value in load_taxonomy(VALUES) if value["label"] == "Face"]
    assert rows[0]["predicted"] == ["Hedonism"] and f"- Face: {entry['definition']}" in text


def test_sum_of_span_scores_favours_short_labels_and_the_mean_does_not():
    pieces = [("Achieve", 0.7), ("ment", 0.7), (", ", 1.0), ("Face", 0.6)]
    answer = Answer("Achievement, Face", None, 1, [(text, math.log(p)) for text, p in pieces])
    assert label_scores(answer, KNOWN, mean=False) == pytest.approx({"Achievement": 0.49, "Face": 0.6})
    assert top_values(answer, KNOWN, 1) == ["Achievement"] and top_values(answer, KNOWN, 1, mean=False) == ["Face"]


@pytest.mark.parametrize("seed", range(10))
def test_micro_scores_are_those_of_scikit_learn(seed):
    from sklearn.metrics import precision_recall_fscore_support
    from sklearn.preprocessing import MultiLabelBinarizer

    rng = random.Random(seed)
    targets, named = ({str(n): rng.sample(KNOWN, rng.randint(1, 3)) for n in range(20)} for _ in range(2))
    binary = MultiLabelBinarizer(classes=KNOWN)
    truth, found = (binary.fit_transform(list(side.values())) for side in (targets, named))
    wanted = precision_recall_fscore_support(truth, found, average="micro", zero_division=0)[:3]
    total = counts(named, targets).sum(0)
    assert [float(score(total)) for score in METRICS.values()] == pytest.approx(wanted)


def test_most_frequent_values_break_ties_by_the_taxonomy():
    rows = [{"completion": [{"content": text}]} for text in ("Tradition, Face", "Tradition", "Hedonism, Stimulation")]
    ties = [label for label in KNOWN if label in ("Face", "Hedonism", "Stimulation")][:2]
    assert most_frequent(rows, KNOWN, 3) == ["Tradition", *ties]


ROWS = [(m, v) for m in ("GPT-4o-mini", "Llama-3-8B-Instruct") for v in ("", "Reasoning", "Value information")]


def tabulate(tmp_path, baseline=None):
    detected = [
        {"id": "a", "predicted": ["Face", "Hedonism"], "by_sum": ["Face"], "targets": ["Face"]},
        {"id": "b", "predicted": ["Tradition"], "by_sum": ["Tradition"], "targets": ["Tradition", "Stimulation"]},
    ]
    write_jsonl(tmp_path / "detector.jsonl", detected)
    write_jsonl(tmp_path / "train.jsonl", [{"completion": [{"content": "Face"}]}])
    named = baseline or [{"id": "b", "predicted": []}, {"id": "a", "predicted": ["Face"]}]
    files = [tmp_path / f"{place}.jsonl" for place in range(6)]
    for path in files:
        write_jsonl(path, named)
    given = {"detector": tmp_path / "detector.jsonl", "train": tmp_path / "train.jsonl", "values": VALUES}
    given |= {"top_values": 1, "models": json.dumps([{"model": m, "variant": v} for m, v in ROWS]), "baselines": files}
    given |= {"resamples": 100, "seed": 1, "published": "resources/published/a_table05.csv", "run": "demo"}
    given |= {
        "evidence": "stand_in",
        "stats": tmp_path / "s.csv",
        "output": tmp_path / "t.csv",
        "text": tmp_path / "t.md",
    }
    run(tabulate_table5, **given)
    return read_csv(tmp_path / "t.csv"), read_csv(tmp_path / "s.csv")


def test_table_joins_detector_baselines_and_two_further_rows_by_hand(tmp_path):
    rows, stats = tabulate(tmp_path)
    printed = [tuple(row.values())[:3] for row in read_csv("resources/published/a_table05.csv")]
    assert [(row["model"], row["variant"], row["metric"]) for row in rows[: len(printed)]] == printed
    value = {(row["model"], row["variant"], row["metric"]): row["value"] for row in rows}
    own = [float(value["Target value detector", "", metric]) for metric in METRICS]
    assert own == pytest.approx([2 / 3, 2 / 3, 2 / 3])  # 2 hits of 3 named and 3 wanted
    assert float(value["Target value detector", "Sum of span scores", "precision"]) == 1.0
    assert float(value["GPT-4o-mini", "", "f1"]) == 0.5  # 1 hit of 1 named and 3 wanted
    frequent = [float(value["Most frequent values", "", metric]) for metric in METRICS]
    assert frequent == pytest.approx([1 / 2, 1 / 3, 2 / 5])  # Face for both threads: 1 hit of 2 named and 3 wanted
    assert "Ours, not in the paper: Target value detector with Sum" in (tmp_path / "t.md").read_text()
    assert {(row["model"], row["variant"]) for row in rows if not row["published"]} == {BY_SUM, FREQUENT}
    less = {(row["model"], row["variant"]): float(row["f1_less_detector"]) for row in stats}
    assert less["GPT-4o-mini", ""] == pytest.approx(0.5 - 2 / 3) and ("Target value detector", "") not in less


def test_model_that_names_nothing_has_no_precision_and_no_recall_above_zero(tmp_path):
    rows, _ = tabulate(tmp_path, [{"id": "a", "predicted": []}, {"id": "b", "predicted": []}])
    found = {row["metric"]: row["value"] for row in rows if (row["model"], row["variant"]) == ROWS[0]}
    assert found == {"precision": "", "recall": "0.0", "f1": "0.0"}


def test_baseline_of_other_threads_is_a_problem(tmp_path):
    with pytest.raises(Problem, match=r"not asked about the same threads \(b\)"):
        tabulate(tmp_path, [{"id": "a", "predicted": ["Face"]}])
