"""Seeker simulators: which turns are imitated, what is shown, how alike turns are measured by hand, table 29."""

import json

import pytest

from scripts.dialogues import ask_seeker, build_seeker_sft
from scripts.dialogues.seeker_turns import seeker_messages
from scripts.judging import asking, rate_similarity
from scripts.judging.rate_similarity import parse_score
from scripts.llm import speaker
from scripts.provenance.errors import Problem
from scripts.stats.clustered import Units, mean, rank_correlation
from scripts.stats.correlation import spearman
from scripts.tables import tabulate_table29
from scripts.tables.imitations import Label, Turn, measured
from scripts.text.files import read_csv, read_jsonl, write_json, write_jsonl
from scripts.text.prompts import load_prompt
from scripts.text.seeker_turns import cases
from tests.unit.test_judging import FakeChat

PROMPTS = "resources/prompts/compact"
WINDOW = {"first_words": 50, "last_words": 50}
META = {"problem_type": "job crisis", "emotion_type": "anxiety"}
SAMPLING = json.dumps({"temperature": 0, "top_p": 1, "max_tokens": 9})


def dialogue(name, *said, first="seeker"):
    """Turns of both roles in turn."""
    roles = [first, "supporter" if first == "seeker" else "seeker"] * len(said)
    turns = [{"index": i, "role": role, "text": text} for i, (role, text) in enumerate(zip(roles, said, strict=False))]
    return {"id": name, "turns": turns, "meta": META}


TALK = dialogue("t", "I am sad.", "Why?", "Work is hard.", "I see.", "Thank you.")


def test_a_turn_counts_when_its_seeker_has_spoken_before():
    opened = dialogue("u", "Hello.", "I am sad.", "Why?", "Work.", first="supporter")
    assert [case.id for case in cases([TALK, opened])] == ["t:2", "t:4", "u:3"]
    assert [turn["text"] for turn in list(cases([TALK]))[1].before] == ["I am sad.", "Why?", "Work is hard.", "I see."]


def test_turns_of_one_role_are_merged_before_they_are_counted():
    row = dialogue("m", "I am sad.", "Why?", "Work.")
    row["turns"].append({"index": 3, "role": "seeker", "text": "And money."})
    assert [(case.id, case.text) for case in cases([row])] == [("m:2", "Work. And money.")]


def test_chat_has_the_seeker_as_assistant_after_the_greeting():
    (case, _) = cases([TALK])
    messages = seeker_messages(load_prompt(f"{PROMPTS}/A-SEEK-0.md"), case, "", WINDOW)
    assert [(m["role"], m["content"]) for m in messages[1:]] == [
        ("user", "Hello, what is on your mind?"),
        ("assistant", "I am sad."),
        ("user", "Why?"),
    ]
    assert "job crisis" in messages[0]["content"] and "anxiety" in messages[0]["content"]


def test_dialogue_that_its_supporter_opens_keeps_its_own_greeting():
    (case,) = cases([dialogue("u", "Welcome.", "I am sad.", "Why?", "Work.", first="supporter")])
    messages = seeker_messages(load_prompt(f"{PROMPTS}/A-SEEK-0.md"), case, "", WINDOW)
    assert [(m["role"], m["content"]) for m in messages[1:2]] == [("user", "Welcome.")]


def test_fine_tuned_seekers_see_one_transcript():
    (case, _) = cases([TALK])
    messages = seeker_messages(load_prompt(f"{PROMPTS}/A-SEEK-PLAIN.md"), case, "", WINDOW)
    assert messages[-1]["content"] == "Patient: I am sad.\nTherapist: Why?"


def run(module, **given):
    module.main([str(part) for name, value in given.items() for part in (f"--{name.replace('_', '-')}", value)])


def test_training_rows_end_on_the_seekers_own_words(tmp_path):
    write_jsonl(tmp_path / "d.jsonl", [TALK])
    given = {"dialogues": tmp_path / "d.jsonl", "prompt": f"{PROMPTS}/A-SEEK-PLAIN.md", "history": json.dumps(WINDOW)}
    run(build_seeker_sft, **given, output=tmp_path / "rows.jsonl")
    rows = read_jsonl(tmp_path / "rows.jsonl")
    assert [(row["id"], row["completion"][0]["content"]) for row in rows] == [
        ("t:2", "Work is hard."),
        ("t:4", "Thank you."),
    ]
    write_jsonl(tmp_path / "d.jsonl", [dialogue("x", "I am sad.", "Why?")])
    with pytest.raises(Problem, match="no seeker turn after an earlier one"):
        run(build_seeker_sft, **given, output=tmp_path / "rows.jsonl")


def imitate(tmp_path, monkeypatch, answer, max_failed=0.5, **more):
    chat = FakeChat(answer)
    monkeypatch.setattr(speaker, "open_chat", lambda entry, sampling, output: chat)
    write_jsonl(tmp_path / "d.jsonl", [TALK])
    given = {"dialogues": tmp_path / "d.jsonl", "prompt": f"{PROMPTS}/A-SEEK-0.md", "history": json.dumps(WINDOW)}
    given |= {"max_failed": max_failed, "model": "{}", "sampling": SAMPLING, "output": tmp_path / "o.jsonl"} | more
    run(ask_seeker, **given)
    return read_jsonl(tmp_path / "o.jsonl"), chat.requests


def test_an_answer_that_only_ends_the_talk_is_no_turn(tmp_path, monkeypatch):
    rows, asked = imitate(tmp_path, monkeypatch, lambda r: "[END]" if r.id == "t:2" else "Thanks a lot. [END]")
    assert rows == [{"id": "t", "turns": [{"index": 4, "role": "seeker", "text": "Thanks a lot."}]}]
    assert [request.id for request in asked] == ["t:2", "t:4"]
    with pytest.raises(Problem, match="1 of 2 answers"):
        imitate(tmp_path, monkeypatch, lambda r: "[END]" if r.id == "t:2" else "Thanks.", 0.4)


def test_one_shot_prompt_shows_the_example_and_the_other_takes_none(tmp_path, monkeypatch):
    write_json(tmp_path / "example.json", {"id": "e", "turns": dialogue("e", "I am cross.", "Tell me.")["turns"]})
    more = {"prompt": f"{PROMPTS}/A-SEEK.md", "example_dialogues": tmp_path / "example.json"}
    _, asked = imitate(tmp_path, monkeypatch, lambda r: "Yes.", **more)
    assert "Patient: I am cross.\nTherapist: Tell me." in asked[0].messages[0]["content"]
    with pytest.raises(Problem, match="do not agree"):
        imitate(tmp_path, monkeypatch, lambda r: "Yes.", prompt=f"{PROMPTS}/A-SEEK.md")


@pytest.mark.parametrize(("text", "score"), [("Score: 4", 4), ("**Score: 5/5**", 5), ("Reasons.\nscore: 1.", 1)])
def test_likeness_is_read_from_its_line(text, score):
    assert parse_score(text) == score


@pytest.mark.parametrize("text", ["", "4", "Score: 6", "Score: 0", "Score: 3.5", "Score: 2\nScore: 3", "Score: 1-5"])
def test_likeness_without_one_score_is_unusable(text):
    with pytest.raises(ValueError):
        parse_score(text)


def test_judge_of_likeness_sees_both_turns_and_what_stands_before(tmp_path, monkeypatch):
    chat = FakeChat(lambda request: "Score: 2" if request.id == "t:4" else "no")
    monkeypatch.setattr(asking, "open_chat", lambda entry, sampling, output: chat)
    write_jsonl(tmp_path / "d.jsonl", [TALK])
    said = [{"index": place, "role": "seeker", "text": f"said {place}"} for place in (2, 4)]
    write_jsonl(tmp_path / "t.jsonl", [{"id": "t", "turns": said}])
    given = {"dialogues": tmp_path / "d.jsonl", "turns": tmp_path / "t.jsonl", "history": json.dumps(WINDOW)}
    given |= {"prompt": f"{PROMPTS}/A-SIM.md", "model": "{}", "temperature": 0, "top_p": 1, "max_tokens": 9}
    run(rate_similarity, **given, max_failed=0.5, output=tmp_path / "o.jsonl")
    assert read_jsonl(tmp_path / "o.jsonl") == [{"id": "t:4", "score": 2}]
    text = chat.requests[0].messages[-1]["content"]
    assert "Real:\nWork is hard.\n" in text and "Simulated:\nsaid 2\n" in text and text.count("Work is hard") == 1
    write_jsonl(tmp_path / "t.jsonl", [{"id": "t", "turns": [said[0] | {"index": 3}]}])
    with pytest.raises(Problem, match="has t:3, which"):
        run(rate_similarity, **given, max_failed=0.5, output=tmp_path / "o.jsonl")


def test_correlation_and_its_missing_cases_by_hand():
    assert spearman([(1, 1), (2, 3), (3, 2)])[0] == pytest.approx(0.5)  # 1 - 6 * 2 / (3 * 8)
    assert spearman([(1, 1), (2, 2)]) == spearman([(1, 5), (2, 5), (3, 5)]) == (None, None)


@pytest.mark.parametrize("seed", range(10))
def test_rank_correlation_is_that_of_scipy_with_ties(seed):
    import random

    rng = random.Random(seed)
    rows = [(f"d{n}", rng.randint(0, 4), rng.randint(0, 9)) for n in range(rng.randint(5, 40))]
    found = rank_correlation(Units([name for name, *_ in rows], 9, 1), rows)[0]
    assert found == pytest.approx(spearman([(x, y) for _, x, y in rows])[0])
    assert rank_correlation(Units(["a"], 9, 1), [("a", 1, 1), ("a", 1, 2), ("a", 1, 3)]) == (None, None)


def test_mean_interval_resamples_dialogues_and_not_turns():
    # Ten turns of each of two dialogues: means of resamples are 0, 0.5 or 1 and nothing between.
    rows = [(name, value) for name, value in (("a", 0.0), ("b", 1.0)) for _ in range(10)]
    assert mean(Units(["a", "b"], 500, 1), rows) == (0.5, (0.0, 1.0))
    assert mean(Units(["a"], 5, 1), []) == (None, None)


def test_interval_of_a_correlation_holds_it_and_narrows_with_more_dialogues():
    def found(count):
        rows = [(f"d{n % count}", n, n + (n * 7) % 11) for n in range(count * 4)]
        return rank_correlation(Units([f"d{n}" for n in range(count)], 500, 1), rows)

    (rho, wide), (_, narrow) = found(5), found(40)
    assert wide[0] < rho <= wide[1] and narrow[1] - narrow[0] < wide[1] - wide[0]


def test_interval_of_a_correlation_is_that_of_ranked_resamples():
    import numpy as np
    from scipy.stats import rankdata

    rng = np.random.default_rng(0)
    x = rng.normal(size=60)
    rows = [(f"d{n // 3}", a, a + b) for n, (a, b) in enumerate(zip(x, rng.normal(size=60), strict=True))]
    units = Units([name for name, *_ in rows], 300, 5)
    _, (low, high) = rank_correlation(units, rows)
    a, b = rankdata([row[1] for row in rows]), rankdata([row[2] for row in rows])
    drawn = [
        np.corrcoef(np.repeat(a, w), np.repeat(b, w))[0, 1] for w in np.repeat(units.weights.astype(int), 3, axis=1)
    ]
    assert (low, high) == pytest.approx(tuple(np.percentile(drawn, (2.5, 97.5))))


def label(strength, ordinal, *values):
    import numpy as np

    return Label(strength, ordinal, np.array(values, dtype=float))


def test_metrics_of_three_turns_by_hand():
    turns = [
        Turn("a", "one two", "one", label(0.1, -2, 1, 0), label(0.2, -1, 1, 0), 5),
        Turn("a", "one", "one two three", label(0.5, 0, 1, 0), label(0.4, 1, 0, 1), 2),
        Turn("b", "one two three", "one two three four", label(0.9, 2, 3, 4), label(None, None, 4, 3)),
    ]
    cells = measured(
        turns, Units(["a", "b"], 50, 1), lambda real, given: 0.25 if real == "one" else 1.0, lambda metric: metric
    )
    value = {name: cell.value for name, cell in cells.items()}
    assert value["length_avg"] == pytest.approx(8 / 3) and value["length_corr"] == pytest.approx(0.5)
    assert value["content_bert"] == pytest.approx(0.75) and value["content_gpt"] == 3.5
    assert value["value_cosine"] == pytest.approx((1 + 0 + 24 / 25) / 3)
    assert value["value_e_dist"] == pytest.approx((0 + 2**0.5 + 2**0.5) / 3)
    assert (cells["content_gpt"].n, cells["emotion_v_reg"].n, cells["value_cosine"].n) == (2, 2, 3)
    assert value["emotion_v_oc"] is None and all(cell.evidence == metric for metric, cell in cells.items())


def write_labels(path, rows):
    """rows: id -> (sentiment, class, probability of the first value)."""
    import pyarrow
    import pyarrow.parquet

    table = {
        "id": list(rows),
        "sentiment": [r[0] for r in rows.values()],
        "sentiment_class": [r[1] for r in rows.values()],
    }
    table |= {"v00": [r[2] for r in rows.values()], "v01": [0.5] * len(rows)}
    pyarrow.parquet.write_table(pyarrow.table(table), path)


def tabulate(tmp_path, turns, said_labels, evidence="stand_in", **more):
    talks = [TALK, dialogue("s", "I am low.", "Why?", "Home is hard.")]
    write_jsonl(tmp_path / "d.jsonl", talks)
    real = {
        "t:0": (0.1, -3, 0.1),
        "t:2": (0.2, -2, 0.9),
        "t:4": (0.8, 2, 0.2),
        "s:0": (0.1, -3, 0.3),
        "s:2": (0.3, -1, 0.4),
    }
    write_labels(tmp_path / "real.parquet", real)
    write_jsonl(tmp_path / "turns.jsonl", turns)
    write_labels(tmp_path / "said.parquet", said_labels)
    write_jsonl(tmp_path / "ratings.jsonl", [{"id": "t:2", "score": 4}])
    simulators = [{"id": "gpt_zero", "model": "GPT-4o-mini", "details": "Zero-shot"}]
    given = {"dialogues": tmp_path / "d.jsonl", "real_labels": tmp_path / "real.parquet"}
    given |= {
        "simulators": json.dumps(simulators),
        "turns": tmp_path / "turns.jsonl",
        "labels": tmp_path / "said.parquet",
    }
    given |= {
        "ratings": tmp_path / "ratings.jsonl",
        "sentences_kind": "tfidf",
        "resamples": 50,
        "seed": 1,
        "run": "demo",
    }
    given |= {"evidence": evidence, "real": "length", "published": "resources/published/a_table29.csv"}
    run(tabulate_table29, **(given | more), output=tmp_path / "o.csv", text=tmp_path / "o.md")
    return {(row["model"], row["details"], row["metric"]): row for row in read_csv(tmp_path / "o.csv")}


SAID = [{"id": "t", "turns": [{"index": 2, "role": "seeker", "text": "Work is so hard."}]}]


def test_table_joins_turns_labels_and_ratings_and_keeps_the_printed_rows(tmp_path):
    rows = tabulate(tmp_path, SAID, {"t:2": (0.3, -1, 0.9)})
    printed = [(row["model"], row["details"], row["metric"]) for row in read_csv("resources/published/a_table29.csv")]
    assert list(rows)[: len(printed)] == printed
    own = {metric: rows["GPT-4o-mini", "Zero-shot", metric] for metric in ("length_avg", "content_gpt", "value_e_dist")}
    assert [float(own[m]["value"]) for m in own] == [4.0, 4.0, 0.0] and own["length_avg"]["n"] == "1"
    assert rows["ESC-Role", "", "length_avg"]["status"] == "not_selected"
    assert "not_selected" not in (tmp_path / "o.md").read_text()


def test_corpus_rows_are_real_and_say_what_the_scale_means(tmp_path):
    rows = tabulate(tmp_path, SAID, {"t:2": (0.3, -1, 0.9)})
    real = rows["ESConv", "real turn", "length_avg"]
    assert (float(real["value"]), real["n"], real["evidence"]) == (pytest.approx(8 / 3), "3", "real")
    before = rows["ESConv", "turn before", "value_e_dist"]
    assert before["evidence"] == "stand_in"
    assert float(before["value"]) == pytest.approx((0.8 + 0.7 + 0.1) / 3, abs=1e-6)
    assert rows["ESConv", "turn of another dialogue", "length_avg"]["n"] == "3"
    assert ("ESConv", "turn before", "content_gpt") not in rows
    assert rows["GPT-4o-mini", "Zero-shot", "length_avg"]["evidence"] == "stand_in"


def test_turn_without_a_label_or_of_no_dialogue_is_a_problem(tmp_path):
    with pytest.raises(Problem, match="no label of t:2"):
        tabulate(tmp_path, SAID, {"t:4": (0.3, -1, 0.9)})
    strange = [{"id": "z", "turns": SAID[0]["turns"]}]
    with pytest.raises(Problem, match="has the turn z:2, which the corpus lacks"):
        tabulate(tmp_path, strange, {"z:2": (0.3, -1, 0.9)})
    with pytest.raises(Problem, match="--turns does not hold one file"):
        tabulate(tmp_path, SAID, {"t:2": (0.3, -1, 0.9)}, simulators="[]")
