"""Nearest train personas and the hard subset: cosines by hand, blocks, table 3's headline within each subset."""

import json
import tracemalloc

import numpy as np
import pytest

from scripts.audit import compare_personas
from scripts.audit.compare_personas import nearest, summary
from scripts.provenance.errors import Problem
from scripts.stats.clustered import Units
from scripts.tables import tabulate_hard
from scripts.tables.tabulate_hard import hard_less_rest, headline
from scripts.text.files import read_csv, write_csv, write_jsonl
from scripts.text.taxonomy import load_taxonomy

SKILLS = [entry["name"] for entry in load_taxonomy("resources/taxonomy/criteria.yaml")]


def unit(*angles):
    radians = np.radians(angles)
    return np.column_stack([np.cos(radians), np.sin(radians)]).astype(np.float32)


def test_nearest_is_the_smallest_angle_and_of_equal_ones_the_first():
    places, cosines = nearest(unit(10, 80, 0), unit(90, 20, 20, 0))
    assert list(places) == [1, 0, 3]  # 10 degrees from 20 (twice) and from 0: the first of them
    assert cosines == pytest.approx(np.cos(np.radians([10, 10, 0])), abs=1e-6)


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_blocks_of_any_size_find_what_pairs_one_by_one_do(monkeypatch, rows):
    monkeypatch.setattr(compare_personas, "ROWS", rows)
    rng = np.random.default_rng(3)
    test, train = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (rng.normal(size=(n, 5)) for n in (20, 31)))
    places, cosines = nearest(test, train)
    for place, cosine, own in zip(places, cosines, test, strict=True):
        single = [float(own @ other) for other in train]
        assert place == single.index(max(single)) and cosine == pytest.approx(max(single), abs=1e-6)


def test_memory_grows_with_the_train_personas_and_not_with_pairs():
    def peak(count):
        test = np.tile(unit(0, 45), (count // 2, 1))
        tracemalloc.start()
        nearest(test, test)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(8000) < 2.5 * peak(4000)  # all pairs at once would be 4 times


def test_summary_by_hand():
    found = summary(np.array([0.2, 0.4, 0.6, 0.8, 1.0]), 7, 0.8)
    assert found == pytest.approx(
        {
            **{"test": 5, "train": 7, "minimum": 0.2, "q25": 0.4, "median": 0.6, "q75": 0.8, "maximum": 1.0},
            **{"mean": 0.6, "near_from": 0.8, "near_share": 0.4, "hard": 2},
        }
    )


def compare(tmp_path, train, test, near=0.9):
    for name, texts in (("train", train), ("test", test)):
        write_jsonl(tmp_path / f"{name}.jsonl", [{"id": id, "situation": text} for id, text in texts])
    words = ["--train", tmp_path / "train.jsonl", "--test", tmp_path / "test.jsonl", "--sentences-kind", "tfidf"]
    words += ["--near", near, "--run", "demo", "--evidence", "stand_in", "--output", tmp_path / "s.csv"]
    compare_personas.main([str(word) for word in words])
    return read_csv(tmp_path / "s.csv")


TRAIN = [("t2", "My boss shouts at me"), ("t1", "My cat has died")]
TEST = [("b", "My cat died"), ("a", "Nobody listens here"), ("c", "My boss shouts at me")]


def test_each_test_persona_has_its_nearest_and_below_the_median_is_hard_without_any_text(tmp_path):
    rows = compare(tmp_path, TRAIN, TEST)
    personas = {row["name"]: row for row in rows if row["kind"] == "persona"}
    assert list(personas) == ["a", "b", "c"]
    assert [personas[name]["nearest"] for name in "bc"] == ["t1", "t2"]
    assert [row["hard"] for row in personas.values()] == ["yes", "no", "no"]  # b is the median
    assert float(personas["c"]["value"]) == pytest.approx(1.0)
    found = {row["name"]: float(row["value"]) for row in rows if row["kind"] == "summary"}
    assert (found["hard"], found["near_share"]) == (1, pytest.approx(1 / 3))
    text = (tmp_path / "s.csv").read_text()
    assert not any(word in text for word in ("boss", "cat", "Nobody"))


def test_order_of_the_files_changes_no_byte(tmp_path):
    compare(tmp_path, TRAIN, TEST)
    before = (tmp_path / "s.csv").read_bytes()
    compare(tmp_path, TRAIN[::-1], TEST[::-1])
    assert (tmp_path / "s.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("train", "test", "said"),
    [
        ([], TEST, "train.jsonl holds no persona"),
        (TRAIN, [], "test.jsonl holds no persona"),
        (TRAIN, [*TEST, TEST[0]], "holds the persona b twice"),
        (TRAIN, [("t1", "x y z")], "share the persona t1"),
    ],
)
def test_split_that_is_none_is_a_problem(tmp_path, train, test, said):
    with pytest.raises(Problem, match=said):
        compare(tmp_path, train, test)


def test_headline_takes_the_mean_of_a_dialogues_skills():
    scores = {
        ("es_skills", "a"): {"p": 1, "q": 5},
        ("es_skills", "b"): {"p": 2, "q": 5},
        ("es_value", "seeker"): {"p": 1},
    }
    assert headline(scores) == {("es_skills", "mean"): {"p": 1.5, "q": 5}, ("es_value", "seeker"): {"p": 1}}


def test_hard_less_rest_by_hand_and_its_interval_holds_a_planted_difference():
    hard = {f"p{n}": n % 2 == 0 for n in range(200)}
    units = Units(list(hard), 500, 1)
    assert hard_less_rest({"p0": 3, "p1": 5, "p2": 4}, hard, units)[0] == pytest.approx(3.5 - 5)
    assert hard_less_rest({"p0": 3, "p2": 4}, hard, units) == (None, None)
    rng = np.random.default_rng(5)
    value, (low, high) = hard_less_rest({p: rng.normal() - is_hard for p, is_hard in hard.items()}, hard, units)
    assert low < -1 < high and low < value < high < 0


def tabulate(tmp_path, hard):
    """Two systems on personas p0 to p3; ours is a point better where it is not hard."""
    for system in ("gpt", "ours"):
        own = {f"p{n}": 3 + (system == "ours" and n > 1) for n in range(4)}
        dialogues = [{"id": p, "persona_id": p, "system": system, "end_reason": "gratitude"} for p in own]
        write_jsonl(
            tmp_path / f"d_{system}.jsonl", [*dialogues, {**dialogues[0], "persona_id": "p4", "end_reason": "limit"}]
        )
        write_jsonl(tmp_path / f"s_{system}.jsonl", [{"id": p, **dict.fromkeys(SKILLS, s)} for p, s in own.items()])
        write_jsonl(tmp_path / f"i_{system}.jsonl", [{"id": p, "intensity": 6 - s} for p, s in own.items()])
    write_jsonl(
        tmp_path / "v.jsonl", [{"id": f"p{n}", "seeker": n / 4, "supporter": 0.5, "votes": []} for n in range(4)]
    )
    rows = [{"kind": "persona", "name": p, "hard": "yes" if is_hard else "no"} for p, is_hard in hard.items()]
    write_csv(tmp_path / "sim.csv", [{"kind": "summary", "name": "p9"}, *rows], ["kind", "name", "hard"])
    systems = [{"id": "gpt", "keys": ["Prompt-based", "GPT"]}, {"id": "ours", "keys": ["Ours", "DPO"]}]
    words = ["--similarity", tmp_path / "sim.csv", "--blocks"]
    words += [json.dumps([{"reference": "ours", "label": "", "systems": systems}]), "--values", tmp_path / "v.jsonl"]
    for name in ("dialogues", "skills", "intensity"):
        words += [f"--{name}", *(tmp_path / f"{name[0]}_{system}.jsonl" for system in ("gpt", "ours"))]
    words += ["--resamples", 50, "--seed", 1, "--run", "demo", "--evidence", "stand_in", "--output", tmp_path / "h.csv"]
    tabulate_hard.main([str(word) for word in words])
    return {(row["model"], row["metric"], row["subset"]): row for row in read_csv(tmp_path / "h.csv")}


HARD = {"p0": True, "p1": True, "p2": False, "p3": False, "p4": True}


def test_headline_is_recomputed_within_each_subset_by_hand(tmp_path):
    rows = tabulate(tmp_path, HARD)
    assert len(rows) == 2 * 4 * 4
    values = {key: float(row["value"]) for key, row in rows.items() if row["value"]}
    subsets = ("all", "hard", "rest", "hard_less_rest")
    assert [values["DPO", "mean", subset] for subset in subsets] == pytest.approx([3.5, 3, 4, -1])
    assert [values["GPT", "mean", subset] for subset in subsets] == pytest.approx([3, 3, 3, 0])
    assert [values["DPO", "es_intensity", subset] for subset in subsets] == pytest.approx([2.5, 3, 2, 1])
    assert [values["GPT", "seeker", subset] for subset in subsets] == pytest.approx([0.375, 0.125, 0.625, -0.5])
    assert [rows["GPT", "mean", subset]["less_reference"] for subset in subsets] == ["-0.5", "0.0", "-1.0", ""]
    assert [rows["GPT", "mean", subset]["n"] for subset in subsets[:3]] == ["4", "2", "2"]  # p4 never ended
    assert {rows["DPO", "seeker", subset]["status"] for subset in subsets} == {"reference"}


def test_without_hard_personas_there_is_no_hard_row_and_a_persona_unknown_to_the_audit_is_a_problem(tmp_path):
    rows = tabulate(tmp_path, dict.fromkeys(HARD, False))
    assert ("GPT", "mean", "hard") not in rows and rows["GPT", "mean", "hard_less_rest"]["value"] == ""
    assert rows["GPT", "mean", "rest"]["value"] == rows["GPT", "mean", "all"]["value"] == "3.0"
    with pytest.raises(Problem, match="lacks the persona p4"):
        tabulate(tmp_path, {p: h for p, h in HARD.items() if p != "p4"})
