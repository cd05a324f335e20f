"""The dialogues that reinforce values least: their choice, how answers are read, and what each step passes on."""

import json

import pytest

from scripts.judging import asking, assign_themes, explain_low_values, rate_values
from scripts.judging.assign_themes import parse_themes
from scripts.judging.explain_low_values import lowest, parse_areas
from scripts.judging.rate_values import parse_ratings
from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.taxonomy import labels, load_taxonomy
from tests.unit.test_judging import FakeChat

THEMES = "resources/taxonomy/themes.yaml"
VALUES = "resources/taxonomy/values.yaml"
LABELS = labels(load_taxonomy(THEMES))


def rated(name, seeker, supporter):
    return {"id": name, "seeker": seeker, "supporter": supporter}


def test_lowest_are_those_of_the_lower_perspective_then_of_the_mean():
    ratings = [rated("a", 5, 2), rated("b", 3, 3), rated("c", 2, 2), rated("d", 1, 5), rated("e", 4, 4)]
    assert [row["id"] for row in lowest(ratings, 4, 42)] == ["d", "c", "a", "b"]


def test_equal_ratings_are_drawn_by_the_seed_and_not_by_their_order():
    ratings = [rated(f"p{i}", 4, 4) for i in range(30)]
    chosen = [row["id"] for row in lowest(ratings, 10, 42)]
    assert chosen == [row["id"] for row in lowest(ratings[::-1], 10, 42)]
    assert chosen != [row["id"] for row in lowest(ratings, 10, 43)] and chosen != [f"p{i}" for i in range(10)]
    assert len(lowest(ratings, 40, 42)) == 30


@pytest.mark.parametrize(
    "text",
    [
        '{"reasoning": "so", "seeker": 4, "supporter": 2}',
        '```json\n{"seeker": 4, "supporter": 2}\n```',
        '{"supporter": 2, "seeker": 4, "more": [1]}',
    ],
)
def test_ratings_are_read_from_an_object_with_or_without_reasons(text):
    assert parse_ratings(text) == {"seeker": 4, "supporter": 2}


@pytest.mark.parametrize(
    "text",
    ["4", "[4, 2]", '{"seeker": 4}', '{"seeker": 0, "supporter": 2}', '{"seeker": 4.5, "supporter": 2}', "Seeker: 4"],
)
def test_other_ratings_are_unusable(text):
    with pytest.raises(ValueError):
        parse_ratings(text)


def test_points_are_the_lines_with_a_dash_and_an_answer_without_one_is_unusable():
    assert parse_areas("Here:\n- ask more.\n * not this\n-  praise – often\n•  cope") == [
        "ask more.",
        "praise – often",
        "cope",
    ]
    with pytest.raises(ValueError):
        parse_areas("The therapist could ask more.")


def test_themes_are_known_labels_in_the_order_named_and_no_more_than_asked():
    text = f"{LABELS[4].upper()}, Joy, **{LABELS[0]}**, {LABELS[4]}, {LABELS[7]}."
    assert parse_themes(text, LABELS, 3) == [LABELS[4], LABELS[0], LABELS[7]]
    assert parse_themes(text, LABELS, 1) == [LABELS[4]]
    with pytest.raises(ValueError):
        parse_themes("Joy", LABELS, 3)


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Runs a step on dialogues a, b and c, of which c did not end; gives its rows and its requests."""
    turns = [{"index": i, "role": role, "text": f"said {i}"} for i, role in enumerate(("supporter", "seeker"))]
    ends = {"a": "end_token", "b": "gratitude", "c": "limit"}
    dialogues = [{"id": p, "persona_id": p, "system": "s", "turns": turns, "end_reason": e} for p, e in ends.items()]
    write_jsonl(tmp_path / "dialogues.jsonl", dialogues)

    def step(module, kind, answer, *options):
        chat = FakeChat(answer)
        monkeypatch.setattr(asking, "open_chat", lambda entry, sampling, output: chat)
        output = tmp_path / f"{kind}.jsonl"
        common = ["--dialogues", tmp_path / "dialogues.jsonl", "--prompt", f"resources/prompts/{kind}.md"]
        common += ["--model", "{}", "--temperature", 0, "--top-p", 1, "--max-tokens", 9, "--max-failed", 0.5]
        module.main([str(word) for word in (*common, "--output", output, *options)])
        return read_jsonl(output), chat.requests

    step.folder = tmp_path
    return step


def test_steps_pass_ratings_points_and_themes_on_for_finished_dialogues_alone(run):
    answer = lambda request: json.dumps({"seeker": 4 if request.id == "a" else 2, "supporter": 3})  # noqa: E731
    ratings, requests = run(rate_values, "A-VAL1", answer, "--values", VALUES)
    assert ratings == [rated("a", 4, 3), rated("b", 2, 3)]
    assert "Patient: said 1" in requests[0].messages[-1]["content"]
    options = ("--ratings", run.folder / "A-VAL1.jsonl", "--count", 1, "--seed", 1)
    explained, requests = run(explain_low_values, "A-LOW1", lambda request: "- ask about goals", *options)
    assert explained == [{**rated("b", 2, 3), "areas": ["ask about goals"]}]
    assert "by 2 on the patient's side and by 3" in requests[0].messages[-1]["content"]
    options = ("--explained", run.folder / "A-LOW1.jsonl", "--themes", THEMES, "--most", 3)
    named, requests = run(assign_themes, "A-LOW2", lambda request: LABELS[2], *options)
    assert named == [{"id": "b", "themes": [LABELS[2]]}]
    asked = requests[0].messages[-1]["content"]
    assert "- ask about goals" in asked and all(label in asked for label in LABELS) and "at most 3" in asked


def test_ratings_of_another_build_are_refused(run):
    write_jsonl(run.folder / "old.jsonl", [rated("c", 1, 1)])
    options = ("--ratings", run.folder / "old.jsonl", "--count", 1, "--seed", 1)
    with pytest.raises(Problem, match="rates c, which is no finished dialogue"):
        run(explain_low_values, "A-LOW1", lambda request: "- x", *options)


def test_dialogue_without_a_usable_answer_is_left_out(run):
    broken = lambda request: "no" if request.id == "a" else json.dumps({"seeker": 1, "supporter": 1})  # noqa: E731
    assert run(rate_values, "A-VAL1", broken, "--values", VALUES)[0] == [rated("b", 1, 1)]
