"""The hand-made vocabularies: counts and labels as in paper A, and in step with the offline world."""

from pathlib import Path

import pytest
import yaml

from scripts.text.answers import known_strategy, parse_values
from scripts.text.taxonomy import labels, load_taxonomy

FOLDER = Path("resources/taxonomy")
WORLD = yaml.safe_load(Path("resources/world.yaml").read_text(encoding="utf-8"))


@pytest.fixture(params=["values", "strategies"])
def defined(request) -> list[dict]:
    return load_taxonomy(FOLDER / f"{request.param}.yaml")


def test_twenty_values_contain_fifty_four():
    values = load_taxonomy(FOLDER / "values.yaml")
    contained = [item for value in values for item in value["contained"]]
    assert len(values) == 20
    assert len(contained) == len(set(contained)) == 54


def test_six_problem_categories_have_the_printed_numbers_of_subcategories():
    problems = load_taxonomy(FOLDER / "problems.yaml")
    assert [len(problem["subcategories"]) for problem in problems] == [4, 4, 3, 7, 5, 4]
    assert "Ongoing depression" in problems[3]["subcategories"]


def test_every_definition_is_one_short_sentence_of_its_own(defined):
    texts = [entry["definition"] for entry in defined]
    assert len(set(texts)) == len(texts)
    assert all(text.endswith(".") and text.count(". ") == 0 and len(text) <= 120 for text in texts)


def test_labels_are_unique_in_any_case(defined):
    assert len({label.casefold() for label in labels(defined)}) == len(defined)


def test_the_world_speaks_of_the_same_labels_in_the_same_order():
    assert list(WORLD["values"]) == labels(load_taxonomy(FOLDER / "values.yaml"))
    assert list(WORLD["strategies"]) == labels(load_taxonomy(FOLDER / "strategies.yaml"))
    assert list(WORLD["emotions"]) == load_taxonomy(FOLDER / "emotions.yaml")
    assert set(WORLD["topics"]) == set(labels(load_taxonomy(FOLDER / "problems.yaml")))


def test_three_value_labels_survive_a_comma_separated_answer():
    known = labels(load_taxonomy(FOLDER / "values.yaml"))
    for start in range(0, 18, 3):
        chosen = known[start : start + 3]
        assert parse_values(", ".join(chosen).upper() + ".", known) == chosen


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("Question", "Question"),
        ("Restatement or Paraphrasing", "Restatement"),
        ("Reflection of feelings", "Reflection"),
        ("Self-disclosure", "Self-disclosure"),
        ("Affirmation and Reassurance", "Affirmation"),
        ("Providing Suggestions", "Suggestions"),
        ("Information", "Information"),
        ("Others", "Others"),
        ("suggestions", "Suggestions"),
        ("Encouragement", None),
        ("Question, Reflection", None),
    ],
)
def test_strategies_are_known_by_label_or_esconv_spelling_only(written, label):
    assert known_strategy(written, load_taxonomy(FOLDER / "strategies.yaml")) == label
