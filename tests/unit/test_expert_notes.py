"""Experts' notes by code: counts by hand, an empty table without a file, every bad line named, no note passed on."""

import csv
import json

import pytest

from scripts.judging import summarise_notes
from scripts.judging.summarise_notes import ALL, FORM, Remark, counted, read_remarks
from scripts.provenance.errors import Problem
from scripts.text.files import read_csv, write_jsonl

CODES = {"strengths": ["validation"], "improvements": ["understanding", "obstacles"]}
NAMES = ["validation", "understanding", "obstacles"]
SECRET = "She lost her sister"
GOOD = ("d1", "ann", "validation", SECRET)
SAMPLE = {"d1": "gpt", "d2": "ours", "d3": "ours"}


def write_notes(path, rows, columns=FORM):
    with open(path, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([columns, *rows])
    return str(path)


def summarise(tmp_path, notes):
    write_jsonl(tmp_path / "sample.jsonl", [{"dialogue_id": d, "system": s} for d, s in SAMPLE.items()])
    words = ["--sample", str(tmp_path / "sample.jsonl"), "--codes", json.dumps(CODES), "--systems", '["gpt", "ours"]']
    words += ["--notes", *notes, "--file", "ratings/n.csv", "--run", "demo", "--output", str(tmp_path / "o.csv")]
    summarise_notes.main(words)
    return {(row["code"], row["system"]): row for row in read_csv(tmp_path / "o.csv")}


def test_remarks_of_a_code_are_counted_by_hand():
    remarks = [Remark(d, who, "validation") for d, who in (("d1", "ann"), ("d1", "ann"), ("d1", "bob"), ("d2", "bob"))]
    assert counted(remarks) == {"notes": 4, "dialogues": 2, "raters": 2, "agreed": 1}
    assert counted([]) == {"notes": 0, "dialogues": 0, "raters": 0, "agreed": 0}


def test_notes_are_counted_by_code_and_system_and_none_of_their_words_is_passed_on(tmp_path, caplog):
    caplog.set_level("DEBUG")
    lines = [GOOD, ("d2", "ann", "validation", "names,\nand calms"), ("d2", " bob", "validation ", "calm")]
    rows = summarise(tmp_path, [write_notes(tmp_path / "n.csv", [*lines, ("d3", "bob", "obstacles", "asks late")])])
    assert [(key[0], row["kind"]) for key, row in rows.items() if key[1] == ALL] == [
        ("validation", "strengths"),
        ("understanding", "improvements"),
        ("obstacles", "improvements"),
    ]
    shown = {key: [row[name] for name in ("notes", "dialogues", "raters", "agreed")] for key, row in rows.items()}
    assert shown["validation", ALL] == ["3", "2", "2", "1"]
    assert shown["validation", "gpt"] == ["1", "1", "1", "0"] and shown["validation", "ours"] == ["2", "1", "2", "1"]
    assert shown["obstacles", ALL] == shown["obstacles", "ours"] == ["1", "1", "1", "0"]
    assert shown["understanding", ALL] == ["0", "0", "0", "0"]
    assert {row["status"] for row in rows.values()} == {"built"}
    said = (tmp_path / "o.csv").read_text() + caplog.text
    assert not any(words in said for words in (SECRET, "calm", "asks late"))


def test_without_a_file_every_row_is_empty_and_says_that_it_needs_a_human_and_where(tmp_path):
    rows = summarise(tmp_path, [])
    assert len(rows) == 3 * 3 and {row["status"] for row in rows.values()} == {"needs human"}
    assert {row["file"] for row in rows.values()} == {"ratings/n.csv"}
    assert {row[name] for row in rows.values() for name in ("notes", "dialogues", "raters", "agreed")} == {""}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("d9", "ann", "validation", SECRET), "record 2 after the header: its dialogue_id is none of the sheet's"),
        ((SECRET, "ann", "validation", "x"), "its dialogue_id is none of the sheet's"),
        (("d1", " ", "validation", SECRET), "record 2 after the header names no rater"),
        (("d1", "ann", SECRET, "x"), "its code is none of validation, understanding, obstacles"),
        (("d1", "ann", "obstacles", " "), "record 2 after the header has no note"),
        (GOOD, "record 2 after the header says the same as record 1"),
        (("d1", "ann", "obstacles", SECRET, "then left"), "record 2 after the header has not 4 cells"),
        (("d1", "ann", "obstacles"), "record 2 after the header has not 4 cells"),
    ],
)
def test_line_that_cannot_be_used_is_a_problem_that_names_it_and_quotes_no_cell(tmp_path, row, said):
    with pytest.raises(Problem) as caught:
        read_remarks(write_notes(tmp_path / "n.csv", [GOOD, row]), SAMPLE, NAMES)
    assert said in str(caught.value) and SECRET not in str(caught.value)


def test_other_note_of_the_same_rater_on_the_same_dialogue_is_no_doubled_line(tmp_path):
    path = write_notes(tmp_path / "n.csv", [GOOD, (*GOOD[:3], "again")])
    assert read_remarks(path, SAMPLE, NAMES) == [Remark("d1", "ann", "validation")] * 2


@pytest.mark.parametrize(
    ("columns", "rows", "said"),
    [
        (FORM, [], "holds no notes"),
        (FORM[:3], [GOOD[:3]], "has no column note"),
        ((*FORM, "mood"), [(*GOOD, "x")], "column 5 is none of dialogue_id, rater, code, note, or"),
        ((*FORM, "note"), [(*GOOD, "x")], "column 5 is .* or one of them again"),
    ],
)
def test_file_of_another_form_is_a_problem(tmp_path, columns, rows, said):
    with pytest.raises(Problem, match=said):
        read_remarks(write_notes(tmp_path / "n.csv", rows, columns), SAMPLE, NAMES)


def test_file_that_is_no_csv_or_no_utf8_is_a_problem_and_a_byte_order_mark_is_none(tmp_path):
    path = tmp_path / "n.csv"
    path.write_bytes(b'dialogue_id,rater,code,note\r\nd1,ann,validation,"open\r\n')
    with pytest.raises(Problem, match="is no CSV"):
        read_remarks(str(path), SAMPLE, NAMES)
    path.write_bytes("dialogue_id,rater,code,note\nd1,ann,validation,café\n".encode("latin-1"))
    with pytest.raises(Problem, match="no UTF-8"):
        read_remarks(str(path), SAMPLE, NAMES)
    path.write_bytes(b"\xef\xbb\xbfcode,note,dialogue_id,rater\r\nvalidation,calm,d1,ann\r\n\r\n")
    assert read_remarks(str(path), SAMPLE, NAMES) == [Remark("d1", "ann", "validation")]
