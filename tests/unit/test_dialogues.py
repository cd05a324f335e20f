"""Simulated dialogues with fake models: what each is shown, the end rules, failures, forms, personas."""

import pytest

from scripts.dialogues import simulate_dialogues
from scripts.dialogues.simulate_dialogues import sample_personas, simulate
from scripts.dialogues.turns import ends_in_gratitude
from scripts.llm.chat import Answer
from scripts.provenance.errors import Problem
from scripts.text.prompts import load_prompt
from tests.unit.fake_roles import (
    FIELDS,
    FIRST,
    PROMPTS,
    THANKS,
    Fake,
    after,
    four_steps,
    last_steps,
    persona,
    roles,
    run,
    said,
)


def test_a_dialogue_opens_with_the_greeting_and_the_situation_and_alternates():
    dialogue = simulate([persona("p")], roles(after("0.2 so", "[END]")), alternatives=False)[0]
    greeting = load_prompt(f"{PROMPTS}/A-SEEK.md").messages(example="", **FIELDS)[-1]["content"]
    assert said(dialogue) == [
        ("supporter", greeting),
        ("seeker", "I am p."),
        ("supporter", "initial 2"),
        ("seeker", "0.2 so"),
        ("supporter", "initial 4"),
    ]
    assert [turn["index"] for turn in dialogue["turns"]] == [0, 1, 2, 3, 4]
    assert dialogue["end_reason"] == "end_token"
    assert (dialogue["id"], dialogue["persona_id"], dialogue["system"]) == ("p", "p", "ours")
    assert [turn["sentiment"] for turn in dialogue["turns"] if turn["role"] == "seeker"] == [0.1, 0.2]


def test_a_supporter_turn_keeps_what_it_was_made_from():
    turn = simulate([persona("p")], roles(after("[END]")), alternatives=False)[0]["turns"][2]
    assert turn["target_values"] == ["Face", "Achievement"] and turn["reference"] == "try walking"
    assert turn["use_reference"] is True and turn["strategy"] == "Question"
    assert turn["reasoning"] == {"issue": "sad.", "reference_points": "walking.", "use": "Yes, it is."}
    assert turn["answer"] == FIRST + last_steps("Yes", "initial 2")
    assert "alternative" not in turn


def test_the_seeker_sees_the_supporter_as_user_and_itself_as_assistant():
    found = roles(after("0.2 so", "[END]"))
    simulate([persona("p")], found, alternatives=False)
    messages = found.seeker.requests[1].messages
    assert [m["role"] for m in messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert [m["content"] for m in messages[2:]] == ["I am p.", "initial 2", "0.2 so", "initial 4"]
    assert "an example" in messages[0]["content"] and "cook" in messages[0]["content"]


def test_detector_reference_and_supporter_see_the_history_and_each_others_answers():
    found = roles(after("0.2 so", "[END]"))
    simulate([persona("p")], found, alternatives=False)
    detector, reference, supporter = (chat.requests[1] for chat in (found.detector, found.reference, found.supporter))
    for request in (detector, reference, supporter):
        assert "Patient: I am p.\nTherapist: initial 2\nPatient: 0.2 so" in request.messages[-1]["content"]
    assert "Target values: Achievement, Face" in reference.messages[-1]["content"]
    assert "Target values: Face, Achievement\nReference: try walking" in supporter.messages[-1]["content"]


def test_all_dialogues_advance_together_and_keep_the_personas_order():
    def seeker(request):
        return "[END]" if request.id.startswith("b") else after("one", "[END]")(request)

    found = roles(seeker)
    dialogues = simulate([persona(name) for name in "cba"], found, alternatives=False)
    assert [dialogue["id"] for dialogue in dialogues] == ["c", "b", "a"]
    assert found.supporter.calls == [["c:2", "b:2", "a:2"], ["c:4", "a:4"]]
    assert found.seeker.calls == [["c:3", "b:3", "a:3"], ["c:5", "a:5"]]


@pytest.mark.parametrize(
    ("answers", "reason", "exchanges"),
    [
        (["[END]"], "end_token", 0),
        (["0.6 Thanks a lot"], "gratitude", 1),
        (["0.59 thanks", "0.7 fine", "0.6 I APPRECIATE it"], "gratitude", 3),
        (["0.9 thankless", "0.9 great"], "limit", 4),
        (["no", "no", "no", "0.9 thank you"], "gratitude", 4),
        (["no", "no", "no", "[END]"], "end_token", 3),
        (["no", "no", "no", "no"], "limit", 4),
    ],
)
def test_end_rules(answers, reason, exchanges):
    dialogue = simulate([persona("p")], roles(after(*answers)), alternatives=False)[0]
    assert dialogue["end_reason"] == reason
    assert sum(turn["role"] == "seeker" for turn in dialogue["turns"]) - 1 == exchanges


def test_the_end_token_is_no_turn_but_words_beside_it_are():
    dialogue = simulate([persona("p")], roles(after("0.3 Good bye. [END]")), alternatives=False)[0]
    assert said(dialogue)[-1] == ("seeker", "0.3 Good bye.") and dialogue["end_reason"] == "end_token"
    assert dialogue["turns"][-1]["sentiment"] == 0.3
    assert said(simulate([persona("p")], roles(after("[END].")), False)[0])[-1] == ("supporter", "initial 2")


def test_thanks_count_as_whole_words_in_any_case_from_the_score_on():
    assert ends_in_gratitude("I am GRATEFUL.", 0.6, THANKS, 0.6)
    assert not ends_in_gratitude("I am ungrateful", 0.9, THANKS, 0.6)
    assert not ends_in_gratitude("thanks", 0.5999, THANKS, 0.6)
    assert not ends_in_gratitude("thanks", None, THANKS, 0.6)


@pytest.mark.parametrize("role", ["supporter", "seeker", "detector"])
def test_a_dialogue_with_an_unusable_answer_fails_and_the_others_go_on(role):
    def broken(request):
        return "" if request.id.startswith("b") else usable(request)

    usable = {"supporter": four_steps, "seeker": after("[END]"), "detector": lambda request: "Face"}[role]
    found = roles(after("[END]"))
    getattr(found, role).answer = broken
    dialogues = simulate([persona("a"), persona("b")], found, alternatives=True)
    assert [dialogue["end_reason"] for dialogue in dialogues] == ["end_token", "failed"]
    assert len(dialogues[1]["turns"]) == (3 if role == "seeker" else 2)


def test_a_reference_cut_by_the_token_limit_is_taken_and_an_empty_one_fails():
    class Cut(Fake):
        def one(self, text, parse):
            return Answer(text, None, 4)

    found = roles(after("[END]"), reference=Cut(lambda request: "try wal" if request.id == "a:2" else ""))
    first, second = simulate([persona("a"), persona("b")], found, alternatives=False)
    assert first["turns"][2]["reference"] == "try wal" and first["end_reason"] == "end_token"
    assert second["end_reason"] == "failed"


def test_a_strategy_outside_the_eight_stays_as_written():
    found = roles(after("[END]"), supporter=lambda request: FIRST + last_steps("No", "hm", "Empathy"))
    assert simulate([persona("p")], found, alternatives=False)[0]["turns"][2]["strategy"] == "Empathy"


def test_the_plain_form_asks_neither_detector_nor_reference_and_has_no_steps():
    found = roles(after("[END]"), supporter=lambda request: "a plain\nanswer", form="plain")
    turn = simulate([persona("p")], found, alternatives=True)[0]["turns"][2]
    assert turn == {"index": 2, "role": "supporter", "target_values": [], "reference": "", "text": "a plain answer"}
    assert found.supporter.requests[0].messages[-1]["content"].endswith("Patient: I am p.")


def test_the_emotion_variant_has_a_reference_and_no_target_values():
    found = roles(after("[END]"), emotion=True)
    turn = simulate([persona("p")], found, alternatives=True)[0]["turns"][2]
    assert turn["target_values"] == [] and turn["reference"] == "try walking"
    assert "Target" not in found.reference.requests[0].messages[-1]["content"]
    assert found.supporter.requests[0].messages[-1]["content"].endswith("Patient: I am p.\nReference: try walking")
    assert turn["alternative"]["text"] == "forced 2"


def test_a_share_of_the_personas_is_fixed_by_seed_and_id_and_keeps_their_order():
    personas = [persona(f"p{n}") for n in range(50)]
    kept = [p["id"] for p in sample_personas(personas, 0.4, 1)]
    assert len(kept) == 20 and kept == [p["id"] for p in personas if p["id"] in kept]
    assert {p["id"] for p in sample_personas(personas[::-1], 0.4, 1)} == set(kept)
    assert [p["id"] for p in sample_personas(personas, 0.4, 2)] != kept
    assert sample_personas(personas, 1, 1) == personas


def test_a_persona_id_that_stands_twice_is_an_error():
    with pytest.raises(Problem, match=r"'a'.*unique"):
        sample_personas([persona("a"), persona("b"), persona("a")], 1, 1)


def test_too_many_failed_dialogues_are_an_error_and_write_nothing(tmp_path, monkeypatch):
    def seeker(request):
        return "" if request.id.startswith("b") else "[END]"

    more = {"alternatives": "yes", "share": 1, "seed": 1}
    found = roles(seeker)
    with pytest.raises(Problem, match="1 of 2 dialogues failed"):
        run(simulate_dialogues, tmp_path, monkeypatch, found, "d.jsonl", **more, **{"max-failed": 0.4})
    assert not (tmp_path / "d.jsonl").exists() and found.seeker.closed
    rows = run(simulate_dialogues, tmp_path, monkeypatch, roles(seeker), "d.jsonl", **more, **{"max-failed": 0.5})
    assert [row["end_reason"] for row in rows] == ["end_token", "failed"]


@pytest.mark.parametrize("lacking", [{"emotion": None}, {"emotion": ""}, {}])
def test_a_persona_without_emotion_is_told_before_anything_is_asked(tmp_path, monkeypatch, lacking):
    def refuse(request):
        raise AssertionError("asked")

    more = {"alternatives": "yes", "share": 1, "seed": 1, "max-failed": 0.4}
    found = roles(refuse)
    bare = {name: text for name, text in persona("b").items() if name != "emotion"} | lacking
    monkeypatch.setattr("tests.unit.fake_roles.persona", lambda name: persona(name) if name == "a" else bare)
    with pytest.raises(Problem, match=r"personas\.jsonl: the persona 'b' has no emotion"):
        run(simulate_dialogues, tmp_path, monkeypatch, found, "d.jsonl", **more)
    assert not (tmp_path / "d.jsonl").exists()
