"""EPITOME and EmpatheticDialogues: real forms, broken files, and the world's versions."""

import json

import pytest

from scripts.corpora import normalise_empathetic, normalise_epitome
from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl
from scripts.world import write_empathy

HEADER = normalise_empathetic.HEADER


def line(name: str, number: int, speaker: int, text: str, more: str = "") -> str:
    return f"{name},{number},sad,A situation_comma_ told,{speaker},{text},5|5|5_5|5|5,{more}"


def empathetic(tmp_path, *lines: str, header: str = HEADER) -> list[dict]:
    (tmp_path / "in.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    told = [
        "--input",
        str(tmp_path / "in.csv"),
        "--split",
        "dev",
        "--sha256",
        "",
        "--output",
        str(tmp_path / "out.jsonl"),
    ]
    normalise_empathetic.main(told)
    return read_jsonl(tmp_path / "out.jsonl")


def test_conversation_begins_with_the_seeker_and_its_commas_come_back(tmp_path):
    (row,) = empathetic(tmp_path, line("c1", 2, 7, "Oh_comma_ why?"), line("c1", 1, 3, "I cried_comma_ much."))
    assert [(turn["role"], turn["text"]) for turn in row["turns"]] == [
        ("seeker", "I cried, much."),
        ("supporter", "Oh, why?"),
    ]
    assert row["meta"] == {"conversation": "c1", "emotion": "sad", "situation": "A situation, told"}


def test_unpaired_quotes_swallow_no_line(tmp_path):
    rows = empathetic(
        tmp_path,
        line("c1", 1, 1, 'He said "no'),
        line("c1", 2, 2, "Why?"),
        line("c2", 1, 1, '"Yes" and" no'),
        line("c2", 2, 2, "I see", "a_pipe_b,"),
    )
    assert [len(row["turns"]) for row in rows] == [2, 2]
    assert rows[0]["turns"][0]["text"] == 'He said "no' and rows[1]["turns"][0]["text"] == '"Yes" and" no'


@pytest.mark.parametrize(
    "bad",
    [
        'c2,1,sad,"A situation, told",1,Hello,5|5|5_5|5|5,',  # saved again by a program that knows CSV: one comma more
        'c2,1,sad,"A, situation, told",1,"He said ""no"", twice",5|5|5_5|5|5,',
        "c2,1,sad,told,1,I lost my dog, and my cat too,5|5|5_5|5|5,",  # a comma in the text, nine fields
        "c2,one,sad,told,1,Hello,5,",
        "c2,1,sad,told",
    ],
)
def test_line_with_broken_quoting_is_named(tmp_path, bad):
    with pytest.raises(Problem, match=r"in\.csv, line 3"):
        empathetic(tmp_path, line("c1", 1, 1, "Hello"), bad)


def test_gap_repeat_or_empty_turn_of_a_conversation_is_named(tmp_path):
    for lines in (
        [line("c9", 1, 1, "a"), line("c9", 3, 2, "b")],
        [line("c9", 1, 1, "a"), line("c9", 1, 2, "b")],
        [line("c9", 1, 1, " ")],
    ):
        with pytest.raises(Problem, match="c9 is no conversation"):
            empathetic(tmp_path, *lines)


def test_other_file_is_refused(tmp_path):
    with pytest.raises(Problem, match="expected conv_id"):
        empathetic(tmp_path, "a,b", header="x,y")
    with pytest.raises(Problem, match="no conversation"):
        empathetic(tmp_path)


def epitome(tmp_path, text: str) -> list[dict]:
    (tmp_path / "in.csv").write_text(text, encoding="utf-8")
    normalise_epitome.main(
        ["--input", str(tmp_path / "in.csv"), "--sha256", "", "--output", str(tmp_path / "out.jsonl")]
    )
    return read_jsonl(tmp_path / "out.jsonl")


COLUMNS = "sp_id,rp_id,seeker_post,response_post,level,rationales\n"


def test_epitome_rows_of_one_post_share_a_group_and_have_ids_of_their_own(tmp_path):
    rows = epitome(
        tmp_path, COLUMNS + 'a,b,"I am,\nsad",Oh no,2,Oh|no|\na,b,"I am, sad",Why?,0,\nc,d,Other,Yes,1,Yes|\n'
    )
    assert [row["id"] for row in rows] == ["a:b", "a:b:2", "c:d"]
    assert rows[0]["group"] == rows[1]["group"] != rows[2]["group"]
    assert rows[0] == {"id": "a:b", "group": rows[0]["group"], "seeker": "I am, sad", "response": "Oh no", "level": 2,
                       "rationales": ["Oh", "no"]}  # fmt: skip


@pytest.mark.parametrize(
    "text, said",
    [
        (COLUMNS + "a,b,I,You,3,\n", "line 2"),
        (COLUMNS + "a,b,I,You,0,\na,b, ,You,0,\n", "line 3"),
        (COLUMNS + "a,b,I,You\n", "line 2"),
        (COLUMNS + 'a,b,"I,You,0,\n', "unexpected end"),
        (COLUMNS, "no row"),
        ("a,b\n1,2\n", "columns"),
    ],
)
def test_broken_epitome_is_refused(tmp_path, text, said):
    with pytest.raises(Problem, match=said):
        epitome(tmp_path, text)


def test_worlds_files_are_read_by_the_same_code(tmp_path):
    counts = {"epitome": 60, "train": 30, "valid": 5, "test": 5}
    told = ["--world", "resources/world.yaml", "--counts", json.dumps(counts), "--seed", "1", "--output", str(tmp_path)]
    write_empathy.main(told)
    for name in write_empathy.MECHANISMS.values():
        rows = epitome(tmp_path, (tmp_path / "epitome" / f"{name}-reddit.csv").read_text(encoding="utf-8"))
        assert len(rows) == 60 and {row["level"] for row in rows} == {0, 1, 2}
        assert all(bool(row["rationales"]) == bool(row["level"]) for row in rows)
        assert all(part in row["response"] for row in rows for part in row["rationales"])
    for split in ("train", "valid"):
        lines = (tmp_path / "empathetic" / f"{split}.csv").read_text(encoding="utf-8").splitlines()
        rows = empathetic(tmp_path, *lines[1:])
        assert len(rows) == counts[split]
        assert all([turn["role"] for turn in row["turns"][:2]] == ["seeker", "supporter"] for row in rows)
    assert any(
        '"' in turn["text"] for row in empathetic(tmp_path, *lines_of(tmp_path, "train")) for turn in row["turns"]
    )


def lines_of(tmp_path, split: str) -> list[str]:
    return (tmp_path / "empathetic" / f"{split}.csv").read_text(encoding="utf-8").splitlines()[1:]
