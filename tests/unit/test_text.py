"""Files that appear whole or not at all, draws that belong to records, and what each role is shown."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.provenance.errors import Problem
from scripts.text import files
from scripts.text.contexts import detector_messages, history_text, reference_messages, supporter_messages
from scripts.text.draws import seeded
from scripts.text.prompts import load_prompt

VALUES = [{"label": name, "definition": f"{name}!", "contained": ["x"]} for name in ("Care", "Achieve", "Face")]
TURNS = [{"role": "seeker", "text": "I lost my job"}, {"role": "supporter", "text": "Tell me more"}]
WIDE = {"first_words": 50, "last_words": 50}


def test_failed_write_leaves_the_old_file_and_no_draft(tmp_path):
    path = tmp_path / "rows.jsonl"
    files.write_jsonl(path, [{"a": 1}])

    def rows():
        yield {"a": 2}
        raise ValueError("lost")

    with pytest.raises(ValueError):
        files.write_jsonl(path, rows())
    assert files.read_jsonl(path) == [{"a": 1}]
    assert [found.name for found in tmp_path.iterdir()] == ["rows.jsonl"]


def test_published_folder_replaces_the_old_one_whole(tmp_path):
    for name in ("old", "new"):
        with files.publishing(tmp_path / "made" / "folder") as draft:
            draft.mkdir()
            (draft / name).touch()
    assert [found.name for found in (tmp_path / "made" / "folder").iterdir()] == ["new"]
    with pytest.raises(ValueError), files.publishing(tmp_path / "made" / "folder") as draft:
        draft.mkdir()
        raise ValueError("lost")
    assert [found.name for found in (tmp_path / "made").iterdir()] == ["folder"]


def test_line_that_is_no_json_is_a_problem_with_its_file_and_line(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n\n{"a": \n')
    with pytest.raises(Problem, match=r"rows\.jsonl, line 3 is not JSON"):
        files.read_jsonl(path)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.slow
@given(st.lists(st.dictionaries(TEXTS, TEXTS | st.integers() | st.none())))
def test_records_survive_a_round_trip_in_order(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("round") / "rows.jsonl"
    files.write_jsonl(path, records)
    assert files.read_jsonl(path) == records


def test_json_is_written_in_one_spelling(tmp_path):
    for name, value in (("a", {"x": 1, "é": [2]}), ("b", {"é": [2], "x": 1})):
        files.write_json(tmp_path / name, value)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert files.read_json(tmp_path / "a") == {"x": 1, "é": [2]} and "é" in (tmp_path / "a").read_text("utf-8")


def test_csv_keeps_floats_whole_and_none_empty_and_refuses_unknown_columns(tmp_path):
    files.write_csv(tmp_path / "t.csv", [{"a": 1 / 3, "b": None}, {"a": "x,\ny", "b": ""}], ["a", "b"])
    assert files.read_csv(tmp_path / "t.csv") == [{"a": repr(1 / 3), "b": ""}, {"a": "x,\ny", "b": ""}]
    with pytest.raises(ValueError):
        files.write_csv(tmp_path / "t.csv", [{"c": 1}], ["a", "b"])
    assert len(files.read_csv(tmp_path / "t.csv")) == 2


def test_draw_depends_on_seed_and_names_and_not_on_what_was_drawn_before():
    first = seeded(42, "thread", 7).random()
    random.seed(1)
    seeded(42, "other").random()
    assert seeded(42, "thread", 7).random() == first
    assert (
        len({seeded(*key).random() for key in ((42, "thread", 7), (43, "thread", 7), (42, "thread7"))} | {first}) == 3
    )


def test_draw_is_the_same_in_another_process_with_another_hash_seed():
    code = "from scripts.text.draws import seeded; print(seeded(42, 'thread', 7).random())"
    environment = {"PYTHONHASHSEED": "123", "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert float(done.stdout) == seeded(42, "thread", 7).random()


def prompt(folder: Path, slots: list[str], text: str):
    path = folder / "P.md"
    path.write_text(f"---\nid: P\nslots: {json.dumps(slots)}\nanswer: text\n---\n[user]\n{text}\n")
    return load_prompt(path)


def test_history_is_cut_to_its_window_before_it_is_shown():
    assert history_text(TURNS, WIDE) == "Patient: I lost my job\nTherapist: Tell me more"
    assert history_text(TURNS, {"first_words": 2, "last_words": 1}) == "Patient: I lost\nTherapist: more"


def test_detector_is_shown_all_values_and_the_history(tmp_path):
    asked = prompt(tmp_path, ["values", "history"], "{{ values | join('|') }} {{ history }}")
    assert detector_messages(asked, TURNS[:1], VALUES, WIDE) == [
        {"role": "user", "content": "Care|Achieve|Face Patient: I lost my job"}
    ]


def test_reference_generator_is_shown_the_target_values_only_where_its_prompt_has_a_slot(tmp_path):
    asked = prompt(
        tmp_path, ["history", "targets"], "{% for v in targets %}{{ v.definition }}{% endfor %} {{ history }}"
    )
    shown = reference_messages(asked, TURNS, ["Face", "Care"], VALUES, WIDE)[0]["content"]
    assert shown.startswith("Care!Face! Patient:") and "Achieve" not in shown
    asked = prompt(tmp_path, ["history"], "{{ history }}")
    assert "Care" not in reference_messages(asked, TURNS, ["Face", "Care"], VALUES, WIDE)[0]["content"]


def test_supporter_is_given_what_its_prompt_has_slots_for(tmp_path):
    strategies = [{"label": "Question", "definition": "asks"}]
    asked = prompt(tmp_path, ["history", "targets", "reference", "strategies"], "{{ targets[0] }} {{ reference }}")
    assert supporter_messages(asked, TURNS, ["Face"], "walk", strategies, WIDE)[0]["content"] == "Face walk"
    asked = prompt(tmp_path, ["history"], "{{ history }}")
    assert "walk" not in supporter_messages(asked, TURNS, ["Face"], "walk", strategies, WIDE)[0]["content"]
