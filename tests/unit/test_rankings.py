"""Rankings of the preference data: what a file may hold, by levels or by the pages' codes, and who must have ranked."""

import csv

import pytest

from scripts.evad import import_rankings
from scripts.evad.items import codes_of, rater_name
from scripts.evad.ranking_files import COLUMNS, check_complete, read_rankings
from scripts.evad.sample_items import sample
from scripts.provenance.errors import Problem
from scripts.text.files import read_csv
from tests.unit.evad_data import TEXTS, dialogue, run, write_candidates

SEED = 1
GROUPS = {"a.2": 1, "a.3": 1, "b.2": 2}
CODES = {name: codes_of({"item_id": name, "candidates": TEXTS}, SEED) for name in GROUPS}
GOOD = ("a.2", "evad1-ann", "4", "3", "2", "1")


def write(path, rows, columns=COLUMNS):
    with open(path, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([columns, *rows])
    return str(path)


def test_levels_and_codes_of_the_pages_are_read_alike(tmp_path):
    codes = sorted(CODES["a.3"], key=lambda code: (2, 1, 4, 3).index(CODES["a.3"][code]))
    path = write(tmp_path / "r.csv", [GOOD, ("a.3", " evad1-ann ", *codes), ("a.2", "evad1-bob", "1", " 2", "3", "4")])
    found = read_rankings([path], GROUPS, CODES)
    assert found == {
        "a.2": {"evad1-ann": (4, 3, 2, 1), "evad1-bob": (1, 2, 3, 4)},
        "a.3": {"evad1-ann": (2, 1, 4, 3)},
    }


def test_another_item_seed_or_text_has_other_codes(tmp_path):
    others = [codes_of({"item_id": name, "candidates": TEXTS}, 2) for name in GROUPS]
    rewritten = codes_of({"item_id": "a.2", "candidates": {level: text + "!" for level, text in TEXTS.items()}}, SEED)
    assert len({code for own in [*CODES.values(), *others, rewritten] for code in own}) == 7 * 4
    path = write(tmp_path / "r.csv", [("a.2", "evad1-ann", *rewritten)])
    with pytest.raises(
        Problem, match=r"is no level and no candidate of a\.2\. Was the page made from other candidates"
    ):
        read_rankings([path], GROUPS, CODES)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("a.9", "evad1-ann", "4", "3", "2", "1"), "line 3: 'a.9' is no item of the rating pages"),
        (("a.3", "evad1-ann", "4", "3", "2", ""), "line 3: rank4 is empty"),
        (("a.3", "evad1-ann", "4", "3", "2", "2"), "line 3: level 1 is missing from the ranking and level 2 stands"),
        (("a.3", "evad1-ann", "4", "3", "2", "5"), "line 3: rank4 '5' is no level and no candidate of a.3"),
        (("a.3", "evad1-ann", "4", "3", "2", next(iter(CODES["a.2"]))), "no candidate of a.3"),
        (("a.3", "", "4", "3", "2", "1"), "line 3: the rater '' is not called evad<group>-<name>"),
        (("a.3", "ann", "4", "3", "2", "1"), "the rater 'ann' is not called"),
        (("a.2", "evad1-ann", "1", "2", "3", "4"), "line 3: evad1-ann ranks a.2 twice"),
        (("b.2", "evad2-ann", "1", "2", "3", "4"), "line 3: ann rates in group 2 and in group 1 ("),
        (("b.2", "evad1-ann", "1", "2", "3", "4"), "line 3: evad1-ann ranks an item of group 2"),
    ],
)
def test_line_that_cannot_be_used_is_a_problem_that_names_it(tmp_path, row, said):
    with pytest.raises(Problem) as told:
        read_rankings([write(tmp_path / "r.csv", [GOOD, row])], GROUPS, CODES)
    assert said in str(told.value) and "r.csv, line 3" in str(told.value)


def test_rater_of_two_groups_and_doubled_row_are_found_across_files(tmp_path):
    first = write(tmp_path / "1.csv", [GOOD])
    second = write(tmp_path / "2.csv", [("b.2", "evad2-ann", "1", "2", "3", "4")])
    with pytest.raises(Problem, match=r"2\.csv, line 2: ann rates in group 2 and in group 1 \(.*1\.csv, line 2\)"):
        read_rankings([first, second], GROUPS, CODES)
    with pytest.raises(Problem, match=r"2\.csv, line 2: evad1-ann ranks a\.2 twice"):
        read_rankings([first, write(tmp_path / "2.csv", [GOOD])], GROUPS, CODES)


def test_file_without_rankings_or_without_a_column_is_a_problem(tmp_path):
    with pytest.raises(Problem, match="holds no rankings"):
        read_rankings([write(tmp_path / "r.csv", [])], GROUPS, CODES)
    with pytest.raises(Problem, match="no column rank4"):
        read_rankings([write(tmp_path / "r.csv", [GOOD[:5]], COLUMNS[:5])], GROUPS, CODES)


def ranked(*raters):
    return {item: {name: (1, 2, 3, 4) for name in raters if name[4] == str(GROUPS[item])} for item in GROUPS}


def test_every_item_needs_all_raters_of_its_group():
    whole = ranked("evad1-ann", "evad1-bob", "evad2-cem", "evad2-dee")
    check_complete(whole, GROUPS, 2)
    with pytest.raises(Problem, match=r"Group 1 has 2 raters, and evad\.rating\.people says 3"):
        check_complete(whole, GROUPS, 3)
    with pytest.raises(Problem, match="Group 2 has 3 raters, and"):
        check_complete(ranked("evad1-ann", "evad1-bob", "evad2-c", "evad2-d", "evad2-e"), GROUPS, 2)
    with pytest.raises(Problem, match="Group 2 has 0 raters"):
        check_complete(ranked("evad1-ann", "evad1-bob"), GROUPS, 2)
    del whole["a.3"]["evad1-bob"]
    with pytest.raises(Problem, match=r"a\.3 was ranked by 1 of 2 raters; evad1-bob did not"):
        check_complete(whole, GROUPS, 2)


@pytest.fixture
def options(tmp_path):
    items = sample([dialogue(f"d{n}", 3) for n in range(2)], 99, 1, 1)
    return write_candidates(tmp_path, items) | {"people": 2, "seed": SEED, "output": tmp_path / "out.csv"}, items


def lines_of(items, *names):
    return [(item["item_id"], rater_name(1, name), "4", "3", "1", "2") for item in items for name in names]


def test_peoples_files_become_one_table_of_levels(tmp_path, options):
    given, items = options
    paths = [write(tmp_path / f"{name}.csv", lines_of(items, name)) for name in ("bob", "ann")]
    run(import_rankings, **given, raters="human", rankings=paths)
    rows = read_csv(given["output"])
    assert len(rows) == 2 * len(items) and [row["annotator"] for row in rows[:2]] == ["evad1-ann", "evad1-bob"]
    assert {tuple(row[name] for name in COLUMNS[2:]) for row in rows} == {("4", "3", "1", "2")}


def test_fewer_raters_than_configured_stop_the_import(tmp_path, options):
    given, items = options
    with pytest.raises(Problem, match="Group 1 has 1 raters"):
        run(import_rankings, **given, raters="human", rankings=[write(tmp_path / "r.csv", lines_of(items, "ann"))])
    some = [*lines_of(items, "ann"), *lines_of(items[:-1], "bob")]
    with pytest.raises(Problem, match="was ranked by 1 of 2 raters; evad1-bob did not"):
        run(import_rankings, **given, raters="human", rankings=[write(tmp_path / "r.csv", some)])


def test_stand_ins_may_lack_whole_items_and_nobody_may_have_ranked_yet(tmp_path, options):
    given, items = options
    path = write(tmp_path / "r.csv", lines_of(items[1:], "standin01", "standin02"))
    run(import_rankings, **given, raters="llm", rankings=[path])
    assert len(read_csv(given["output"])) == 2 * (len(items) - 1)
    with pytest.raises(Problem, match="was ranked by 0 of 2 raters"):
        run(import_rankings, **given, raters="human", rankings=[path])
    run(import_rankings, **given, raters="human", rankings=[])
    assert given["output"].read_text() == ",".join(COLUMNS) + "\n"
