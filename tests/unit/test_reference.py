"""Rows and pairs of the reference generator, by hand."""

import json

import pytest

from scripts.audit import tabulate_reference_pairs
from scripts.provenance.errors import Problem
from scripts.reference import build_reference_pairs, build_reference_sft
from scripts.reference.build_reference_pairs import choose_sibling, remaining_targets
from scripts.text.files import read_csv, read_json, read_jsonl, write_jsonl

WINDOW = json.dumps({"first_words": 20, "last_words": 60})


def thread(name, targets, siblings=()):
    """`siblings` are (text, targets or None)."""
    return {
        "id": name,
        "turns": [{"index": 0, "role": "seeker", "text": f"post {name}"}],
        "comment": f"comment {name}",
        "targets": targets,
        "siblings": [{"text": text, "targets": shown} for text, shown in siblings],
    }


def options(values):
    return [str(part) for name, value in values.items() for part in (f"--{name}", value)]


@pytest.fixture
def pairs(tmp_path):
    def run(threads, requires="yes", keep=3, seed=1):
        write_jsonl(tmp_path / "threads.jsonl", threads)
        build_reference_pairs.main(
            options(
                {
                    "threads": tmp_path / "threads.jsonl",
                    "prompt": "resources/prompts/compact/A-RG.md",
                    "values": "resources/taxonomy/values.yaml",
                    "history": WINDOW,
                    "sibling-requires-reply": requires,
                    "keep": keep,
                    "seed": seed,
                    "output": tmp_path / "pairs.jsonl",
                    "counts": tmp_path / "counts.json",
                }
            )
        )
        return read_jsonl(tmp_path / "pairs.jsonl")

    return run


def targets_shown(row):
    return row["prompt"][-1]["content"].splitlines()[-1].removeprefix("Target values: ").split(", ")


def test_values_that_the_siblings_reply_shows_too_are_no_targets():
    assert remaining_targets(["Face", "Achievement", "Hedonism"], ["Achievement"], 3) == ["Face", "Hedonism"]
    assert remaining_targets(["Face"], None, 3) == ["Face"]
    assert remaining_targets(["Face", "Achievement", "Hedonism"], [], 2) == ["Face", "Achievement"]
    assert remaining_targets(["Face"], ["Face", "Hedonism"], 3) == []


def test_the_real_comment_is_chosen_over_the_siblings(pairs):
    rows = pairs([thread("a", ["Achievement", "Face"], [("other", ["Face"])])])
    assert rows[0]["chosen"] == [{"role": "assistant", "content": "comment a"}]
    assert rows[0]["rejected"] == [{"role": "assistant", "content": "other"}]
    assert "post a" in rows[0]["prompt"][-1]["content"] and targets_shown(rows[0]) == ["Achievement"]


def test_threads_without_a_target_left_or_without_a_sibling_are_dropped(pairs):
    rows = pairs(
        [
            thread("a", ["Face"], [("x", ["Face"])]),
            thread("b", ["Face"]),
            thread("c", ["Face"], [("x", None)]),
            thread("d", ["Face"], [("x", [])]),
        ]
    )
    assert [row["id"] for row in rows] == ["d"]


def test_every_thread_is_counted_as_a_pair_or_where_it_was_lost(pairs, tmp_path):
    lost = [thread("a", ["Face"], [("x", ["Face"])]), thread("b", ["Face"]), thread("c", ["Face"], [("x", None)])]
    pairs([*lost, thread("d", ["Face"], [("x", [])])])
    found = tmp_path / "counts.json"
    assert read_json(found) == {"threads": 4, "no_usable_sibling": 2, "no_target_left": 1, "pairs": 1}
    table = tmp_path / "table.csv"
    sets = ["--sets", '[["single", "train"], ["multi", "dev"]]', "--output", str(table)]
    tabulate_reference_pairs.main([*sets, "--counts", str(found), str(found)])
    assert [list(row.values()) for row in read_csv(table)] == [
        ["single", "train", "4", "2", "1", "1"],
        ["multi", "dev", "4", "2", "1", "1"],
    ]
    with pytest.raises(Problem, match="1 files for 2 sets"):
        tabulate_reference_pairs.main([*sets, "--counts", str(found)])


def test_a_sibling_without_a_reply_serves_only_where_none_is_required(pairs):
    rows = pairs([thread("c", ["Face"], [("x", None)])], requires="no")
    assert [row["id"] for row in rows] == ["c"] and targets_shown(rows[0]) == ["Face"]


def test_no_pair_at_all_is_an_error(pairs):
    with pytest.raises(Problem, match="no pair is left of 1 threads"):
        pairs([thread("a", ["Face"], [("x", ["Face"])])])


def test_the_siblings_draw_depends_on_the_thread_and_seed_alone(pairs):
    many = [thread(f"t{n}", ["Face"], [(f"s{k}", []) for k in range(4)]) for n in range(40)]
    drawn = {row["id"]: row["rejected"] for row in pairs(many)}
    assert {row["id"]: row["rejected"] for row in pairs(many[::-1])} == drawn
    assert {row["id"]: row["rejected"] for row in pairs(many, seed=2)} != drawn
    counts = [sum(choose_sibling(t, True, 1)["text"] == f"s{k}" for t in many) for k in range(4)]
    assert min(counts) >= 3  # about 10 each


def sft(tmp_path, name):
    write_jsonl(tmp_path / "threads.jsonl", [thread("a", ["Face", "Achievement"])])
    build_reference_sft.main(
        options(
            {
                "threads": tmp_path / "threads.jsonl",
                "prompt": f"resources/prompts/compact/{name}.md",
                "values": "resources/taxonomy/values.yaml",
                "history": WINDOW,
                "output": tmp_path / "rows.jsonl",
            }
        )
    )
    return read_jsonl(tmp_path / "rows.jsonl")[0]


def test_the_generator_learns_the_comment_from_history_and_targets(tmp_path):
    row = sft(tmp_path, "A-RG")
    assert row["completion"] == [{"role": "assistant", "content": "comment a"}]
    assert sorted(targets_shown(row)) == ["Achievement", "Face"]


def test_without_values_it_sees_the_history_alone(tmp_path):
    assert sft(tmp_path, "A-RG-E")["prompt"][-1]["content"] == "Patient: post a"
