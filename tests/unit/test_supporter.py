"""Training rows of the supporter and of the baselines, preference pairs, and their counts, by hand."""

import json

import pytest

from scripts.provenance.errors import Problem
from scripts.supporter import build_baseline_sft, build_preference_pairs, build_supporter_sft
from scripts.supporter.candidates import write_rewards
from scripts.text.files import read_json, read_jsonl, write_jsonl

STRATEGIES = "resources/taxonomy/strategies.yaml"
WINDOW = json.dumps({"first_words": 20, "last_words": 60})


def options(**values):
    return [str(part) for name, value in values.items() for part in (f"--{name.replace('_', '-')}", value)]


def answer(text, strategy):
    return {"text": text, "use_reference": True, "strategy": strategy, "reasoning": {}, "answer": f"four steps: {text}"}


def dialogue(name, turns, end="gratitude"):
    """`turns` are (initial strategy, alternative strategy or None); all aim at Face with the reference `walk`."""
    said = [
        {"index": 0, "role": "supporter", "text": "hello"},
        {"index": 1, "role": "seeker", "text": "my situation"},
    ]
    for initial, alternative in turns:
        index = len(said)
        other = answer(f"b{index}", alternative) if alternative else None
        turn = {"index": index, "role": "supporter", **answer(f"a{index}", initial), "alternative": other}
        said.append({**turn, "target_values": ["Face"], "reference": "walk"})
        said.append({"index": index + 1, "role": "seeker", "text": f"t{index + 1}"})
    return {"id": name, "turns": said, "end_reason": end}


@pytest.fixture
def sft(tmp_path):
    """Runs build_supporter_sft on train and dev dialogues; gives its train rows and counts."""

    def run(train, dev):
        write_jsonl(tmp_path / "train_d.jsonl", train)
        write_jsonl(tmp_path / "dev_d.jsonl", dev)
        build_supporter_sft.main(
            options(
                train_dialogues=tmp_path / "train_d.jsonl",
                dev_dialogues=tmp_path / "dev_d.jsonl",
                prompt="resources/prompts/compact/A-SUP.md",
                strategies=STRATEGIES,
                history=WINDOW,
                train=tmp_path / "train.jsonl",
                dev=tmp_path / "dev.jsonl",
                counts=tmp_path / "counts.json",
            )
        )
        return read_jsonl(tmp_path / "train.jsonl"), read_json(tmp_path / "counts.json")

    return run


def test_each_initial_and_alternative_answer_is_a_row_unless_its_strategy_is_unknown(sft):
    rows, counts = sft(
        [dialogue("p", [("Question", "Reflection"), ("Empathy", "Question")]), dialogue("q", [("Question", None)])],
        [dialogue("r", [("Others", "Others")])],
    )
    assert [row["id"] for row in rows] == ["p:2:initial", "p:2:alternative", "p:4:alternative", "q:2:initial"]
    assert [row["completion"] for row in rows][:2] == [
        [{"role": "assistant", "content": "four steps: a2"}],
        [{"role": "assistant", "content": "four steps: b2"}],
    ]
    train = counts["train"]
    assert (train["dialogues"], train["turns"], train["outputs"], train["kept"]) == (2, 3, 5, 4)
    assert train["strategies"]["initial"]["Question"] == 2
    assert train["strategies"]["alternative"] == {
        **dict.fromkeys(train["strategies"]["initial"], 0),
        "Reflection": 1,
        "Question": 1,
    }
    assert sum(sum(kind.values()) for kind in train["strategies"].values()) == train["kept"]


def test_a_row_shows_what_was_said_before_the_turn_with_its_targets_and_reference(sft):
    rows, _ = sft([dialogue("p", [("Question", None), ("Question", None)])], [dialogue("r", [("Others", None)])])
    assert rows[1]["prompt"][-1]["content"] == (
        "Therapist: hello\nPatient: my situation\nTherapist: a2\nPatient: t3\nTarget values: Face\nReference: walk"
    )


def test_dialogues_without_a_usable_answer_are_an_error(sft):
    with pytest.raises(Problem, match="no usable supporter answer"):
        sft([dialogue("p", [("Question", None)])], [dialogue("r", [("Empathy", None)])])


@pytest.fixture
def pairs(tmp_path):
    """Runs build_preference_pairs; gives train pairs and counts. `rewards`: (id, turn, steps of both)."""

    def run(dialogues, rewards, **changed):
        for split in ("train", "dev"):
            write_jsonl(tmp_path / f"{split}_d.jsonl", dialogues)
            rows = []
            for name, turn, *both in rewards:
                for candidate, steps in zip(("initial", "alternative"), both, strict=True):
                    rows.append({"id": name, "turn": turn, "candidate": candidate, "steps": steps})
            write_rewards(tmp_path / f"{split}.parquet", rows)
        given = {
            "train_dialogues": tmp_path / "train_d.jsonl",
            "dev_dialogues": tmp_path / "dev_d.jsonl",
            "train_rewards": tmp_path / "train.parquet",
            "dev_rewards": tmp_path / "dev.parquet",
            "prompt": "resources/prompts/compact/A-SUP.md",
            "strategies": STRATEGIES,
            "history": WINDOW,
            "horizon": 3,
            "gamma": 1,
            "threshold": 2,
            "compare": "gt",
            "least_train": 0,
            "least_dev": 0,
            "train": tmp_path / "train.jsonl",
            "dev": tmp_path / "dev.jsonl",
            "counts": tmp_path / "counts.json",
        }
        build_preference_pairs.main(options(**(given | changed)))
        return read_jsonl(tmp_path / "train.jsonl"), read_json(tmp_path / "counts.json")["train"]

    return run


def chosen(rows):
    return [(row["id"], row["chosen"][0]["content"], row["rejected"][0]["content"]) for row in rows]


def test_the_candidate_of_higher_reward_is_chosen(pairs):
    known = ("Question", "Reflection")
    rows, counts = pairs(
        [dialogue("p", [known, known, known])],
        [("p", 2, [3, 0, 0], [0]), ("p", 4, [0, 0], [1, 1, 1, 9]), ("p", 6, [2], [0])],
    )
    assert chosen(rows) == [("p:2", "four steps: a2", "four steps: b2"), ("p:4", "four steps: b4", "four steps: a4")]
    assert counts == {
        **{"initial": 1, "alternative": 1, "compared": 3, "kept": 2},
        "gt": {"initial": 1, "alternative": 1},
        "ge": {"initial": 2, "alternative": 1},  # the third differs by T itself
    }
    assert "Patient: t3" in rows[1]["prompt"][-1]["content"] and "a4" not in rows[1]["prompt"][-1]["content"]


def test_a_difference_of_the_threshold_counts_only_with_ge(pairs):
    dialogues, rewards = [dialogue("p", [("Question", "Others")])], [("p", 2, [2], [0])]
    assert pairs(dialogues, rewards)[0] == []
    assert len(pairs(dialogues, rewards, compare="ge")[0]) == 1


def test_equal_rewards_make_no_pair_even_at_threshold_0(pairs):
    rows, counts = pairs([dialogue("p", [("Question", "Others")])], [("p", 2, [2], [0, 2])], threshold=0, compare="ge")
    assert rows == [] and counts["compared"] == 1


def test_horizon_and_discount_decide_the_pair(pairs):
    dialogues, rewards = [dialogue("p", [("Question", "Others")])], [("p", 2, [0, 0, 0, 3], [1])]
    assert pairs(dialogues, rewards, threshold=1)[0] == []  # -1
    assert chosen(pairs(dialogues, rewards, threshold=1, horizon="all")[0])[0][1] == "four steps: a2"  # 3 - 1
    assert pairs(dialogues, rewards, threshold=1.5, horizon="all", gamma=0.9)[0] == []  # 3 * 0.729 - 1 = 1.187


def test_an_answer_of_unknown_strategy_makes_no_pair(pairs):
    turns = [("Empathy", "Others"), ("Question", "Empathy"), ("Question", "Others")]
    rewards = [("p", turn, [3], [0]) for turn in (2, 4, 6)]
    rows, counts = pairs([dialogue("p", turns)], rewards)
    assert [row["id"] for row in rows] == ["p:6"] and counts["compared"] == 1


def test_a_reward_that_is_not_known_makes_no_pair(pairs):
    known = ("Question", "Others")
    rewards = [("p", 2, [3, None], [0]), ("p", 4, [3, 0, 0, None], [0])]
    rows, counts = pairs([dialogue("p", [known, known])], rewards)
    assert [row["id"] for row in rows] == ["p:4"] and counts["compared"] == 1


def test_fewer_pairs_than_wanted_are_an_error_and_write_nothing(pairs, tmp_path):
    with pytest.raises(Problem, match="only 1 dev pairs of 1 turns"):
        pairs([dialogue("p", [("Question", "Others")])], [("p", 2, [3], [0])], least_train=1, least_dev=2)
    assert not (tmp_path / "train.jsonl").exists() and not (tmp_path / "counts.json").exists()


def baseline(tmp_path, turns):
    write_jsonl(tmp_path / "d.jsonl", [{"id": "e", "turns": [{"role": r, "text": t} for r, t in turns]}])
    build_baseline_sft.main(
        options(
            dialogues=tmp_path / "d.jsonl",
            prompt="resources/prompts/compact/A-SUP-PLAIN.md",
            history=WINDOW,
            output=tmp_path / "rows.jsonl",
        )
    )
    return read_jsonl(tmp_path / "rows.jsonl")


def test_a_baseline_learns_every_supporter_turn_after_a_seeker_turn(tmp_path):
    rows = baseline(
        tmp_path,
        [
            ("supporter", "hi"),
            ("seeker", "a"),
            ("seeker", "b"),
            ("supporter", "c"),
            ("supporter", "d"),
            ("seeker", "e"),
            ("supporter", "f"),
        ],
    )
    assert [(row["prompt"][-1]["content"], row["completion"][0]["content"]) for row in rows] == [
        ("Therapist: hi\nPatient: a b", "c d"),
        ("Therapist: hi\nPatient: a b\nTherapist: c d\nPatient: e", "f"),
    ]


def test_a_corpus_without_supporter_answers_is_an_error(tmp_path):
    with pytest.raises(Problem, match="no supporter turn"):
        baseline(tmp_path, [("supporter", "hi"), ("seeker", "a")])
