"""Alternative supporter turns, and the rollouts that continue them, with fake models."""

import pytest

from scripts.dialogues import roll_out_alternatives
from scripts.dialogues.roll_out_alternatives import branches, roll_out, some
from scripts.dialogues.shares import sample_names, sample_personas
from scripts.dialogues.simulate_dialogues import simulate
from scripts.provenance.errors import Problem
from scripts.text.files import write_jsonl
from tests.unit.fake_roles import FIRST, after, last_steps, persona, roles, run, said

FIRST_TAKE = {"turn-share": 1.0, "candidates": "alternative", "draw": 0}


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


def test_a_rollout_starts_from_the_alternative_and_ends_by_the_same_rules():
    trunk = simulate([persona("p")], roles(after("0.2 so", "[END]")), alternatives=True)
    cut = branches(trunk, "alternative")
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
    branch = roll_out(branches(trunk, "alternative"), {"p": persona("p")}, found)[0]
    assert branch["end_reason"] == "failed" and said(branch)[-1] == ("seeker", "no")


def test_turns_without_an_alternative_have_no_branch():
    trunk = simulate([persona("p")], roles(after("[END]")), alternatives=False)
    assert branches(trunk, "alternative") == []


def test_rollouts_are_written_from_the_alternative_on(tmp_path, monkeypatch):
    write_jsonl(tmp_path / "trunk.jsonl", simulate([persona("a"), persona("b")], roles(after("[END]")), True))
    more = {"dialogues": tmp_path / "trunk.jsonl", **FIRST_TAKE}
    rows = run(roll_out_alternatives, tmp_path, monkeypatch, roles(after("[END]")), "r.jsonl", **more)
    assert [row["id"] for row in rows] == ["a:2", "b:2"]
    assert [(row["turn"], row["turns"][0]["index"], said(row)) for row in rows] == [
        (2, 2, [("supporter", "forced 2")])
    ] * 2


def test_a_share_of_the_personas_is_rolled_out_the_same_that_a_trunk_would_be_of(tmp_path, monkeypatch):
    found = roles(after("more", "[END]"), local=True)
    dialogues = simulate([persona("a"), persona("b")], found, alternatives=True)
    write_jsonl(tmp_path / "d.jsonl", dialogues)
    (chosen,) = sample_personas([persona("a"), persona("b")], 0.5, 1)
    more = {"dialogues": tmp_path / "d.jsonl", **FIRST_TAKE, "share": 0.5}
    rows = run(roll_out_alternatives, tmp_path, monkeypatch, roles(after("[END]")), "r.jsonl", **more)
    assert {row["persona_id"] for row in rows} == {chosen["id"]}
    assert len(rows) == sum("alternative" in turn for d in dialogues if d["id"] == chosen["id"] for turn in d["turns"])


def test_an_initial_answer_is_rolled_out_afresh_from_its_turn_on_with_other_samples(tmp_path, monkeypatch):
    trunk = simulate([persona("a"), persona("b")], roles(after("0.2 so", "[END]")), alternatives=True)
    write_jsonl(tmp_path / "trunk.jsonl", trunk)
    found = roles(lambda request: f"0.1 sample {request.sample}" if request.id.endswith(":5") else "no")
    more = {"dialogues": tmp_path / "trunk.jsonl", "turn-share": 1.0, "candidates": "initial", "draw": 1}
    rows = run(roll_out_alternatives, tmp_path, monkeypatch, found, "r.jsonl", **more)
    assert [row["id"] for row in rows] == [f"{name}:initial" for name in ("a:2", "a:4", "b:2", "b:4")]
    first, second = rows[:2]
    assert said(first)[:4] == [
        ("supporter", "initial 2"),
        ("seeker", "no"),
        ("supporter", "initial 4"),
        ("seeker", "0.1 sample 1"),
    ]
    assert said(second)[:2] == [("supporter", "initial 4"), ("seeker", "0.1 sample 1")]
    assert first["turns"][0] == {key: value for key, value in trunk[0]["turns"][2].items() if key != "alternative"}
    asked = [*found.seeker.requests, *found.supporter.requests, *found.detector.requests, *found.reference.requests]
    assert {request.sample for request in asked} == {1}
    heard = [message["content"] for message in found.seeker.requests[1].messages]
    assert heard[-3:] == ["initial 2", "0.2 so", "initial 4"]  # the second branch goes on from the trunk


def test_first_rollouts_ask_for_the_samples_that_the_dialogue_has(tmp_path, monkeypatch):
    write_jsonl(tmp_path / "trunk.jsonl", simulate([persona("a")], roles(after("[END]")), alternatives=True))
    found = roles(after("no", "[END]"))
    more = {"dialogues": tmp_path / "trunk.jsonl", **FIRST_TAKE}
    run(roll_out_alternatives, tmp_path, monkeypatch, found, "r.jsonl", **more)
    assert {request.sample for request in [*found.seeker.requests, *found.supporter.requests]} == {0}


def test_a_share_of_the_turns_is_drawn_the_same_for_both_candidates():
    trunk = simulate([persona("a"), persona("b")], roles(after("so", "so", "[END]")), alternatives=True)
    cut = [branch for candidate in ("initial", "alternative") for branch in branches(trunk, candidate)]
    left = some(cut, 0.5, 1)
    initial, alternative = left[:3], left[3:]
    assert {f"{branch['id']}:initial" for branch in alternative} == {branch["id"] for branch in initial}
    drawn = sample_names([f"{name}:{turn}" for name in "ab" for turn in (2, 4, 6)], 0.5, 1, "turns")
    assert {branch["id"] for branch in alternative} == drawn and len(drawn) == 3
    assert some(cut, 1, 1) == cut
    with pytest.raises(Problem, match=r"0\.05 of 6 branched turns is none.*reliability_share"):
        some(cut, 0.05, 1)
