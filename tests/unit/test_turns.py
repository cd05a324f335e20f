"""audit/turns.csv: length of supporters' turns, exchanges and use of references, by hand."""

import pytest

from scripts.audit import tabulate_turns
from scripts.provenance.errors import Problem
from scripts.text.files import read_csv, write_jsonl

SETTINGS = ["--resamples", "500", "--seed", "1"]


def dialogue(name, *replies, end="gratitude", answered=True):
    """Replies are (words, whether the reference is used; None where none was given)."""
    turns = [
        {"role": "supporter", "text": "Hello, what is on your mind today?"},
        {"role": "seeker", "text": "I am sad."},
    ]
    for words, used in replies:
        turn = {"role": "supporter", "text": "word " * words, "reference": "" if used is None else "do this"}
        # A system without a reference may write a decision all the same, as the parser of two steps does.
        turns.append(turn | {"use_reference": bool(used), "alternative": {"use_reference": not used}})
        turns.append({"role": "seeker", "text": "Well, thank you."})
    kept = turns if answered else turns[:-1]
    return {"id": name, "end_reason": end, "turns": [turn | {"index": place} for place, turn in enumerate(kept)]}


def tabulated(folder, **files):
    """Rows by system; the names of files are `<system>__<split>`."""
    paths = []
    for name, dialogues in files.items():
        paths.append(folder / f"{name.replace('__', '/')}.jsonl")
        paths[-1].parent.mkdir(exist_ok=True)
        write_jsonl(paths[-1], dialogues)
    output = folder / "turns.csv"
    tabulate_turns.main(["--dialogues", *map(str, paths), *SETTINGS, "--output", str(output)])
    return {(row["system"], row["split"]): row for row in read_csv(output)}


def test_words_are_averaged_over_turns_without_the_greeting(tmp_path):
    rows = tabulated(tmp_path, mine__test=[dialogue("a", (10, True), (20, False)), dialogue("b", (60, False))])
    found = rows["mine", "test"]
    assert (found["dialogues"], found["turns"], float(found["words"])) == ("2", "3", 30.0)
    assert (float(found["words_low"]), float(found["words_high"])) == (15.0, 60.0)  # either dialogue twice


def test_use_is_told_for_first_turns_and_later_ones_and_never_for_alternatives(tmp_path):
    talks = [dialogue("a", (5, True), (5, False), (5, False)), dialogue("b", (5, True), (5, True))]
    found = tabulated(tmp_path, mine__train=talks)["mine", "train"]
    assert float(found["reference_use"]) == pytest.approx(3 / 5)
    assert float(found["reference_use_first"]) == 1 and float(found["reference_use_later"]) == pytest.approx(1 / 3)


def test_system_that_is_given_no_reference_has_no_share(tmp_path):
    rows = tabulated(tmp_path, gpt_none__test=[dialogue("a", (5, None))], gpt__test=[dialogue("a", (5, False))])
    assert rows["gpt_none", "test"]["reference_use"] == rows["gpt_none", "test"]["reference_use_low"] == ""
    assert float(rows["gpt", "test"]["reference_use"]) == 0
    assert rows["gpt", "test"]["reference_use_later"] == ""  # one exchange


def test_unanswered_turns_are_no_exchange_and_failed_dialogues_count_none(tmp_path):
    talks = [
        dialogue("a", (5, True), (5, True), end="end_token", answered=False),
        dialogue("b", (5, True), (5, True), (5, True), end="limit"),
        dialogue("c", (9, True), end="failed"),
    ]
    found = tabulated(tmp_path, mine__dev=talks)["mine", "dev"]
    assert (float(found["exchanges"]), found["failed"], found["turns"]) == (2.0, "1", "6")


def test_no_words_of_a_dialogue_are_in_the_table(tmp_path):
    tabulated(tmp_path, mine__test=[dialogue("a", (5, True))])
    text = (tmp_path / "turns.csv").read_text(encoding="utf-8")
    assert not [word for word in ("word", "Hello", "sad", "do this") if f"{word} " in text or f",{word}," in text]


def test_file_without_a_dialogue_is_refused(tmp_path):
    with pytest.raises(Problem, match=r"mine/test\.jsonl holds no dialogue"):
        tabulated(tmp_path, mine__test=[])
