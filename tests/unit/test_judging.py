"""Judges: what they are shown, how their answers are read, and how votes become win ratios."""

import json

import pytest

from scripts.judging import asking, judge_intensity, judge_skills, judge_values
from scripts.llm.chat import Answer
from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.taxonomy import load_taxonomy

NAMES = [entry["name"] for entry in load_taxonomy("resources/taxonomy/criteria.yaml")]
FIVES = dict.fromkeys(NAMES, 5)
PROMPTS = {
    "A-SKILL": ("criteria, dialogue", "{% for c in criteria %}{{ c.name }} {% endfor %}\n{{ dialogue }}"),
    "A-INT": ("dialogue", "{{ dialogue }}"),
    "A-VAL": ("values, dialogue_a, dialogue_b", "A:\n{{ dialogue_a }}\n\nB:\n{{ dialogue_b }}"),
}


class FakeChat:
    """Answers each request by a function of its text; keeps the requests. An unusable answer has no value."""

    class journal:
        failures = "journal/failures.jsonl"

    def __init__(self, answer):
        self.answer, self.requests = answer, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def ask(self, requests, parse):
        self.requests += requests
        return [self._one(request, parse) for request in requests]

    def _one(self, request, parse):
        text = self.answer(request)
        try:
            return Answer(text, parse(text), 1)
        except ValueError:
            return Answer(text, None, 4)


@pytest.fixture
def ask(monkeypatch, tmp_path):
    """Runs a judge's main on dialogues with a fake model; gives its rows and the requests it made."""

    def run(module, kind, answer, options):
        slots, body = PROMPTS[kind]
        prompt = tmp_path / f"{kind}.md"
        prompt.write_text(f"---\nid: {kind}\nslots: [{slots}]\nanswer: x\n---\n[user]\n{body}\n")
        chat = FakeChat(answer)
        monkeypatch.setattr(asking, "open_chat", lambda entry, sampling, output: chat)
        output = tmp_path / "out.jsonl"
        common = ["--prompt", prompt, "--model", "{}", "--temperature", 0, "--top-p", 1, "--max-tokens", 9]
        module.main([str(x) for x in [*common, "--output", output, *options]])
        return read_jsonl(output), chat.requests

    return run


def dialogue(persona, words, end="end_token", system="gpt"):
    texts = ["Hello there", "I am sad about work", *words]
    turns = [
        {"index": place, "role": "seeker" if place % 2 else "supporter", "text": text}
        for place, text in enumerate(texts)
    ]
    return {"id": persona, "persona_id": persona, "system": system, "turns": turns, "end_reason": end}


@pytest.fixture
def files(tmp_path):
    """Dialogues of a system and of the reference model: p1 ended in both, p2 and p3 in one, p4 in none."""
    ends = {"p1": ("end_token", "gratitude"), "p2": ("limit", "end_token"), "p3": ("gratitude", "failed")}
    ends["p4"] = ("limit", "limit")
    paths = tmp_path / "system.jsonl", tmp_path / "reference.jsonl"
    for place, (path, word) in enumerate(zip(paths, ("plain", "warm"), strict=True)):
        rows = [dialogue(p, [f"a {word} reply", "thanks"], end[place], f"name{place}") for p, end in ends.items()]
        write_jsonl(path, rows)
    return paths


def test_skills_are_read_from_json_also_in_a_fence_and_fullwidth():
    text = json.dumps({**FIVES, "overall": 3})
    assert judge_skills.parse_skills(f"```json\n{text}\n```", NAMES) == {**FIVES, "overall": 3}
    assert judge_skills.parse_skills(text.replace("3", "３").replace(":", "："), NAMES)["overall"] == 3


@pytest.mark.parametrize("overall", [0, 6, 4.5, "5", True, None])
def test_skill_rating_off_the_scale_is_unusable(overall):
    with pytest.raises(ValueError, match="overall"):
        judge_skills.parse_skills(json.dumps({**FIVES, "overall": overall}), NAMES)


@pytest.mark.parametrize("text", ["", "[]", "5", json.dumps({"overall": 5}), json.dumps({**FIVES, "more": 1})])
def test_skills_without_exactly_the_criteria_are_unusable(text):
    with pytest.raises(ValueError):
        judge_skills.parse_skills(text, NAMES)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Very low, hardly any.", 1),
        ("Low amount of negative emotions.", 2),
        ("moderate", 3),
        ("**High** level", 4),
        ('"Extreme distress', 5),
        ("Ｖｅｒｙ ｌｏｗ amount", 1),
    ],
)
def test_intensity_is_read_from_the_opening_words_very_low_before_low(text, level):
    assert judge_intensity.parse_intensity(text) == level


@pytest.mark.parametrize("text", ["", "The patient has low distress", "lower", "Very high", "3", "highly upset"])
def test_intensity_that_opens_otherwise_is_unusable(text):
    with pytest.raises(ValueError):
        judge_intensity.parse_intensity(text)


def results(patient, therapist):
    return (
        "1. Reasoning:\n1) Dialogue B goes deep.\n2) A tie, nearly.\n2. Results:\n"
        f"1) Patient's perspective: {patient}\n2) Therapist's perspective: {therapist}"
    )


@pytest.mark.parametrize(
    ("patient", "therapist", "votes"),
    [
        ("Dialogue A", "Dialogue B", ("A", "B")),
        ("(Tie)", "Dialogue A.", ("Tie", "A")),
        ("**Dialogue b**", "tie", ("B", "Tie")),
        ("Ｄialogue Ａ", "Tie", ("A", "Tie")),
    ],
)
def test_results_are_read_for_both_perspectives(patient, therapist, votes):
    found = judge_values.parse_results(results(patient, therapist))
    assert (found["seeker"], found["supporter"]) == votes


@pytest.mark.parametrize(
    ("patient", "therapist"), [("Dialogue C", "Tie"), ("Dialogue A or Dialogue B", "Tie"), ("", "Tie")]
)
def test_results_that_name_no_single_dialogue_are_unusable(patient, therapist):
    with pytest.raises(ValueError):
        judge_values.parse_results(results(patient, therapist))


def test_results_of_one_perspective_only_are_unusable():
    with pytest.raises(ValueError):
        judge_values.parse_results(results("Tie", "Tie").rsplit("\n", 1)[0])


def test_win_ratio_counts_ties_half_and_both_orders_alike():
    # system first: wins 1, 0.5; reference first (B is the system): 1, 0, 0 -> (0.75 + 1/3) / 2
    votes = [
        *({"first": "system", "seeker": vote, "supporter": "A"} for vote in ("A", "Tie")),
        *({"first": "reference", "seeker": vote, "supporter": "A"} for vote in ("B", "A", "A")),
    ]
    assert judge_values.win_ratio(votes, "seeker") == pytest.approx((0.75 + 1 / 3) / 2)
    assert judge_values.win_ratio(votes, "supporter") == 0.5
    assert judge_values.win_ratio(votes[:2], "seeker") is None


def test_only_finished_dialogues_are_rated(ask, files):
    rows, requests = ask(
        judge_skills,
        "A-SKILL",
        lambda request: json.dumps(FIVES),
        ["--dialogues", files[0], "--criteria", "resources/taxonomy/criteria.yaml", "--max-failed", 0],
    )
    assert rows == [{"id": "p1", **FIVES}, {"id": "p3", **FIVES}]
    assert [request.id for request in requests] == ["p1", "p3"]


def test_judged_transcript_begins_with_the_greeting_and_never_names_the_system(ask, files):
    rows, requests = ask(judge_intensity, "A-INT", lambda request: "Low.", ["--dialogues", files[0], "--max-failed", 0])
    assert rows == [{"id": "p1", "intensity": 2}, {"id": "p3", "intensity": 2}]
    shown = requests[0].messages[0]["content"]
    assert shown == ("Therapist: Hello there\nPatient: I am sad about work\nTherapist: a plain reply\nPatient: thanks")
    assert not any("name0" in message["content"] for request in requests for message in request.messages)


def test_unusable_ratings_are_left_out_up_to_the_allowed_share_and_a_problem_beyond(ask, files):
    def answer(request):
        return "Low." if request.id == "p1" else "no idea"

    rows, _ = ask(judge_intensity, "A-INT", answer, ["--dialogues", files[0], "--max-failed", 0.5])
    assert [row["id"] for row in rows] == ["p1"]
    with pytest.raises(Problem, match=r"1 of 2 answers .*failures"):
        ask(judge_intensity, "A-INT", answer, ["--dialogues", files[0], "--max-failed", 0.4])


def compare(ask, files, answer, repeats=10, max_failed=0.0):
    options = ["--dialogues", files[0], "--reference-dialogues", files[1], "--repeats", repeats]
    values = ["--values", "resources/taxonomy/values.yaml", "--max-failed", max_failed]
    return ask(judge_values, "A-VAL", answer, [*options, *values])


def test_alternating_the_order_removes_a_position_bias(ask, files):
    rows, requests = compare(ask, files, lambda request: results("Dialogue A", "Dialogue B"))
    assert [(row["id"], row["seeker"], row["supporter"]) for row in rows] == [("p1", 0.5, 0.5)]
    assert len(requests) == 10
    assert [vote["first"] for vote in rows[0]["votes"]] == ["system", "reference"] * 5


def test_only_personas_whose_both_dialogues_ended_are_compared_by_content(ask, files):
    def prefer_warm(request):
        first = request.messages[0]["content"].split("B:")[0]
        return results("Dialogue A" if "warm" in first else "Dialogue B", "Tie")

    rows, _ = compare(ask, files, prefer_warm)
    assert [(row["id"], row["seeker"], row["supporter"]) for row in rows] == [("p1", 0.0, 0.5)]
    rows, _ = compare(ask, files[::-1], prefer_warm)
    assert [(row["id"], row["seeker"]) for row in rows] == [("p1", 1.0)]


def test_repeats_of_one_order_are_separate_samples_of_the_same_question(ask, files):
    _, requests = compare(ask, files, lambda request: results("Tie", "Tie"), repeats=4)
    assert len({request.sample for request in requests}) == 4
    assert requests[0].messages == requests[2].messages != requests[1].messages == requests[3].messages


def test_pair_without_a_vote_in_one_order_is_left_out(ask, files):
    def answer(request):
        return results("Tie", "Tie") if request.sample % 2 else "?"

    rows, _ = compare(ask, files, answer, max_failed=0.5)
    assert rows == []


def test_odd_number_of_repeats_is_refused(ask, files):
    with pytest.raises(Problem, match="even"):
        compare(ask, files, lambda request: "", repeats=5)


def test_two_dialogues_of_one_persona_are_refused(ask, tmp_path):
    path = tmp_path / "double.jsonl"
    write_jsonl(path, [dialogue("p1", ["x"]), dialogue("p1", ["y"])])
    with pytest.raises(Problem, match="p1"):
        ask(judge_intensity, "A-INT", lambda request: "Low.", ["--dialogues", path, "--max-failed", 0])
