"""Simulated dialogues with fake models: what each is shown, the end rules, alternatives, rollouts."""

import json
import math

import pytest

from scripts.dialogues import roll_out_alternatives, simulate_dialogues
from scripts.dialogues.roles import Roles
from scripts.dialogues.roll_out_alternatives import branches, roll_out
from scripts.dialogues.simulate_dialogues import sample_personas, simulate
from scripts.dialogues.turns import ends_in_gratitude
from scripts.llm.chat import Answer
from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import load_taxonomy

PROMPTS = "resources/prompts/compact"
THANKS = ["thank", "thanks", "thank you", "grateful", "appreciate", "thankful"]
FIELDS = {"category": "Work", "emotion": "anger", "age_range": "20s", "gender": "female", "occupation": "cook"}
FIRST = "Step 1.\n-Reasoning: sad.\nStep 2.\n-Reasoning: walking.\n"


def persona(name):
    return {"id": name, "situation": f"I am {name}.", **FIELDS}


def last_steps(decision, said, strategy="Question"):
    return f"Step 3.\n-Reasoning: {decision}, it is.\nStep 4.\n-Strategy: {strategy}\n-Response: {said}"


class Fake:
    """A model that answers by a function of the request; a ValueError of the parser leaves no value."""

    def __init__(self, answer):
        self.answer, self.requests, self.calls, self.closed = answer, [], [], False

    def ask(self, requests, parse):
        self.requests += requests
        self.calls.append([request.id for request in requests])
        return [self.one(self.answer(request), parse) for request in requests]

    def one(self, text, parse):
        try:
            return Answer(text, parse(text), 1, [(text, math.log(0.5))])
        except ValueError:
            return Answer(text, None, 4)

    def close(self):
        self.closed = True


def four_steps(request):
    """Uses the reference, or goes on from a forced beginning; says which turn it is."""
    turn = request.id.rsplit(":", 1)[1]
    if request.prefix:
        return f"{request.prefix}, it is.\nStep 4.\n-Strategy: Reflection\n-Response: forced {turn}"
    if request.kind == "A-SUP-ALT":
        return last_steps("No", f"told {turn}")
    return FIRST + last_steps("Yes", f"initial {turn}")


def voices(text):
    """The seeker's own words: the text after `V-reg`, as in `0.7 thanks`."""
    return float(text.split()[0]) if text[0].isdigit() else 0.1


def roles(seeker, supporter=four_steps, local=True, form="four_step", emotion=False, limit=4, **changed):
    """Roles of fakes; the sentiment of a text is the number that it begins with, else 0.1."""
    plain = form == "plain"
    names = {"supporter": "A-SUP-PLAIN" if plain else "A-SUP-E" if emotion else "A-SUP", "alternative": "A-SUP-ALT"}
    names |= {"detector": "A-TVD", "reference": "A-RG-E" if emotion else "A-RG", "seeker": "A-SEEK"}
    given = {
        "system": "ours",
        "supporter": Fake(supporter),
        "supporter_is_local": local,
        "plain": plain,
        "detector": None if plain or emotion else Fake(lambda request: "Face, Achievement"),
        "reference": None if plain else Fake(lambda request: "try walking"),
        "seeker": Fake(seeker),
        "sentiment": lambda texts: [(voices(text), 0) for text in texts],
        "prompts": {role: load_prompt(f"{PROMPTS}/{name}.md") for role, name in names.items()},
        "values": load_taxonomy("resources/taxonomy/values.yaml"),
        "strategies": load_taxonomy("resources/taxonomy/strategies.yaml"),
        "window": {"first_words": 50, "last_words": 200},
        "example": "Therapist: an example",
        "max_exchanges": limit,
        "gratitude": THANKS,
        "end_score": 0.6,
        "top_values": 3,
    }
    return Roles(**(given | changed))


def said(dialogue):
    return [(turn["role"], turn["text"]) for turn in dialogue["turns"]]


def after(*answers):
    """A seeker that gives these answers in turn, then goes on for ever."""

    def answer(request):
        number = (int(request.id.rsplit(":", 1)[1]) - 3) // 2
        return answers[number] if number < len(answers) else f"more {number}"

    return answer


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


def test_a_local_model_is_forced_to_the_opposite_decision_after_its_own_steps_1_and_2():
    found = roles(after("[END]"))
    turn = simulate([persona("p")], found, alternatives=True)[0]["turns"][2]
    request = found.supporter.requests[1]
    assert request.prefix == FIRST + "Step 3.\n-Reasoning: No"
    assert request.messages == found.supporter.requests[0].messages
    alternative = turn["alternative"]
    assert (alternative["use_reference"], alternative["text"], alternative["strategy"]) == (
        False,
        "forced 2",
        "Reflection",
    )
    assert alternative["answer"].startswith(FIRST) and turn["text"] == "initial 2"
    assert alternative["reasoning"]["issue"] == turn["reasoning"]["issue"]


def test_another_model_is_told_the_opposite_decision_after_its_answer():
    found = roles(after("[END]"), local=False)
    turn = simulate([persona("p")], found, alternatives=True)[0]["turns"][2]
    first, second = found.supporter.requests
    assert second.kind == "A-SUP-ALT" and second.prefix == ""
    assert second.messages[:-2] == first.messages
    assert second.messages[-2] == {"role": "assistant", "content": turn["answer"]}
    assert "Decide No" in second.messages[-1]["content"]
    assert turn["alternative"]["answer"] == FIRST + last_steps("No", "told 2")
    assert turn["alternative"]["use_reference"] is False


def test_an_alternative_that_keeps_the_decision_is_none_and_both_decisions_are_asked_for():
    def supporter(request):
        if request.kind == "A-SUP-ALT":
            return last_steps("No", "again")
        return FIRST + last_steps("Yes" if request.id.startswith("a") else "No", "first")

    found = roles(after("[END]"), supporter=supporter, local=False)
    a, b = simulate([persona("a"), persona("b")], found, alternatives=True)
    assert a["turns"][2]["alternative"]["text"] == "again"
    assert b["turns"][2]["alternative"] is None  # asked for Yes, it said No again
    assert ["Decide Yes" in request.messages[-1]["content"] for request in found.supporter.requests[2:]] == [
        True,
        False,
    ]


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


def test_a_rollout_starts_from_the_alternative_and_ends_by_the_same_rules():
    trunk = simulate([persona("p")], roles(after("0.2 so", "[END]")), alternatives=True)
    cut = branches(trunk)
    assert [branch["id"] for branch in cut] == ["p:2", "p:4"]
    assert [said(branch)[-1] for branch in cut] == [("supporter", "forced 2"), ("supporter", "forced 4")]
    assert said(cut[1])[:4] == said(trunk[0])[:4]

    def seeker(request):
        return "0.8 thanks" if request.id.startswith("p:2:") and request.id.endswith(":5") else "no"

    found = roles(seeker)
    first, second = roll_out(cut, {"p": persona("p")}, found)
    assert said(first)[2:] == [
        ("supporter", "forced 2"),
        ("seeker", "no"),
        ("supporter", "initial 4"),
        ("seeker", "0.8 thanks"),
    ]
    assert first["end_reason"] == "gratitude" and second["end_reason"] == "limit"
    assert sum(turn["role"] == "seeker" for turn in second["turns"]) - 1 == 4  # of the whole dialogue
    assert all("alternative" not in turn for turn in first["turns"][3:])
    assert [m["content"] for m in found.seeker.requests[0].messages[-2:]] == ["I am p.", "forced 2"]


def test_a_rollout_whose_supporter_fails_ends_as_failed():
    trunk = simulate([persona("p")], roles(after("[END]")), alternatives=True)
    found = roles(after("no", "no"), supporter=lambda request: "?")
    branch = roll_out(branches(trunk), {"p": persona("p")}, found)[0]
    assert branch["end_reason"] == "failed" and said(branch)[-1] == ("seeker", "no")


def test_turns_without_an_alternative_have_no_branch():
    trunk = simulate([persona("p")], roles(after("[END]")), alternatives=False)
    assert branches(trunk) == []


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


def run(module, tmp_path, monkeypatch, found, source, **more):
    """Runs a main with fake roles on personas a and b; gives the rows it wrote."""
    monkeypatch.setattr(module, "open_roles", lambda args: found)
    write_jsonl(tmp_path / "personas.jsonl", [persona("a"), persona("b")])
    options = {"personas": tmp_path / "personas.jsonl", "system": "ours", "form": "four_step", "seeker": "{}"}
    options |= {"supporter": "{}", "supporter-prompt": "x", "seeker-prompt": "x", "values": "x", "strategies": "x"}
    options |= {"example": "x", "sentiment-kind": "lexicon", "sampling": "{}", "history": "{}", "top-values": 3}
    options |= {"max-exchanges": 4, "gratitude": json.dumps(THANKS), "end-score": 0.6, "output": tmp_path / source}
    module.main([str(part) for name, value in (options | more).items() for part in (f"--{name}", value)])
    return read_jsonl(tmp_path / source)


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


def test_rollouts_are_written_from_the_alternative_on(tmp_path, monkeypatch):
    write_jsonl(tmp_path / "trunk.jsonl", simulate([persona("a"), persona("b")], roles(after("[END]")), True))
    more = {"dialogues": tmp_path / "trunk.jsonl"}
    rows = run(roll_out_alternatives, tmp_path, monkeypatch, roles(after("[END]")), "r.jsonl", **more)
    assert [row["id"] for row in rows] == ["a:2", "b:2"]
    assert [(row["turn"], row["turns"][0]["index"], said(row)) for row in rows] == [
        (2, 2, [("supporter", "forced 2")])
    ] * 2
