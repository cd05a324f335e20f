"""What people judge of paper B's responses: sheets, stand-ins, and files that cannot be used."""

import csv
import json
from collections import Counter

import pytest

from scripts.provenance.errors import Problem
from scripts.scoring import check_raters, import_ratings, sample_level_turns, sample_rated
from scripts.scoring.rate_as_people import parse_answers
from scripts.scoring.sample_rated import assigned, dialogue_items, paired_items, single_items
from scripts.text.files import read_csv, read_jsonl, write_jsonl
from scripts.text.studies import FORMS, check_complete, read_rated
from tests.unit.evad_data import dialogue, run

COMPARISON = "resources/taxonomy/comparison.yaml"
CRITERIA = ["Comfortness", "Comprehensibility", "Emotional Validation", "Fluency"]
ITEMS = {"r1", "r2"}
GOOD = ("r1", "psych-ann", "Fluency", "win")


def rows(system, dialogues=8, turns=3):
    """Responses that name their system, so that nothing else can tell it."""
    return [
        {
            **{"id": f"d-{d}:{2 * t + 1}", "dialogue_id": f"d-{d}", "turn": 2 * t + 1},
            "history": [{"role": "seeker", "text": f"seeker {d} {t}"}],
            **{"reference": "real", "response": f"{system} {d} {t}"},
        }
        for d in range(dialogues)
        for t in range(turns)
    ]


SYSTEMS = {"eva": rows("eva"), "base": rows("base")}


def write(path, lines, columns=FORMS["pairwise"].columns):
    with open(path, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([columns, *lines])
    return str(path)


def test_each_system_is_shown_first_in_half_of_the_pairs_and_ids_do_not_tell_it():
    items = paired_items(SYSTEMS, 8, 1)
    assert Counter(item["systems"][0] for item in items) == {"eva": 4, "base": 4}
    for item in items:
        said = [text.split() for text in item["responses"]]
        assert [words[0] for words in said] == item["systems"] and said[0][1:] == said[1][1:]  # one turn, both systems
        assert "eva" not in item["item_id"] and "base" not in item["item_id"]
    other = paired_items(SYSTEMS, 8, 3)
    assert [item["systems"] for item in other] != [item["systems"] for item in items]


def test_items_are_the_same_in_whatever_order_rows_and_systems_come():
    turned = {name: own[::-1] for name, own in reversed(SYSTEMS.items())}
    key = lambda items: {item["item_id"]: item["responses"] for item in items}  # noqa: E731
    assert key(single_items(turned, 8, 1)) == key(single_items(SYSTEMS, 8, 1))


def test_comfort_takes_the_same_turn_of_each_system_and_at_most_so_many_dialogues():
    items = single_items(SYSTEMS, 5, 1)
    places = Counter((item["dialogue_id"], item["turn"]) for item in items)
    assert (
        len(places) == 5
        and set(places.values()) == {2}
        and {name for name, _ in places} == {f"d-{n}" for n in range(5)}
    )


def test_systems_that_answer_different_turns_are_a_problem():
    with pytest.raises(Problem, match="Only one of eva and base answers turn 5 of d-7"):
        paired_items({"eva": SYSTEMS["eva"], "base": SYSTEMS["base"][:-1]}, 8, 1)


def test_validity_shows_the_systems_turns_in_the_supporters_place():
    items = dialogue_items({"eva": SYSTEMS["eva"]}, 3, 1)
    assert len(items) == 3 and all(item["item_id"] == item["dialogue_id"] for item in items)
    turns = items[0]["history"]
    assert [turn["role"] for turn in turns] == ["seeker", "supporter"] * 3
    assert [turn["text"].split()[0] for turn in turns] == ["seeker", "eva"] * 3


def test_raters_are_shared_out_evenly_and_no_two_studies_have_a_name_in_common():
    found = assigned([f"r{n}" for n in range(30)], "psych", 15, 10)
    assert {len(set(own)) for own in found.values()} == {10}
    assert set(Counter(name for own in found.values() for name in own).values()) == {20}
    others = assigned(["r0"], "crowd", 15, 15)["r0"]
    assert not {name.partition("-")[2] for name in others} & {name.partition("-")[2] for name in found["r0"]}


@pytest.fixture
def sampled(tmp_path):
    """The sheet and the key of a small study of pairs, and what the import is told of it."""
    for name, own in SYSTEMS.items():
        write_jsonl(tmp_path / f"{name}.jsonl", own)
    told = {"study": "pairwise", "systems": ["eva", "base"], "criteria": COMPARISON, "group": "psych"}
    told |= {"people": 3, "per_item": 2}
    paths = [tmp_path / "eva.jsonl", tmp_path / "base.jsonl"]
    made = {"output": tmp_path / "key.jsonl", "sheet": tmp_path / "sheet.csv", "pages": tmp_path / "pages.md"}
    run(sample_rated, **told, responses=paths, dialogues=4, seed=1, **made)
    (tmp_path / "raters.csv").write_text("group,raters\n")
    given = told | {"key": made["output"], "checked": tmp_path / "raters.csv", "output": tmp_path / "ratings.csv"}
    return tmp_path, given


def filled(folder, answer):
    sheet = read_csv(folder / "sheet.csv")
    lines = [(row["item_id"], row["rater"], row["criterion"], answer(row)) for row in sheet]
    return write(folder / "filled.csv", lines)


def test_wins_are_the_first_systems_whichever_side_it_was_shown_on(sampled):
    folder, given = sampled
    shown = {row["item_id"]: row["systems"] for row in read_jsonl(folder / "key.jsonl")}
    path = filled(folder, lambda row: "win" if shown[row["item_id"]][0] == "eva" else "lose")
    run(import_ratings, **given, ratings=[path], raters="human")
    found = read_csv(folder / "ratings.csv")
    assert len(found) == 4 * 2 * 4 and {row["answer"] for row in found} == {"win"}
    assert {row["system"] for row in found} == {"eva"} and {row["dialogue_id"] for row in found} == {
        f"d-{n}" for n in range(4)
    }
    pages = (folder / "pages.md").read_text()
    assert "mistral" not in pages and all(f"**{name}**" in pages for name in CRITERIA)


def test_without_a_file_the_head_alone_is_written(sampled):
    folder, given = sampled
    run(import_ratings, **given, ratings=[], raters="human")
    assert read_csv(folder / "ratings.csv") == [] and "answer" in (folder / "ratings.csv").read_text()


def test_missing_rater_or_line_is_a_problem_for_people_and_a_gap_for_stand_ins(sampled):
    folder, given = sampled
    path = filled(folder, lambda row: "tie")
    kept = read_csv(path)[:-1]
    write(path, [tuple(row.values()) for row in kept])
    with pytest.raises(Problem, match="was rated by 1 raters, and the config says 2"):
        run(import_ratings, **given, ratings=[path], raters="human")
    run(import_ratings, **given, ratings=[path], raters="llm")
    assert len(read_csv(folder / "ratings.csv")) == 4 * 2 * 4 - 1
    write(path, [tuple(row.values()) for row in kept if row["rater"] != "psych-psych01"])
    with pytest.raises(Problem, match=r"are of 2 raters, and the config says 3\..*eva_human\.\*\.people"):
        run(import_ratings, **given, ratings=[path], raters="human")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("r9", "psych-ann", "Fluency", "win"), "line 3: 'r9' is no item_id of the sheet"),
        (("r2", "psych-ann", "Coherence", "win"), "line 3: 'Coherence' is no criterion"),
        (("r2", "psych-ann", "Fluency", "won"), "line 3: the label 'won' is none of win, tie, lose"),
        (("r2", "psych-ann", "Fluency", ""), "line 3: the label '' is none of"),
        (("r2", "", "Fluency", "tie"), "line 3: the rater '' is not called <group>-<name>"),
        (("r2", "ann", "Fluency", "tie"), "line 3: the rater 'ann' is not called"),
        (("r2", "crowd-ann", "Fluency", "tie"), "line 3: crowd-ann is not of the group psych"),
        (("r1", " psych-ann", "Fluency", "lose"), "line 3: psych-ann rates Fluency of r1 twice"),
    ],
)
def test_line_that_cannot_be_used_is_a_problem_that_names_it(tmp_path, line, said):
    path = write(tmp_path / "r.csv", [GOOD, line])
    with pytest.raises(Problem) as told:
        read_rated(path, FORMS["pairwise"], "psych", ITEMS, CRITERIA)
    assert said in str(told.value) and "r.csv, line 3" in str(told.value)


@pytest.mark.parametrize("score", ["0", "6", "3.5", "four"])
def test_score_out_of_range_is_a_problem(tmp_path, score):
    path = write(tmp_path / "r.csv", [("d1", "valid-ann", score)], FORMS["validity"].columns)
    with pytest.raises(Problem, match=f"line 2: the score '{score}' is none of 1, 2, 3, 4, 5"):
        read_rated(path, FORMS["validity"], "valid", {"d1"}, [])


def test_file_without_ratings_or_without_a_column_is_a_problem(tmp_path):
    with pytest.raises(Problem, match="holds no ratings"):
        read_rated(write(tmp_path / "r.csv", []), FORMS["pairwise"], "psych", ITEMS, CRITERIA)
    path = write(tmp_path / "r.csv", [GOOD[:3]], FORMS["pairwise"].columns[:3])
    with pytest.raises(Problem, match="no column label"):
        read_rated(path, FORMS["pairwise"], "psych", ITEMS, CRITERIA)


def test_unrated_item_is_a_problem_even_where_no_line_names_it():
    rated = {("r1", "psych-a", ""): "x", ("r1", "psych-b", ""): "x"}
    check_complete(rated, {"r1"}, [], 2, 2)
    with pytest.raises(Problem, match="r2 was rated by 0 raters"):
        check_complete(rated, {"r1", "r2"}, [], 2, 2)


def test_person_of_two_groups_is_found_across_all_files(tmp_path):
    pairs = write(tmp_path / "p.csv", [GOOD, ("r2", "psych-bob", "Fluency", "tie")])
    ranks = write(tmp_path / "e.csv", [("a.1", "evad1-cem", "1")], ["item_id", "annotator", "rank1"])
    run(check_raters, ratings=[pairs, ranks], output=tmp_path / "raters.csv")
    found = {row["group"]: row["raters"] for row in read_csv(tmp_path / "raters.csv")}
    assert found == {"psych": "2", "evad1": "1"}
    for other in ("evad1-bob", "crowd-bob"):
        ranks = write(tmp_path / "e.csv", [("a.1", other, "1")], ["item_id", "annotator", "rank1"])
        with pytest.raises(
            Problem, match=r"e\.csv, line 2: bob rates in group \w+ and in group psych \(.*p\.csv, line 3"
        ):
            run(check_raters, ratings=[pairs, ranks], output=tmp_path / "raters.csv")


def test_answers_are_read_in_any_case_and_only_when_whole():
    whole = "\n".join(f"- **{name}**: Win" for name in CRITERIA)
    assert parse_answers(whole, FORMS["pairwise"], CRITERIA) == dict.fromkeys(CRITERIA, "win")
    assert parse_answers("Let me think.\nAnswer: Not.", FORMS["comfort"], []) == {"": "not"}
    assert parse_answers("Score: 4", FORMS["validity"], []) == {"": "4"}
    for text, study in ((whole.replace("Fluency", "Flow"), "pairwise"), ("Score: 6", "validity"), ("not", "comfort")):
        with pytest.raises(ValueError, match="no line"):
            parse_answers(text, FORMS[study], CRITERIA)


def test_level_sheet_holds_supporters_turns_with_what_was_said_before(tmp_path):
    write_jsonl(tmp_path / "d.jsonl", [dialogue("a", 3), dialogue("b", 2, greeting=True)])
    made = {"texts": tmp_path / "t.csv", "sheet": tmp_path / "s.csv"}
    run(sample_level_turns, dialogues=[tmp_path / "d.jsonl"], count=99, group="level", seed=1, **made)
    texts = {row["utterance_id"]: row for row in read_csv(tmp_path / "t.csv")}
    assert len(texts) == 3 + 2 + 1 and texts["b:0"]["before"] == ""
    assert texts["a:3"] == {"utterance_id": "a:3", "text": "a reply 2", "before": "a seeker 2"}
    run(sample_level_turns, dialogues=[tmp_path / "d.jsonl"], count=4, group="level", seed=1, **made)
    assert len(read_csv(tmp_path / "s.csv")) == 4 and json.dumps(read_csv(tmp_path / "s.csv")).count('"level-"') == 4
