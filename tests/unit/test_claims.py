"""Numbers quoted in the paper's prose: each piece by hand, and a row for every published one."""

import json

import pytest

from scripts.provenance.errors import Problem
from scripts.tables import tabulate_claims
from scripts.tables.claims import (
    from_corpus,
    from_labels,
    from_lengths,
    from_low_values,
    from_personas,
    from_settings,
    from_tables,
    from_teacher,
    from_trainings,
)
from scripts.text.files import read_csv, write_csv, write_json, write_jsonl

PUBLISHED = "resources/published/a_inline.csv"
NAMES = [(row["key"], row["metric"]) for row in read_csv(PUBLISHED)]


def values(claims):
    return {name: claim.value for name, claim in claims.items()}


def talk(*said, first="seeker"):
    roles = [first, "supporter" if first == "seeker" else "seeker"] * len(said)
    turns = [{"index": n, "role": role, "text": text} for n, (role, text) in enumerate(zip(roles, said, strict=False))]
    return {"id": "x", "turns": turns}


def test_settings_may_be_words_and_say_where_they_stand():
    found = from_settings({"ours_dpo.h": {"value": "all", "basis": "points"}, "tvd.top_k": {"value": 3, "basis": "x"}})
    assert values(found) == {("ours_dpo", "h"): "all", ("tvd", "top_k"): 3.0}
    assert found["tvd", "top_k"].basis == "x"


def test_exchanges_are_half_the_merged_turns_and_words_are_of_the_test_seekers():
    merged = talk("a b", "c", "d")
    merged["turns"].append({"index": 3, "role": "seeker", "text": "e f g"})
    found = values(from_corpus({"train": [talk("a", "b")], "dev": [], "test": [merged]}))
    assert found["esconv", "mean_turns_quoted"] == pytest.approx((1 + 1.5) / 2)
    assert found["esconv_test", "mean_seeker_utterance_words"] == pytest.approx((2 + 4) / 2)


def test_share_of_unused_references_counts_decided_turns():
    turns = [{"role": "supporter", "use_reference": use} for use in (None, True, False, False)]
    found = from_teacher([{"turns": [*turns, {"role": "seeker"}]}])
    claim = found["sft_simulation_gpt", "reference_not_used_percent"]
    assert (claim.value, claim.n) == (pytest.approx(200 / 3), 3)


def test_words_a_turn_leave_out_the_greeting():
    spoken = {"psych8k": [talk("hello you there", "x", "a b c d", first="supporter")]}
    spoken |= {"gpt": [talk("hi", "x", "a b", first="supporter")], "llama": [talk("hi", "x", "a", first="supporter")]}
    assert values(from_lengths(spoken, "psych8k")) == {
        ("llama_psych8k", "words_per_turn"): 4,
        ("others", "words_per_turn_low"): 1,
        ("others", "words_per_turn_high"): 2,
    }


def test_low_score_is_the_highest_among_the_lowest(tmp_path):
    rows = [{"id": str(n), "seeker": s, "supporter": 5} for n, s in enumerate((5, 3, 4, 1))]
    write_jsonl(tmp_path / "r.jsonl", rows)
    assert values(from_low_values(str(tmp_path / "r.jsonl"), 2)) == {("low_value_analysis", "score"): 3}


def files(tmp_path):
    """One small file of each kind, and the options that name them."""
    import pyarrow
    import pyarrow.parquet

    columns = ["item", "group", "metric", "value", "n"]
    metric = "mean_positive_values_last4_turns"
    rows = [("total", "high", metric, 7.5, 4), ("total", "low", metric, 6.0, 3), ("Face", "high", metric, 1, 1)]
    write_csv(tmp_path / "figure2.csv", [dict(zip(columns, row, strict=True)) for row in rows], columns)
    columns = ["model", "method", "metric", "value", "n"]
    rows = [("GPT-4o-mini", "Zero-shot", "spearman", 0.3, 9), ("GPT-4o", "Zero-shot", "spearman", 0.9, 9)]
    write_csv(tmp_path / "table11.csv", [dict(zip(columns, row, strict=True)) for row in rows], columns)
    rows = [{"metric": "spearman", "value": 0.2}, {"metric": "spearman", "value": 0.7}, {"metric": "other", "value": 1}]
    write_csv(tmp_path / "table13.csv", rows, ["metric", "value"])
    table = {"sentiment": [0.1, None, 0.9], "sentiment_class": [-2, 0, 3]}
    pyarrow.parquet.write_table(pyarrow.table(table), tmp_path / "labels.parquet")
    write_jsonl(tmp_path / "talks.jsonl", [talk("a b", "c", "d")])
    write_jsonl(tmp_path / "rated.jsonl", [{"kept": True, "seeker": 4, "supporter": 2}, {"kept": False}])
    write_jsonl(tmp_path / "low.jsonl", [{"seeker": 4, "supporter": 2}])
    write_json(tmp_path / "adapter" / "training.json", {"seconds": 7200})


def test_tables_labels_personas_and_trainings_by_hand(tmp_path):
    files(tmp_path)
    found = values(from_tables(*(str(tmp_path / f"{name}.csv") for name in ("figure2", "table11", "table13"))))
    assert found["value_effect_high", "mean_positive_values_last4_turns"] == 7.5
    assert found["es_intensity", "correlation_esconv"] == 0.3
    assert (found["expert_correlation", "min"], found["expert_correlation", "max"]) == (0.2, 0.7)
    ranges = values(from_labels(str(tmp_path / "labels.parquet")))
    assert [ranges["emollama", f"v_oc_{end}"] for end in ("min", "max")] == [-2, 3]
    assert [ranges["emollama", f"v_reg_{end}"] for end in ("min", "max")] == [0.1, 0.9]
    personas = from_personas(str(tmp_path / "rated.jsonl"), str(tmp_path / "rated.jsonl"), {})
    assert list(values(personas).values()) == [2, 1]
    assert values(from_trainings({("tvd", "train_hours_a100"): str(tmp_path / "adapter")})) == {
        ("tvd", "train_hours_a100"): 2
    }


SETTINGS = [
    *(name for name in NAMES if name[0] in ("end_rule", "es_value", "ours_dpo", "emotion_dpo", "emotion_score")),
    *(name for name in NAMES if name[0] == "tvd" and name[1] != "train_hours_a100"),
    *[("reddit", "first_year"), ("reddit", "last_year"), ("rg", "max_epochs"), ("experts", "number")],
    *[("expert_correlation", "dialogues"), ("low_value_analysis", "dialogues")],
    ("low_value_analysis", "max_categories_per_dialogue"),
    *(("personas", f"situations_per_cell_{end}") for end in ("min", "max")),
    *[("personas", "alignment_min_kept"), ("personas", "emotion_votes")],
]
TRAININGS = [name for name in NAMES if "hours" in name[1]]


def run(tmp_path, settings):
    files(tmp_path)
    named = {f"{key}.{metric}": {"value": 1, "basis": "x"} for key, metric in settings}
    talks, rated = tmp_path / "talks.jsonl", tmp_path / "rated.jsonl"
    given = {"settings": json.dumps(named), "corpus": [talks] * 3, "labels": tmp_path / "labels.parquet"}
    given |= {name: tmp_path / f"{name}.csv" for name in ("figure2", "table11", "table13")}
    given |= {"threads": [talks, talks], "situations": rated, "rated": rated, "personas": [rated] * 3, "teacher": talks}
    given |= {"systems": '["gpt", "psych8k"]', "dialogues": [talks, talks], "longest": "psych8k", "low-count": 3}
    given |= {"low-ratings": tmp_path / "low.jsonl", "trained": [tmp_path / "adapter"] * len(TRAININGS)}
    given |= {name: f"resources/taxonomy/{name}.yaml" for name in ("problems", "values", "emotions")}
    given |= {"trainings": json.dumps(TRAININGS), "published": PUBLISHED, "run": "demo", "evidence": "real"}
    given |= {"output": tmp_path / "claims.csv", "text": tmp_path / "claims.md"}
    words = []
    for name, value in given.items():
        words += [f"--{name}", *map(str, value if isinstance(value, list) else [value])]
    tabulate_claims.main(words)
    return read_csv(tmp_path / "claims.csv")


def test_every_quoted_number_has_a_row_with_its_source_and_what_it_was_taken_from(tmp_path):
    rows = run(tmp_path, SETTINGS)
    assert [(row["key"], row["metric"]) for row in rows] == NAMES
    assert all(row["basis"] and row["source"] for row in rows)
    empty = {(row["key"], row["metric"]): row["status"] for row in rows if not row["value"]}
    assert empty.pop(("experts", "years_experience_more_than")) == "not_computable"
    assert empty == {("sft_simulation_gpt", "reference_not_used_percent"): "not_computable"}
    own = {(row["key"], row["metric"]): row for row in rows}
    assert float(own["taxonomy", "problem_subcategories"]["difference"]) == 0
    assert float(own["value_effect_high", "mean_positive_values_last4_turns"]["difference"]) == pytest.approx(-0.4)


def test_quoted_number_that_nothing_makes_and_one_that_is_not_quoted_are_problems(tmp_path):
    with pytest.raises(Problem, match="Nothing was built for the printed row es_value"):
        run(tmp_path, [name for name in SETTINGS if name[0] != "es_value"])
    with pytest.raises(Problem, match="lacks the row reddit, third_year"):
        run(tmp_path, [*SETTINGS, ("reddit", "third_year")])
