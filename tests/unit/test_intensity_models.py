"""Intensity models: their examples, what they are shown, scores by hand and against scikit-learn, table 11."""

import json
import random
from types import SimpleNamespace

import pytest

from scripts.judging import ask_intensity, build_intensity_sft, predict_intensity
from scripts.judging.intensity_models import pick_examples, rated_dialogues
from scripts.judging.judge_intensity import parse_intensity
from scripts.llm import own_speaker, speaker
from scripts.provenance.errors import Problem
from scripts.stats.classes import accuracy, one_hot, spearman, squared_error, tables, weighted_f1
from scripts.stats.clustered import Units
from scripts.tables import tabulate_table11
from scripts.text.files import read_csv, read_jsonl, write_jsonl
from scripts.text.intensity import sentence
from tests.unit.test_judging import FakeChat

WINDOW = {"first_words": 50, "last_words": 50}


def dialogue(name, final, said="I feel stuck."):
    turns = [("seeker", "I am sad."), ("supporter", "Why?"), ("seeker", said), ("seeker", "Bye.")]
    return {
        "id": name,
        "turns": [{"index": place, "role": role, "text": text} for place, (role, text) in enumerate(turns)],
        "meta": {"final_intensity": final},
    }


def counts(pairs):
    return tables(one_hot(pairs).sum(0))


def test_scores_of_four_dialogues_by_hand():
    pairs = [(1, 1), (1, 2), (2, 2), (4, 2)]
    assert accuracy(counts(pairs)) == 0.5
    assert squared_error(counts(pairs)) == (0 + 1 + 0 + 4) / 4
    # F1: of 1, 2 * 1 / (2 + 1), twice; of 2, 2 * 1 / (1 + 3); of 4 none
    assert weighted_f1(counts(pairs)) == pytest.approx((2 * 2 / 3 + 1 / 2 + 0) / 4)
    # ranks 1.5 1.5 3 4 and 1 3 3 3, less 2.5
    assert spearman(counts(pairs)) == pytest.approx((1.5 - 0.5 + 0.25 + 0.75) / (4.5 * 3) ** 0.5)


@pytest.mark.parametrize("seed", range(20))
def test_scores_are_those_of_scikit_learn_and_scipy(seed):
    from scipy.stats import spearmanr
    from sklearn.metrics import accuracy_score, f1_score, mean_squared_error

    rng = random.Random(seed)
    real, found = ([rng.choice(range(1, 6)) for _ in range(rng.randint(3, 40))] for _ in range(2))
    found = (found * 20)[: len(real)]
    table = counts(list(zip(real, found, strict=True)))
    assert accuracy(table) == pytest.approx(accuracy_score(real, found))
    assert weighted_f1(table) == pytest.approx(f1_score(real, found, average="weighted", zero_division=0))
    assert squared_error(table) == pytest.approx(mean_squared_error(real, found))
    assert spearman(table) == pytest.approx(spearmanr(real, found).statistic, nan_ok=True)


def test_interval_of_a_score_is_that_of_resampled_pairs():
    pairs = [(name, 1 + name % 3, 1 + name % 2) for name in range(30)]
    units = Units([str(name) for name, *_ in pairs], 400, 1)
    rows = one_hot([pair for _, *pair in pairs])
    low, high = units.interval([str(name) for name, *_ in pairs], rows, lambda sums: accuracy(tables(sums)))
    drawn = []
    for weights in units.weights:
        again = [pair for (_, *pair), times in zip(pairs, weights, strict=True) for _ in range(int(times))]
        drawn.append(sum(real == found for real, found in again) / len(again))
    drawn.sort()
    assert low == pytest.approx(drawn[10], abs=0.04) and high == pytest.approx(drawn[-11], abs=0.04) and low < high


def test_examples_take_the_levels_in_turn_whatever_the_order_of_the_dialogues():
    rows = [dialogue(f"d{place}", 1 + place % 3) for place in range(12)]
    chosen = pick_examples(rows, 5, WINDOW, 7)
    assert [example["answer"] for example in chosen] == [sentence(level) for level in (1, 1, 2, 2, 3)]
    assert pick_examples(rows[::-1], 5, WINDOW, 7) == chosen
    assert pick_examples(rows, 3, WINDOW, 7)[0] in pick_examples(rows, 5, WINDOW, 7)
    with pytest.raises(Problem, match="2 dialogues cannot give 5 examples"):
        pick_examples(rows[:2], 5, WINDOW, 7)


def test_examples_depend_on_the_seed():
    rows = [dialogue(f"d{place}", 1, f"I say {place}.") for place in range(12)]
    assert len({pick_examples(rows, 1, WINDOW, seed)[0]["dialogue"] for seed in range(8)}) > 2


def test_every_answer_of_the_training_rows_is_read_as_its_rating(tmp_path):
    write_jsonl(tmp_path / "d.jsonl", [dialogue(str(level), level) for level in range(1, 6)] + [dialogue("x", None)])
    given = {"dialogues": tmp_path / "d.jsonl", "prompt": "resources/prompts/A-INT.md", "history": json.dumps(WINDOW)}
    given |= {"output": tmp_path / "rows.jsonl"}
    build_intensity_sft.main([str(part) for name, value in given.items() for part in (f"--{name}", value)])
    rows = read_jsonl(tmp_path / "rows.jsonl")
    assert [(row["id"], parse_intensity(row["completion"][0]["content"])) for row in rows] == [
        (str(level), level) for level in range(1, 6)
    ]
    assert "Patient: I feel stuck. Bye." in rows[0]["prompt"][-1]["content"]


def test_corpus_without_ratings_is_a_problem(tmp_path):
    write_jsonl(tmp_path / "d.jsonl", [dialogue("x", None)])
    with pytest.raises(Problem, match="no dialogue with a final intensity"):
        rated_dialogues(tmp_path / "d.jsonl")


def ask(tmp_path, monkeypatch, answer, max_failed=0.5, **more):
    chat = FakeChat(answer)
    monkeypatch.setattr(speaker, "open_chat", lambda entry, sampling, output: chat)
    write_jsonl(tmp_path / "test.jsonl", [dialogue("a", 2), dialogue("b", 3), dialogue("c", None)])
    write_jsonl(tmp_path / "train.jsonl", [dialogue("t1", 1, "shown one"), dialogue("t2", 2, "shown two")])
    given = {"dialogues": tmp_path / "test.jsonl", "shots": 2, "seed": 1, "history": json.dumps(WINDOW)}
    given |= {
        "max-failed": max_failed,
        "model": "{}",
        "output": tmp_path / "out.jsonl",
        "sampling": json.dumps({"temperature": 0, "top_p": 1, "max_tokens": 9}),
    }
    given |= more
    ask_intensity.main([str(part) for name, value in given.items() for part in (f"--{name}", value)])
    return read_jsonl(tmp_path / "out.jsonl"), chat.requests


def test_unusable_answers_are_dropped_and_unrated_dialogues_not_asked(tmp_path, monkeypatch):
    rows, asked = ask(
        tmp_path,
        monkeypatch,
        lambda r: "High, sadly." if r.id == "b" else "who knows",
        prompt="resources/prompts/A-INT.md",
    )
    assert rows == [{"id": "b", "intensity": 4}] and [request.id for request in asked] == ["a", "b"]
    assert {request.kind for request in asked} == {"A-INT"}


def test_few_shot_prompt_shows_the_train_dialogues_and_their_answers(tmp_path, monkeypatch):
    more = {"prompt": "resources/prompts/A-INT-FS.md", "examples-dialogues": tmp_path / "train.jsonl"}
    _, asked = ask(tmp_path, monkeypatch, lambda r: "low", **more)
    text = asked[0].messages[-1]["content"]
    assert text.index("shown one") < text.index(sentence(1) + "\n\nDialogue") < text.index("shown two")
    assert text.rindex("I feel stuck. Bye.") > text.index("shown two")


def test_too_many_unusable_answers_are_a_problem(tmp_path, monkeypatch):
    with pytest.raises(Problem, match=r"2 of 2 answers .* stayed unusable"):
        ask(tmp_path, monkeypatch, lambda r: "who knows", prompt="resources/prompts/A-INT.md")


def test_weights_of_ours_are_asked_with_their_adapter_and_closed(tmp_path, monkeypatch):
    write_jsonl(tmp_path / "test.jsonl", [dialogue("a", 2)])
    chat, seen = FakeChat(lambda r: "moderate"), []
    weights = SimpleNamespace(
        close=lambda: seen.append("closed"), chat=lambda role, sampling, journal: (seen.append(role), chat)[1]
    )
    monkeypatch.setattr(own_speaker, "open_weights", lambda *given: (seen.append(given[:3]), weights)[1])
    given = {"dialogues": tmp_path / "test.jsonl", "prompt": "resources/prompts/A-INT.md", "max-failed": 0}
    given |= {"history": json.dumps(WINDOW), "base": "base", "base-backend": "local", "adapter": "tuned"}
    given |= {"sampling": json.dumps({"temperature": 0, "top_p": 1, "max_tokens": 9}), "output": tmp_path / "o.jsonl"}
    predict_intensity.main([str(part) for name, value in given.items() for part in (f"--{name}", value)])
    assert read_jsonl(tmp_path / "o.jsonl") == [{"id": "a", "intensity": 3}]
    (backend, base, adapters), role, closed = seen
    assert (backend, str(base), list(map(str, adapters.values())), closed) == ("local", "base", ["tuned"], "closed")
    assert list(adapters) == [role]


def tabulate(tmp_path, answers, evidence="stand_in", corpus="stand_in"):
    write_jsonl(tmp_path / "test.jsonl", [dialogue("a", 2), dialogue("b", 3), dialogue("c", 2), dialogue("d", None)])
    write_jsonl(tmp_path / "answers.jsonl", answers)
    models = [{"id": "gpt4o_zero", "model": "GPT-4o", "method": "Zero-shot"}]
    given = {
        "dialogues": tmp_path / "test.jsonl",
        "constant": 2,
        "corpus-evidence": corpus,
        "resamples": 200,
        "seed": 1,
    }
    given |= {"models": json.dumps(models), "answers": tmp_path / "answers.jsonl", "run": "demo", "evidence": evidence}
    given |= {"published": "resources/published/a_table11.csv", "output": tmp_path / "t.csv", "text": tmp_path / "t.md"}
    tabulate_table11.main([str(part) for name, value in given.items() for part in (f"--{name}", value)])
    return {(row["model"], row["method"], row["metric"]): row for row in read_csv(tmp_path / "t.csv")}


def test_table_has_every_printed_row_and_says_which_it_did_not_build(tmp_path):
    rows = tabulate(tmp_path, [{"id": "a", "intensity": 2}, {"id": "b", "intensity": 2}])
    printed = read_csv("resources/published/a_table11.csv")
    assert list(rows) == [(row["model"], row["method"], row["metric"]) for row in printed]
    own = {metric: rows["GPT-4o", "Zero-shot", metric] for metric in ("accuracy", "mse", "spearman")}
    assert [own[m]["value"] for m in own] == ["0.5", "0.5", ""] and own["mse"]["n"] == "2"
    assert rows["GPT-4o", "Few-shot", "mse"]["status"] == "not_selected"


def test_constant_row_is_real_where_the_corpus_is_and_has_no_correlation(tmp_path):
    rows = tabulate(tmp_path, [], corpus="real")
    accuracy_row, correlation = rows["Baseline", "", "accuracy"], rows["Baseline", "", "spearman"]
    assert float(accuracy_row["value"]) == pytest.approx(2 / 3) and accuracy_row["n"] == "3"
    assert accuracy_row["evidence"] == "real" and float(accuracy_row["difference"]) == pytest.approx(2 / 3 - 0.435)
    assert (correlation["value"], correlation["status"]) == ("", "reference")
    assert rows["GPT-4o", "Zero-shot", "mse"]["evidence"] == "stand_in"
    assert rows["GPT-4o", "Zero-shot", "mse"]["difference"] == ""


def test_answer_about_another_dialogue_is_a_problem(tmp_path):
    with pytest.raises(Problem, match="rates d, which is no rated test dialogue"):
        tabulate(tmp_path, [{"id": "d", "intensity": 2}])


def test_one_answer_file_a_model_is_wanted(tmp_path):
    with pytest.raises(Problem, match="0 files for 1 models"):
        tabulate_table11.main(
            [
                *("--dialogues", "x", "--constant", "2", "--corpus-evidence", "real", "--models", '[{"id": "x"}]'),
                *("--answers", "--resamples", "9", "--seed", "1", "--published", "x", "--run", "demo"),
                *("--evidence", "real", "--output", "x", "--text", "x"),
            ]
        )
