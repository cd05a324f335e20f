"""What people save: marks, line ends, encodings and extra columns of spreadsheets, in every file that is imported."""

import pytest

from scripts.evad import import_rankings
from scripts.evad.sample_items import sample
from scripts.provenance.errors import Problem
from scripts.scoring.check_raters import met
from scripts.text.files import read_csv
from scripts.text.sheets import read_filled
from scripts.text.studies import FORMS, check_groups, read_rated
from tests.unit.evad_data import dialogue, run, write_candidates

SHEET = "item_id,rater,label\nr1,crowd-zoë,not\nr2,crowd-zoë,comfortable\n"
CELLS = [("r1", "crowd-zoë", "not"), ("r2", "crowd-zoë", "comfortable")]
SAVED = {  # how programs save the same sheet
    "plain": SHEET.encode(),
    "byte order mark": SHEET.encode("utf-8-sig"),
    "Windows line ends": SHEET.replace("\n", "\r\n").encode(),
    "old Mac line ends": SHEET.replace("\n", "\r").encode(),
    "no last line end": SHEET.rstrip("\n").encode(),
    "quoted": '"item_id","rater","label"\n"r1","crowd-zoë","not"\n"r2","crowd-zoë","comfortable"\n'.encode(),
    "blanks": "item_id, rater ,label\n r1,crowd-zoë , not\nr2,crowd-zoë,comfortable\n".encode(),
    "further columns": "n,label,note,rater,item_id\n1,not,hm,crowd-zoë,r1\n2,comfortable,,crowd-zoë,r2\n".encode(),
    "columns without a name": "item_id,rater,label,,\nr1,crowd-zoë,not,,\nr2,crowd-zoë,comfortable,,\n".encode(),
    "empty lines": "item_id,rater,label\n\nr1,crowd-zoë,not\n,,\nr2,crowd-zoë,comfortable\n,,,,\n\n".encode(),
}


def saved(tmp_path, content: bytes) -> str:
    (tmp_path / "f.csv").write_bytes(content)
    return str(tmp_path / "f.csv")


@pytest.mark.parametrize("how", SAVED)
def test_sheet_says_the_same_however_it_was_saved(tmp_path, how):
    path = saved(tmp_path, SAVED[how])
    assert [tuple(row[name] for name in FORMS["comfort"].columns) for _, row in read_filled(path, ["item_id"])] == CELLS
    assert read_rated(path, FORMS["comfort"], "crowd", {"r1", "r2"}, []) == {
        ("r1", "crowd-zoë", ""): "not",
        ("r2", "crowd-zoë", ""): "comfortable",
    }
    assert [person[:2] for person in met(path)] == [("crowd", "zoë")] * 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SHEET.encode("cp1252"), "is not in UTF-8"),
        (SHEET.encode("utf-16"), "is not in UTF-8"),
        (
            SHEET.replace(",", ";").encode(),
            "no column item_id. It needs item_id, rater, label. Its cells are parted by",
        ),
        (SHEET.replace(",", "\t").encode(), "Its cells are parted by"),
        (SHEET.replace("rater", "who").encode(), "has no column rater"),
        (b"item_id,rater,label,label\nr1,crowd-a,not,comfortable\n", "has the column label twice"),
        (b"item_id,rater,label\nr1,crowd-a,jr,not\n", "line 2: more cells than the head has columns"),
        (b"item_id,rater,label\nr1,crowd-a\n", "line 2: the label '' is none of comfortable, not"),
        (b"item_id,rater,label\n\n\nr9,crowd-a,not\n", "line 4: 'r9' is no item_id of the sheet"),
        (b"item_id,rater,label\n,,\n", "holds no ratings"),
        (b"", "has no column item_id"),
        (b"item_id,rater,label\nr1,crowd-a,no\x00t\n", "is none of|is no CSV"),
    ],
)
def test_sheet_that_cannot_be_read_is_a_problem_that_says_how_to_save_it(tmp_path, content, said):
    with pytest.raises(Problem) as told:
        read_rated(saved(tmp_path, content), FORMS["comfort"], "crowd", {"r1", "r2"}, [])
    assert any(words in str(told.value) for words in said.split("|")) and "f.csv" in str(told.value)


def test_unknown_dialogue_is_a_problem(tmp_path):
    path = saved(tmp_path, b"dialogue_id,rater,score\nd9,valid-a,3\n")
    with pytest.raises(Problem, match="line 2: 'd9' is no dialogue_id of the sheet"):
        read_rated(path, FORMS["validity"], "valid", {"d1"}, [])


def test_person_of_two_groups_is_known_in_whatever_case_the_name_is_written():
    with pytest.raises(Problem, match="Ann rates in group psych and in group crowd"):
        check_groups([("crowd", "ann", "a.csv, line 2"), ("psych", "Ann", "b.csv, line 2")])


@pytest.mark.parametrize("how", ["plain", "spreadsheet"])
def test_rankings_are_imported_alike_from_a_page_and_from_a_spreadsheet(tmp_path, how):
    items = sample([dialogue("d", 3)], 99, 1, 1)
    text = "item_id,annotator,rank1,rank2,rank3,rank4\n"
    text += "".join(f"{item['item_id']},evad1-zoë,4,3,1,2\n" for item in items)
    if how == "spreadsheet":
        text = "".join(f"{line},my note\n" for line in text.splitlines()).replace("\n", "\r\n") + ",,,,,,\r\n"
    path = saved(tmp_path, text.encode("utf-8-sig" if how == "spreadsheet" else "utf-8"))
    given = write_candidates(tmp_path, items) | {"people": 1, "seed": 1, "raters": "human", "rankings": [path]}
    run(import_rankings, **given, output=tmp_path / "out.csv")
    rows = read_csv(tmp_path / "out.csv")
    assert {tuple(row.values())[1:] for row in rows} == {("evad1-zoë", "4", "3", "1", "2")} and len(rows) == len(items)
    with pytest.raises(Problem, match=r"f\.csv is not in UTF-8"):
        run(
            import_rankings, **given | {"rankings": [saved(tmp_path, text.encode("cp1252"))]}, output=tmp_path / "o.csv"
        )
