"""Experts: sample and sheet, what a ratings file may hold, correlations by hand, table 13 with and without it."""

import csv
import json

import pytest

from scripts.judging import asking, rate_as_experts, sample_dialogues
from scripts.judging.sample_dialogues import sample, shares
from scripts.provenance.errors import Problem
from scripts.stats.clustered import Units
from scripts.tables import tabulate_table13
from scripts.tables.tabulate_table13 import averaged, cells
from scripts.text.files import read_csv, read_jsonl, write_csv, write_jsonl
from scripts.text.ratings import COLUMNS, criteria_of, read_ratings
from scripts.text.taxonomy import load_taxonomy
from tests.unit.test_judging import FakeChat, dialogue

CRITERIA = "resources/taxonomy/criteria.yaml"
NAMES = criteria_of(load_taxonomy(CRITERIA))


def run(module, **given):
    words = []
    for name, value in given.items():
        words += [f"--{name.replace('_', '-')}", *map(str, value if isinstance(value, list) else [value])]
    module.main(words)


def test_systems_give_equally_many_and_those_with_few_all():
    assert shares({"a": 9, "b": 1, "c": 9}, 7) == {"a": 3, "b": 1, "c": 3}
    assert shares({"a": 9, "b": 9}, 3) == {"a": 2, "b": 1}
    with pytest.raises(Problem, match="Only 4 dialogues ended in time; 5 are to be rated"):
        shares({"a": 3, "b": 1}, 5)


def test_sample_is_the_same_whatever_the_order_and_its_ids_tell_no_system():
    texts = {f"p{n}": f"text {n}" for n in range(9)}
    rows = sample({"ours": texts, "gpt": texts}, 6, 1)
    assert rows == sample({"ours": dict(reversed(texts.items())), "gpt": texts}, 6, 1)
    assert rows != sample({"ours": texts, "gpt": texts}, 6, 2)
    assert sorted(row["system"] for row in rows) == ["gpt"] * 3 + ["ours"] * 3
    assert [row["dialogue_id"] for row in rows] == sorted({row["dialogue_id"] for row in rows})
    assert not any(name in row["dialogue_id"] for row in rows for name in ("ours", "gpt"))


def export(tmp_path):
    for system in ("ours", "gpt"):
        rows = [dialogue(f"p{n}", [f"a reply {n}", "thanks"], "end_token", system) for n in range(3)]
        write_jsonl(tmp_path / f"{system}.jsonl", [*rows, dialogue("p9", ["x"], "limit", system)])
    given = {"systems": '["ours", "gpt"]', "dialogues": [tmp_path / "ours.jsonl", tmp_path / "gpt.jsonl"], "count": 4}
    given |= {"criteria": CRITERIA, "seed": 1, "output": tmp_path / "sample.jsonl", "sheet": tmp_path / "sheet.csv"}
    run(sample_dialogues, **given, pages=tmp_path / "pages.md")
    return read_jsonl(tmp_path / "sample.jsonl")


def test_sheet_has_a_line_for_each_score_and_pages_show_finished_dialogues_without_their_system(tmp_path):
    rows = export(tmp_path)
    sheet, pages = read_csv(tmp_path / "sheet.csv"), (tmp_path / "pages.md").read_text()
    assert list(sheet[0]) == list(COLUMNS) and len(sheet) == 4 * 12 and {row["score"] for row in sheet} == {""}
    assert [row["criterion"] for row in sheet[:12]] == list(NAMES)
    assert all(f"## {row['dialogue_id']}" in pages for row in rows) and "p9" not in {row["persona_id"] for row in rows}
    assert "Patient: I am sad about work" in pages and "gpt" not in pages and "ours" not in pages


def write_ratings(path, rows, columns=COLUMNS):
    with open(path, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([columns, *rows])
    return str(path)


GOOD = ("d1", "ann", "Overall", "4")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("d9", "ann", "Overall", "4"), "line 3: 'd9' is no dialogue of the sheet"),
        (("d1", "ann", "Kindness", "4"), "line 3: 'Kindness' is no criterion"),
        (("d1", " ", "Seeker", "4"), "line 3 names no rater"),
        (("d1", "ann", "Seeker", "6"), "line 3: the score '6' is no whole number from 1 to 5"),
        (("d1", "ann", "Seeker", "0"), "score '0'"),
        (("d1", "ann", "Seeker", "3.5"), "score '3.5'"),
        (("d1", "ann", "Seeker", ""), "score ''"),
        (("d1", "ann", "Overall", "5"), "line 3: ann rates Overall of d1 twice"),
    ],
)
def test_line_that_cannot_be_used_is_a_problem_that_names_it(tmp_path, row, said):
    path = write_ratings(tmp_path / "r.csv", [GOOD, row])
    with pytest.raises(Problem, match=said.replace("(", r"\(")):
        read_ratings(path, {"d1"}, NAMES)


def test_file_without_ratings_or_without_a_column_is_a_problem(tmp_path):
    with pytest.raises(Problem, match="holds no ratings"):
        read_ratings(write_ratings(tmp_path / "r.csv", []), {"d1"}, NAMES)
    path = write_ratings(tmp_path / "r.csv", [("d1", "ann", "4")], ("dialogue_id", "rater", "score"))
    with pytest.raises(Problem, match="no column criterion"):
        read_ratings(path, {"d1"}, NAMES)


def test_good_ratings_are_read_by_rater_with_blanks_stripped(tmp_path):
    path = write_ratings(tmp_path / "r.csv", [("d1", "bob ", "Overall", " 3"), GOOD])
    assert read_ratings(path, {"d1"}, NAMES) == {"ann": {("d1", "Overall"): 4}, "bob": {("d1", "Overall"): 3}}


def test_correlations_per_rater_and_averaged_by_hand():
    judges = {(f"d{n}", "Overall"): n for n in (1, 2, 3)}
    ann = {("d1", "Overall"): 1, ("d2", "Overall"): 3, ("d3", "Overall"): 2}
    bob = {("d1", "Overall"): 1, ("d2", "Overall"): 4, ("d3", "Overall"): 5}
    ratings = {"ann": ann, "bob": bob}
    assert averaged(ratings) == {("d1", "Overall"): 1, ("d2", "Overall"): 3.5, ("d3", "Overall"): 3.5}
    found = cells(judges, ratings, ["Overall"], Units(["d1", "d2", "d3"], 50, 1), "built")
    value = {key[-1]: cell.value for key, cell in found.items()}
    assert value["spearman_ann"] == pytest.approx(0.5) and value["spearman_bob"] == pytest.approx(1.0)
    assert value["spearman"] == pytest.approx(0.866025)  # ranks 1 2 3 and 1 2.5 2.5
    assert value["between_raters"] == pytest.approx(0.5)


def test_a_rater_of_some_dialogues_is_compared_on_those():
    judges = {(f"d{n}", "Seeker"): n for n in range(1, 6)}
    ratings = {"ann": {(f"d{n}", "Seeker"): n for n in range(1, 5)}, "bob": {("d5", "Seeker"): 1}}
    found = cells(judges, ratings, ["Seeker"], Units([f"d{n}" for n in range(1, 6)], 50, 1), "built")
    assert found["ES-Value", "Seeker", "spearman_ann"].n == 4 and found["ES-Value", "Seeker", "spearman"].n == 5
    assert found["ES-Value", "Seeker", "between_raters"].value is None


def score_of(system, persona):
    """The judges' score: the two systems' personas stand in opposite order."""
    return 1 + int(persona[1:]) if system == "ours" else 3 - int(persona[1:])


def tabulate(tmp_path, ratings, raters="file"):
    rows = export(tmp_path)
    for system in ("ours", "gpt"):
        judged = [{"id": f"p{n}", **dict.fromkeys(NAMES.values(), score_of(system, f"p{n}"))} for n in range(3)]
        skills = [{k: v for k, v in row.items() if k not in ("seeker", "supporter")} for row in judged]
        values = [{k: row[k] for k in ("id", "seeker", "supporter")} for row in judged]
        write_jsonl(tmp_path / f"skills_{system}.jsonl", skills)
        write_jsonl(tmp_path / f"values_{system}.jsonl", values)
    given = {"sample": tmp_path / "sample.jsonl", "systems": '["ours", "gpt"]', "criteria": CRITERIA, "raters": raters}
    given |= {
        name: [tmp_path / f"{kind}_{s}.jsonl" for s in ("ours", "gpt")]
        for name, kind in (("skills", "skills"), ("value_ratings", "values"))
    }
    given |= {
        "ratings": [ratings(rows)] if ratings else [],
        "data_dir": "some/where",
        "people": 2,
        "resamples": 50,
        "seed": 1,
    }
    given |= {"published": "resources/published/a_table13.csv", "run": "demo", "evidence": "stand_in"}
    run(tabulate_table13, **given, output=tmp_path / "t.csv", text=tmp_path / "t.md")
    return read_csv(tmp_path / "t.csv"), (tmp_path / "t.md").read_text()


def test_without_a_file_every_printed_row_needs_ratings_and_the_page_says_where_they_belong(tmp_path):
    rows, page = tabulate(tmp_path, None)
    printed = [(row["group"], row["criterion"]) for row in read_csv("resources/published/a_table13.csv")]
    assert [(row["group"], row["criterion"]) for row in rows] == printed
    assert {row["status"] for row in rows} == {"needs_ratings"} and {row["value"] for row in rows} == {""}
    assert "some/where/ratings/a_experts.csv" in page


@pytest.mark.parametrize(("raters", "status"), [("file", "built"), ("llm", "synthetic")])
def test_ratings_are_joined_to_the_judges_by_the_key(tmp_path, raters, status):
    def agreeing(rows):
        lines = [
            {
                "dialogue_id": row["dialogue_id"],
                "rater": who,
                "criterion": name,
                "score": score_of(row["system"], row["persona_id"]),
            }
            for row in rows
            for name in NAMES
            for who in ("ann", "bob")
        ]
        write_csv(tmp_path / "r.csv", lines, list(COLUMNS))
        return tmp_path / "r.csv"

    rows, page = tabulate(tmp_path, agreeing, raters)
    mean = [row for row in rows if row["metric"] == "spearman"]
    assert [float(row["value"]) for row in mean] == pytest.approx([1.0] * 12) and {row["n"] for row in mean} == {"4"}
    assert {row["status"] for row in rows} == {status} and {row["metric"] for row in rows} >= {
        "spearman_ann",
        "between_raters",
    }
    assert ("synthetic" in page) == (raters == "llm")
    assert mean[0]["published"] == "0.422" and mean[0]["published_marker"] == "*"


def rated_by(tmp_path, *people, left_out=0):
    """A file with the scores of these people for every dialogue and criterion but the last `left_out`."""

    def write(rows):
        lines = [
            {"dialogue_id": row["dialogue_id"], "rater": who, "criterion": name, "score": 3}
            for row in rows
            for name in NAMES
            for who in people
        ]
        write_csv(tmp_path / "r.csv", lines[: len(lines) - left_out], list(COLUMNS))
        (tmp_path / "r.csv").write_bytes(b"\xef\xbb\xbf" + (tmp_path / "r.csv").read_bytes())  # as spreadsheets save it
        return tmp_path / "r.csv"

    return write


def test_more_names_than_raters_are_a_problem_and_ratings_that_lack_are_counted_on_the_page(tmp_path):
    with pytest.raises(Problem, match=r"names 3 raters \(ann, bob, bobb\) and measures.experts.people is 2"):
        tabulate(tmp_path, rated_by(tmp_path, "ann", "bob", "bobb"))
    _, page = tabulate(tmp_path, rated_by(tmp_path, "ann", "bob", left_out=3))
    assert "3 ratings are not there" in page
    _, page = tabulate(tmp_path, rated_by(tmp_path, "ann"))
    assert "48 ratings are not there" in page
    _, page = tabulate(tmp_path, rated_by(tmp_path, "ann", "bob"))
    assert "not there" not in page


def test_stand_ins_fill_the_same_form_with_a_sample_of_their_own(tmp_path, monkeypatch):
    rows = export(tmp_path)
    skills = {entry["name"]: 4 for entry in load_taxonomy(CRITERIA)}
    chat = FakeChat(lambda r: json.dumps({"seeker": 1 + r.sample, "supporter": 5} if r.kind == "A-VAL1" else skills))
    monkeypatch.setattr(asking, "open_chat", lambda entry, sampling, output: chat)
    given = {"sample": tmp_path / "sample.jsonl", "criteria": CRITERIA, "values": "resources/taxonomy/values.yaml"}
    given |= {"values_prompt": "resources/prompts/A-VAL1.md", "prompt": "resources/prompts/A-SKILL.md", "people": 2}
    given |= {"model": "{}", "temperature": 1, "top_p": 1, "max_tokens": 9, "max_failed": 0}
    run(rate_as_experts, **given, output=tmp_path / "r.csv")
    found = read_ratings(str(tmp_path / "r.csv"), {row["dialogue_id"] for row in rows}, NAMES)
    assert list(found) == ["stand-in 1", "stand-in 2"] and all(len(own) == 4 * 12 for own in found.values())
    first = rows[0]["dialogue_id"]
    assert [own[first, "Seeker"] for own in found.values()] == [2, 3]
    assert {request.sample for request in chat.requests} == {1, 2}  # the judges' own answer is sample 0
    assert len({request.id for request in chat.requests}) == 4 * 2 * 2
