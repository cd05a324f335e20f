"""The target value detector: rows, choice by probability, micro scores by hand, prediction through a fake model."""

import contextlib
import json
import math

import pytest

from scripts.detector import build_detector_examples, predict_values
from scripts.detector.predict_values import micro_scores
from scripts.llm.chat import Answer
from scripts.llm.top_values import label_scores, top_values
from scripts.text.files import read_json, read_jsonl, write_jsonl

KNOWN = ["Face", "Achievement", "Hedonism", "Stimulation"]


def test_micro_scores_count_pairs_over_all_threads():
    # 2 hits of 3 named and 4 wanted
    scores = micro_scores([(["Face", "Achievement"], ["Face"]), (["Hedonism"], ["Hedonism", "Face", "Stimulation"])])
    assert scores == {"precision": 2 / 3, "recall": 2 / 4, "f1": pytest.approx(4 / 7)}


def test_micro_scores_of_nothing_are_zero():
    assert micro_scores([([], ["Face"]), ([], ["Hedonism"])]) == {"precision": 0, "recall": 0, "f1": 0}
    assert micro_scores([]) == {"precision": 0, "recall": 0, "f1": 0}


def written(pieces):
    """An answer from (text, probability) of its tokens."""
    return Answer("".join(t for t, _ in pieces), None, 1, [(t, math.log(p)) for t, p in pieces])


def test_a_labels_probability_is_the_geometric_mean_of_its_tokens():
    answer = written([("Fa", 0.9), ("ce", 0.4), (",", 0.01), (" Hedonism", 0.5), ("", 0.9)])
    assert label_scores(answer, KNOWN) == pytest.approx({"Face": 0.6, "Hedonism": 0.5})


def test_the_three_most_probable_labels_are_kept_most_probable_first():
    answer = written(
        [
            ("Face", 0.2),
            (", ", 1),
            ("Joy", 0.99),
            (", ", 1),
            ("Stimulation", 0.5),
            (", ", 1),
            ("Hedonism", 0.4),
            (", ", 1),
            ("Achievement", 0.3),
        ]
    )
    assert top_values(answer, KNOWN, 3) == ["Stimulation", "Hedonism", "Achievement"]


def thread(name, targets):
    turns = [("seeker", "post"), ("supporter", "comment"), ("seeker", "again")]
    return {
        "id": name,
        "turns": [{"index": i, "role": role, "text": text} for i, (role, text) in enumerate(turns)],
        "targets": targets,
    }


def options(values):
    return [str(part) for name, value in values.items() for part in (f"--{name}", value)]


def examples(tmp_path, *files):
    paths = []
    for number, threads in enumerate(files):
        paths.append(str(tmp_path / f"threads{number}.jsonl"))
        write_jsonl(paths[-1], threads)
    given = {
        "prompt": "resources/prompts/compact/A-TVD.md",
        "values": "resources/taxonomy/values.yaml",
        "history": json.dumps({"first_words": 20, "last_words": 60}),
        "output": tmp_path / "rows.jsonl",
    }
    build_detector_examples.main(["--threads", *paths, *options(given)])
    return read_jsonl(tmp_path / "rows.jsonl")


def test_examples_of_both_settings_name_the_targets_in_the_taxonomys_order(tmp_path):
    rows = examples(tmp_path, [thread("a", ["Face", "Achievement"])], [thread("b", ["Hedonism"])])
    assert [(row["id"], row["completion"][0]["content"]) for row in rows] == [
        ("a", "Achievement, Face"),
        ("b", "Hedonism"),
    ]
    assert rows[0]["prompt"][-1]["content"] == "Patient: post\nTherapist: comment\nPatient: again"


class FakeLocal:
    """Answers by request id."""

    def __init__(self, texts):
        self.texts = texts

    def chat(self, adapter, sampling, journal, logprobs):
        assert adapter == "detector" and logprobs
        return contextlib.nullcontext(self)

    def ask(self, requests, parse):
        return [self.one(self.texts[request.id], parse) for request in requests]

    def one(self, text, parse):
        try:
            return Answer(text, parse(text), 1, [(text, math.log(0.5))])
        except ValueError:
            return Answer(text, None, 4)

    def close(self):
        self.closed = True


class FakeTokens(FakeLocal):
    """Answers by request id, given as (text, probability) of tokens."""

    def one(self, pieces, parse):
        answer = written(pieces)
        return Answer(answer.text, parse(answer.text), 1, answer.token_logprobs)


def predict(tmp_path, monkeypatch, local, top):
    monkeypatch.setattr(predict_values, "open_weights", lambda backend, base, adapters, output: local)
    given = {
        "examples": tmp_path / "rows.jsonl",
        "values": "resources/taxonomy/values.yaml",
        "base": "base",
        "base-backend": "local",
        "detector": "adapter",
        "sampling": json.dumps({"temperature": 0, "top_p": 1, "max_tokens": 9}),
        "top-values": top,
        "output": tmp_path / "p.jsonl",
        "scores": tmp_path / "s.json",
    }
    predict_values.main(options(given))


def test_rows_hold_labels_ranked_by_mean_and_beside_them_by_sum_and_scores_are_of_the_mean(tmp_path, monkeypatch):
    examples(tmp_path, [thread("a", ["Achievement"])])
    tokens = [("Achieve", 0.7), ("ment", 0.7), (", ", 1.0), ("Face", 0.6)]  # means 0.7 and 0.6, products 0.49 and 0.6
    predict(tmp_path, monkeypatch, FakeTokens({"a": tokens}), 1)
    (row,) = read_jsonl(tmp_path / "p.jsonl")
    assert row == {"id": "a", "predicted": ["Achievement"], "by_sum": ["Face"], "targets": ["Achievement"]}
    assert read_json(tmp_path / "s.json")["f1"] == 1.0


def test_predictions_and_scores_count_unusable_answers_as_none_named(tmp_path, monkeypatch):
    examples(tmp_path, [thread("a", ["Face", "Achievement"]), thread("b", ["Hedonism"])])
    local = FakeLocal({"a": "Face, Hedonism", "b": "no idea"})
    predict(tmp_path, monkeypatch, local, 3)
    assert local.closed
    assert read_jsonl(tmp_path / "p.jsonl") == [
        {
            "id": "a",
            "predicted": ["Face", "Hedonism"],
            "by_sum": ["Face", "Hedonism"],
            "targets": ["Achievement", "Face"],
        },
        {"id": "b", "predicted": [], "by_sum": [], "targets": ["Hedonism"]},
    ]
    assert read_json(tmp_path / "s.json") == {
        "precision": 1 / 2,
        "recall": 1 / 3,
        "f1": pytest.approx(2 / 5),
        "threads": 2,
        "unusable": 1,
    }
