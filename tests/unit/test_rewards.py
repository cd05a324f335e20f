"""Equations 3 and 5 by hand, and which differences make a pair."""

import json

import pytest

from scripts.llm.chat import Answer
from scripts.provenance.errors import Problem
from scripts.supporter import compute_rewards, score_emotions
from scripts.supporter.candidates import candidates
from scripts.supporter.reward import discounted, exceeds
from scripts.text.files import write_jsonl
from scripts.text.taxonomy import labels, load_taxonomy

VALUES = labels(load_taxonomy("resources/taxonomy/values.yaml"))


def test_equation_3_sums_the_counts_of_the_next_h_seeker_turns():
    assert discounted([2, 1, 0, 3], 3, 1.0) == 3
    assert discounted([2, 1, 0, 3], None, 1.0) == 6
    assert discounted([2, 1, 0, 3], 1, 0.9) == 2
    assert discounted([2, 1, 0, 3], None, 0.9) == pytest.approx(2 + 0.9 + 0 + 0.729 * 3)


def test_after_the_end_of_a_dialogue_nothing_is_added():
    assert discounted([2], 3, 1.0) == 2
    assert discounted([], None, 1.0) == 0


def test_equation_5_sums_signed_scores():
    assert discounted([-1.0, -0.5, 0.5, 1.0], 3, 1.0) == -1.0
    assert discounted([-1.0, -0.5, 0.5, 1.0], 3, 0.5) == pytest.approx(-1 - 0.25 + 0.125)


def test_a_turn_that_is_not_known_leaves_the_reward_unknown_only_within_the_horizon():
    assert discounted([1, None], 3, 1.0) is None
    assert discounted([1, None], None, 1.0) is None
    assert discounted([1, 1, 1, None], 3, 1.0) == 3


def test_a_difference_must_be_over_the_threshold_or_reach_it():
    assert exceeds(3, 2, "gt") and exceeds(-3, 2, "gt")
    assert not exceeds(2, 2, "gt") and exceeds(2, 2, "ge") and exceeds(-2, 2, "ge")
    assert not exceeds(1, 2, "ge")


def test_equal_rewards_make_no_pair_at_any_threshold():
    assert not exceeds(0, 0, "ge")
    assert not exceeds(1e-17, 0, "gt")


def test_rounding_of_means_does_not_lift_a_difference_over_the_threshold():
    difference = 1.1 - 0.6
    assert difference > 0.5 and not exceeds(difference, 0.5, "gt")


def dialogue(name, end="gratitude"):
    """Greeting, situation, then two exchanges; both supporter turns aim at the first two values."""
    turns = [{"index": 0, "role": "supporter", "text": "hello"}, {"index": 1, "role": "seeker", "text": "situation"}]
    for index in (2, 4):
        turns.append({"index": index, "role": "supporter", "text": f"s{index}", "target_values": VALUES[:2]})
        turns.append({"index": index + 1, "role": "seeker", "text": f"t{index + 1}"})
    return {"id": name, "turns": turns, "end_reason": end}


def rollout(name, at, seeker_turns, end="limit"):
    turns = [{"index": at, "role": "supporter", "text": "other"}]
    for index in range(at + 1, at + 2 * seeker_turns, 2):
        turns += [
            {"index": index, "role": "seeker", "text": f"r{index}"},
            {"index": index + 1, "role": "supporter", "text": "x"},
        ]
    return {"id": f"{name}:{at}", "turn": at, "turns": turns[: 2 * seeker_turns], "end_reason": end}


def test_each_branched_turn_has_two_candidates_with_the_seeker_turns_after_each():
    first, second = candidates([dialogue("p")], [rollout("p", 4, 2)])
    assert [c.key["candidate"] for c in (first, second)] == ["initial", "alternative"]
    assert {(c.key["id"], c.key["turn"]) for c in (first, second)} == {("p", 4)}
    assert [name for name, _ in first.later] == ["p:5"]
    assert [name for name, _ in second.later] == ["p:4:5", "p:4:7"]
    assert [t["text"] for t in second.later[0][1]] == ["hello", "situation", "s2", "t3", "other", "r5"]
    assert [t["text"] for t in first.later[0][1]] == ["hello", "situation", "s2", "t3", "s4", "t5"]


def write_labels(path, present):
    """Parquet with probability 0.3 for the values named, 0.26 (not over the threshold) for the others."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [
        {"id": name} | {f"v{n:02d}": 0.3 if value in shown else 0.26 for n, value in enumerate(VALUES)}
        for name, shown in present.items()
    ]
    pq.write_table(pa.Table.from_pylist(rows), path)


def rewards(tmp_path, options, count="presence"):
    """What compute_rewards writes; a list stands for the words of one option."""
    import pyarrow.parquet as pq

    told = {"count": count, "values": "resources/taxonomy/values.yaml", "value-threshold": 0.26}
    words = [
        word
        for name, value in (options | told | {"output": tmp_path / "out.parquet"}).items()
        for word in (f"--{name}", *(value if isinstance(value, list) else [value]))
    ]
    compute_rewards.main([*map(str, words)])
    return pq.read_table(tmp_path / "out.parquet").to_pylist()


@pytest.mark.parametrize(
    ("count", "alternative", "initial"), [("presence", [2.0, 1.0], [1.0, 2.0]), ("count", [3.0, 2.0], [2.0, 4.0])]
)
def test_n_is_how_many_targets_appear_or_how_many_sentences_show_one(tmp_path, count, alternative, initial):
    one, two, other = VALUES[:3]  # the turn aims at the first two
    write_jsonl(tmp_path / "dialogues.jsonl", [dialogue("p")])
    write_jsonl(tmp_path / "rollouts.jsonl", [rollout("p", 2, 2)])
    shown = {"p:1#0": [one, two], "p:3#0": [one, other], "p:3#1": [one], "p:5#0": [two], "p:5#1": [one, two]}
    write_labels(tmp_path / "labels.parquet", shown | {"p:5#2": [two, other]})
    shown = {"p:2:3#0": [one, two], "p:2:3#1": [other], "p:2:3#10": [two], "p:2:5#0": [one], "p:2:5#1": [one]}
    write_labels(tmp_path / "rollout_labels.parquet", shown)
    options = {name: tmp_path / f"{name}.jsonl" for name in ("dialogues", "rollouts")}
    options |= {"labels": tmp_path / "labels.parquet", "rollout-labels": tmp_path / "rollout_labels.parquet"}
    assert [row["steps"] for row in rewards(tmp_path, options, count)] == [alternative, initial]


def fresh(name, at, words):
    """A rollout of the initial answer with these seeker turns."""
    turns = [{"index": at, "role": "supporter", "text": "same"}]
    turns += [{"index": at + 1 + 2 * place, "role": "seeker", "text": word} for place, word in enumerate(words)]
    return {"id": f"{name}:{at}:initial", "turn": at, "turns": turns, "end_reason": "limit"}


def test_an_initial_answer_that_was_rolled_out_is_rewarded_by_its_rollout(tmp_path):
    write_jsonl(tmp_path / "dialogues.jsonl", [dialogue("p")])
    write_jsonl(tmp_path / "rollouts.jsonl", [rollout("p", 2, 1)])
    write_jsonl(tmp_path / "fresh.jsonl", [fresh("p", 2, ["f3", "f5", "f7"])])
    write_labels(tmp_path / "labels.parquet", {"p:3": VALUES[:2], "p:5": VALUES[:2]})
    write_labels(tmp_path / "rollout_labels.parquet", {"p:2:3": VALUES[:1]})
    afresh = {"p:2:initial:3": [], "p:2:initial:5": VALUES[:2], "p:2:initial:7": VALUES[1:]}
    write_labels(tmp_path / "more.parquet", afresh)
    options = {"dialogues": tmp_path / "dialogues.jsonl", "labels": tmp_path / "labels.parquet"}
    both = {"rollouts": [tmp_path / "rollouts.jsonl", tmp_path / "fresh.jsonl"]}
    both |= {"rollout-labels": [tmp_path / "rollout_labels.parquet", tmp_path / "more.parquet"]}
    assert [row["steps"] for row in rewards(tmp_path, options | both)] == [[1.0], [0.0, 2.0, 1.0]]
    alone = {"rollouts": tmp_path / "rollouts.jsonl", "rollout-labels": tmp_path / "rollout_labels.parquet"}
    assert [row["steps"] for row in rewards(tmp_path, options | alone)] == [[1.0], [2.0, 2.0]]


def test_a_fresh_rollout_that_is_missing_is_not_made_up_for_by_the_dialogue():
    with pytest.raises(Problem, match="p:4:initial has no rollout"):
        list(candidates([dialogue("p")], [rollout("p", 2, 1), rollout("p", 4, 1), fresh("p", 2, ["f3"])]))


def test_value_rewards_count_the_turns_targets_in_each_later_seeker_turn(tmp_path):
    write_jsonl(tmp_path / "dialogues.jsonl", [dialogue("p"), dialogue("q", end="failed")])
    write_jsonl(tmp_path / "rollouts.jsonl", [rollout("p", 2, 2), rollout("q", 4, 1)])
    write_labels(
        tmp_path / "labels.parquet",
        {"p:1": VALUES[:2], "p:3": VALUES[1:4], "p:5": VALUES[:2], "q:1": [], "q:3": VALUES[:2], "q:5": VALUES[:1]},
    )
    write_labels(tmp_path / "rollout_labels.parquet", {"p:2:3": VALUES[2:], "p:2:5": VALUES[:1], "q:4:5": []})
    options = {name: tmp_path / f"{name}.jsonl" for name in ("dialogues", "rollouts")}
    options |= {"labels": tmp_path / "labels.parquet", "rollout-labels": tmp_path / "rollout_labels.parquet"}
    assert rewards(tmp_path, options) == [
        {"id": "p", "turn": 2, "candidate": "alternative", "steps": [0.0, 1.0]},
        {"id": "p", "turn": 2, "candidate": "initial", "steps": [1.0, 2.0]},
        {"id": "q", "turn": 4, "candidate": "alternative", "steps": [0.0]},
        {"id": "q", "turn": 4, "candidate": "initial", "steps": [1.0, None]},
    ]


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("No, the patient feels worse.", -1.0),
        ("no, the patient\nfeels the same", -0.5),
        ("No, but the patient feels better.", 0.5),
        ("Yes, the patient's issue is solved.", 1.0),
    ],
)
def test_the_four_answers_have_four_scores(text, score):
    assert score_emotions.parse_score(text) == score


@pytest.mark.parametrize("text", ["", "Yes.", "worse", "No, neither better nor worse.", "Yesterday it was solved"])
def test_any_other_answer_has_no_score(text):
    with pytest.raises(ValueError):
        score_emotions.parse_score(text)


class FakeJudge:
    """Says `better` after a last line `r…`, else `worse`, for odd samples `the same`; `r5` it refuses."""

    def __init__(self):
        self.requests = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def ask(self, requests, parse):
        self.requests += requests
        return [self.one(request, parse) for request in requests]

    def one(self, request, parse):
        last = request.messages[0]["content"].splitlines()[-1]
        if last == "Patient: r5":
            return Answer("I cannot say.", None, 4)
        text = "No, but the patient feels better." if last.startswith("Patient: r") else "No, the patient feels worse."
        if request.sample % 2 and "worse" in text:
            text = "No, the patient feels the same."
        return Answer(text, parse(text), 1)


def score(tmp_path, monkeypatch, rollouts, max_failed):
    """Runs score_emotions at horizon 2 with 4 samples; gives the rows and the requests."""
    import pyarrow.parquet as pq

    judge = FakeJudge()
    monkeypatch.setattr(score_emotions, "open_chat", lambda entry, sampling, output: judge)
    (tmp_path / "A-EMO.md").write_text(
        "---\nid: A-EMO\nslots: [emotion, category, dialogue]\nanswer: x\n---\n[user]\n"
        "{{ emotion }} {{ category }}\n{{ dialogue }}\n"
    )
    write_jsonl(tmp_path / "dialogues.jsonl", [dialogue("p")])
    write_jsonl(tmp_path / "rollouts.jsonl", rollouts)
    write_jsonl(tmp_path / "personas.jsonl", [{"id": "p", "emotion": "anger", "category": "Work"}])
    options = {name: tmp_path / f"{name}.jsonl" for name in ("dialogues", "rollouts", "personas")}
    options |= {"prompt": tmp_path / "A-EMO.md", "model": "{}", "samples": 4, "horizon": 2, "max-failed": max_failed}
    options |= {
        "sampling": json.dumps({"temperature": 1, "top_p": 1, "max_tokens": 9}),
        "output": tmp_path / "o.parquet",
    }
    score_emotions.main([str(part) for name, value in options.items() for part in (f"--{name}", value)])
    return pq.read_table(tmp_path / "o.parquet").to_pylist(), judge.requests


def test_emotion_scores_are_means_of_the_samples_within_the_horizon(tmp_path, monkeypatch):
    rows, requests = score(tmp_path, monkeypatch, [rollout("p", 2, 1)], 0)
    assert rows == [
        {"id": "p", "turn": 2, "candidate": "alternative", "steps": [0.5]},
        {"id": "p", "turn": 2, "candidate": "initial", "steps": [-0.75, -0.75]},
    ]
    assert sorted({request.sample for request in requests}) == [0, 1, 2, 3] and len(requests) == 12
    shown = {request.id: request.messages[0]["content"] for request in requests}
    assert shown["p:3"] == "anger Work\nTherapist: hello\nPatient: situation\nTherapist: s2\nPatient: t3"


def test_a_turn_without_a_score_stays_in_its_place_as_unknown(tmp_path, monkeypatch):
    rows, _ = score(tmp_path, monkeypatch, [rollout("p", 2, 2)], 0.5)
    assert rows[0] == {"id": "p", "turn": 2, "candidate": "alternative", "steps": [0.5, None]}


def test_too_many_turns_without_a_score_are_an_error(tmp_path, monkeypatch):
    with pytest.raises(Problem, match="1 of 4 turns"):
        score(tmp_path, monkeypatch, [rollout("p", 2, 2)], 0.2)
    assert not (tmp_path / "o.parquet").exists()
