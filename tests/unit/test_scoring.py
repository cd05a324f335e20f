"""The scorers of paper B on small files: what they write, and what they make of bad input."""

import json

import pytest

from scripts.provenance.errors import Problem
from scripts.scoring import (
    collect_human,
    collect_level_rows,
    count_types,
    find_phrases,
    score_eva,
    score_responses,
)
from scripts.scoring.responses import asked, first_dialogues, read_responses
from scripts.text.files import read_csv, read_jsonl, write_json, write_jsonl


def response(dialogue: str, turn: int, text: str, reference: str = "I hear you.", history: list | None = None) -> dict:
    said = [{"role": "seeker", "text": "I am sad."}] if history is None else history
    return {
        "id": f"{dialogue}:{turn}", "dialogue_id": dialogue, "turn": turn,
        "history": said, "reference": reference, "response": text,
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def test_human_reference_keeps_dialogues_that_the_seeker_opens_and_merges_turns(folder):
    def turns(*pairs):
        return [{"index": place, "role": role, "text": text} for place, (role, text) in enumerate(pairs)]

    rows = [
        {"id": "a", "turns": turns(("seeker", "Hi."), ("seeker", "Sad."), ("supporter", "Oh."), ("supporter", "Why?"))},
        {"id": "b", "turns": turns(("supporter", "Hello."), ("seeker", "Hi."), ("supporter", "So?"))},
        {"id": "c", "turns": turns(("seeker", "Hi."), ("supporter", " "), ("seeker", "?"), ("supporter", "Yes."))},
    ]
    write_jsonl(folder / "in.jsonl", rows)
    collect_human.main(["--dialogues", str(folder / "in.jsonl"), "--output", str(folder / "out.jsonl")])
    found = read_responses(str(folder / "out.jsonl"))
    assert [(row["id"], row["response"]) for row in found] == [("a:1", "Oh. Why?"), ("c:3", "Yes.")]
    assert found[0]["history"] == [{"role": "seeker", "text": "Hi. Sad."}]
    assert asked(found[0]) == "Hi. Sad." and asked(found[1]) == "?"


def test_corpus_without_a_dialogue_of_that_kind_is_refused(folder):
    write_jsonl(folder / "in.jsonl", [{"id": "b", "turns": [{"index": 0, "role": "supporter", "text": "Hi"}]}])
    with pytest.raises(Problem, match="no supporter turn"):
        collect_human.main(["--dialogues", str(folder / "in.jsonl"), "--output", str(folder / "out.jsonl")])


@pytest.mark.parametrize(
    "rows, said",
    [
        ([], "no response"),
        ([response("a", 1, "x") | {"response": None}], "row 1 has no proper response"),
        ([response("a", 1, "x", reference=" ")], "empty reference"),
        ([response("a", 1, "x"), response("a", 1, "y")], "turn 1 of a stands twice"),
    ],
)
def test_bad_responses_are_refused_with_their_row(folder, rows, said):
    write_jsonl(folder / "r.jsonl", rows)
    with pytest.raises(Problem, match=said):
        read_responses(str(folder / "r.jsonl"))


def test_first_dialogues_count_numbers_as_numbers():
    rows = [response(f"esconv-test-{number}", 1, "x") for number in (10, 9, 100, 2)]
    assert list(first_dialogues(rows, 3)) == ["esconv-test-2", "esconv-test-9", "esconv-test-10"]


def scores_of(folder, rows, against="yes") -> dict:
    import pyarrow.parquet

    write_jsonl(folder / "r.jsonl", rows)
    output = folder / "scores.parquet"
    told = ["--responses", str(folder / "r.jsonl"), "--against-reference", against, "--output", str(output)]
    score_responses.main(told)
    table = pyarrow.parquet.read_table(output).to_pylist()
    return {(row["dialogue_id"], row["turn"], row["metric"]): row["value"] for row in table}


def test_scores_stand_by_turn_dialogue_and_system(folder):
    rows = [response("a", 1, "I hear you."), response("a", 3, ""), response("b", 1, "We hear we hear")]
    found = scores_of(folder, rows)
    assert found["a", 1, "bleu_2"] == pytest.approx(1) and found["a", 1, "rouge_l"] == 1
    assert found["a", 3, "bleu_2"] == found["a", 3, "rouge_l"] == 0  # an empty response counts, with nothing
    assert found["b", 1, "rouge_l"] == pytest.approx(2 * 1 / (3 + 4))
    # "i hear", "hear you", "you ."; "we hear", "hear we", "we hear": case and dialogue do not matter to the pool.
    assert found["a", None, "dist_2"] == 1 and found["b", None, "dist_2"] == pytest.approx(2 / 3)
    assert found[None, None, "dist_2_corpus"] == pytest.approx(5 / 6)
    assert (None, None, "bleu_2_corpus") in found and len(found) == 3 * 2 + 2 + 2


def test_real_supporters_are_not_measured_against_themselves(folder):
    found = scores_of(folder, [response("a", 1, "I hear you.")], against="no")
    assert {metric for _, _, metric in found} == {"dist_2", "dist_2_corpus"}


def test_system_that_says_nothing_has_scores_of_nothing_and_no_variety(folder):
    found = scores_of(folder, [response("a", 1, " ")])
    assert found == {("a", 1, "bleu_2"): 0, ("a", 1, "rouge_l"): 0, (None, None, "bleu_2_corpus"): 0}


def test_phrases_are_written_with_their_repetition(folder):
    rows = [response("a", turn, "I am so sorry to hear it." if turn < 3 else "Yes.") for turn in range(1, 11)]
    write_jsonl(folder / "r.jsonl", [*rows, response("b", 1, "No."), response("c", 1, "I am so sorry")])
    told = ["--responses", str(folder / "r.jsonl"), "--orders", "4", "--top", "1", "--thresholds", "0.1", "0.2"]
    find_phrases.main([*told, "--most-dialogues", "2", "--output", str(folder / "p.csv")])
    (row,) = read_csv(folder / "p.csv")  # dialogue c is not looked at
    assert (row["phrase"], row["utterances"], row["of_utterances"], row["dialogues"]) == (
        "am so sorry to",
        "2",
        "11",
        "1",
    )
    assert float(row["repeated_10"]) == 0.5 and float(row["repeated_20"]) == 0  # 2 of 10 is not more than 20 %


def test_types_are_counted_and_every_type_has_a_row(folder):
    write_jsonl(folder / "r.jsonl", [response("a", 1, "You could rest. I hear you."), response("a", 3, "")])
    told = ["--responses", str(folder / "r.jsonl"), "--types", "resources/taxonomy/response_types.csv"]
    count_types.main([*told, "--most-dialogues", "9", "--output", str(folder / "t.csv")])
    found = {row["type"]: row for row in read_csv(folder / "t.csv")}
    assert list(found) == ["UV", "EP", "HC", "SS", "SR", "O"]
    assert {name: float(row["share"]) for name, row in found.items() if row["share"] != "0.0"} == {"SS": 0.5, "O": 0.5}
    assert float(found["UV"]["share_fractional"]) == 0.25


def test_phrase_under_two_types_is_refused(folder):
    (folder / "types.csv").write_text("type,type_name,phrase\nA,a,you're here\nB,b,you are here\n")
    with pytest.raises(Problem, match="under"):
        count_types.read_types(str(folder / "types.csv"))


def eva(folder, levels: dict[str, list], items: list[dict], labels="synthetic") -> list[dict]:
    rows = [
        {"id": f"{name}:{turn}", "dialogue_id": name, "turn": turn, "level": level}
        for name, own in levels.items()
        for turn, level in enumerate(own)
    ]
    write_jsonl(folder / "levels.jsonl", rows[::-1])  # order comes from the turns, not from the file
    write_jsonl(folder / "evad.jsonl", items)
    (folder / "model").mkdir()
    write_json(folder / "model" / "training.json", {"labels": labels})
    told = ["--levels", str(folder / "levels.jsonl"), "--evad", str(folder / "evad.jsonl")]
    told += ["--model", str(folder / "model"), "--normalisation", "per_level"]
    score_eva.main([*told, "--output", str(folder / "eva.csv")])
    return read_csv(folder / "eva.csv")


def chosen(level: int, quartile: int) -> dict:
    return {"item_id": "x", "dialogue_id": "d", "quartile": quartile, "chosen": {"level": level, "text": "x"}}


def test_evaeval_of_files_short_dialogues_included(folder):
    # a: one utterance, in the last quartile; b: two, the first without a level, the second in the last quartile.
    found = eva(folder, {"a": [1], "b": [None, 1]}, [chosen(1, 1), chosen(1, 4)])
    system = {(row["variant"], row["metric"]): row["value"] for row in found if not row["dialogue_id"]}
    # T (0, 0, 0, 1) against V (.5, 0, 0, .5).
    assert float(system["sum", "evaeval_level1"]) == pytest.approx(0.5)
    assert float(system["mean", "evaeval_level1"]) == pytest.approx(0.125)
    assert system["position_only", "evaeval_level2"] == ""
    shares = {
        row["metric"]: float(row["value"]) for row in found if (row["dialogue_id"], row["variant"]) == ("b", "share")
    }
    assert shares["level1_q4"] == 1 and sum(shares.values()) == 1
    assert {row["labels"] for row in found} == {"synthetic"}
    assert {row["n"] for row in found if row["dialogue_id"] == "b"} == {"2"}


def test_evaeval_without_evad_or_levels_is_refused(folder):
    with pytest.raises(Problem, match="no item"):
        eva(folder, {"a": [1]}, [])
    (folder / "model" / "training.json").unlink()
    (folder / "model").rmdir()
    with pytest.raises(Problem, match="no level"):
        eva(folder, {}, [chosen(1, 1)])


def level_rows(folder, *more: str) -> dict[str, list[dict]]:
    items = [
        {"item_id": f"d{number}:{place}", "dialogue_id": f"d{number}", "quartile": 1}
        | {"chosen": {"level": 1 + place % 4, "text": f"text {number} {place}"}}
        for number in range(40)
        for place in range(3)
    ]
    candidates = [
        {
            "item_id": item["item_id"],
            "candidates": {str(level): f"{item['item_id']} at {level}" for level in (1, 2, 3, 4)},
        }
        for item in [*items, {"item_id": "dropped:1"}]
    ]
    write_jsonl(folder / "evad.jsonl", items)
    write_jsonl(folder / "candidates.jsonl", candidates)
    told = ["--evad", str(folder / "evad.jsonl"), "--candidates", str(folder / "candidates.jsonl"), "--seed", "1"]
    told += ["--dev-share", "0.18", "--test-share", "0.1", *more]
    for name in ("train", "dev", "test"):
        told += [f"--{name}", str(folder / f"{name}.jsonl")]
    collect_level_rows.main(told)
    return {name: read_jsonl(folder / f"{name}.jsonl") for name in ("train", "dev", "test")}


def test_level_rows_are_split_by_dialogue_and_marked_synthetic(folder):
    found = level_rows(folder, "--rows", "chosen")
    dialogues = {name: {row["id"].split(":")[0] for row in rows} for name, rows in found.items()}
    assert not dialogues["train"] & dialogues["dev"] and not dialogues["test"] & (dialogues["dev"] | dialogues["train"])
    assert {name: len(rows) for name, rows in found.items()} == pytest.approx(
        {"train": 86, "dev": 22, "test": 12}, abs=3
    )
    assert {row["labels"] for rows in found.values() for row in rows} == {"synthetic"}


def test_candidates_of_dropped_items_are_no_level_rows(folder):
    found = level_rows(folder, "--rows", "candidates")
    assert sum(map(len, found.values())) == 4 * 120
    assert not any("dropped" in row["id"] for rows in found.values() for row in rows)


def labels(folder, lines: str) -> list[str]:
    (folder / "labels.csv").write_text("utterance_id,rater,level\n" + lines)
    rows = "".join(f"e{number}:1,words {number}\n" for number in range(30))
    (folder / "texts.csv").write_text("utterance_id,text\n" + rows)
    given = ["--labels-dialogues", str(folder / "labels.csv"), str(folder / "texts.csv"), "--group", "level"]
    return ["--rows", "chosen", *given]


def test_peoples_labels_take_the_place_of_the_writers_and_ties_are_dropped(folder):
    votes = "".join(f"e{number}:1,level-{rater},{1 + number % 4}\n" for number in range(29) for rater in range(3))
    found = level_rows(folder, *labels(folder, votes + "e29:1,level-1,1\ne29:1,level-2,2\n"))
    every = [row for rows in found.values() for row in rows]
    assert len(every) == 29 and {row["labels"] for row in every} == {"human"}
    assert next(row["level"] for row in every if row["id"] == "e5:1") == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("e1:1,level-a,5", "line 2: the level '5' is none of 1, 2, 3, 4"),
        ("e1:1,level-a,", "line 2: the level '' is none of"),
        ("unknown,level-a,1", "line 2: 'unknown' is no utterance of"),
        ("e1:1,level-,1", "line 2: the rater 'level-' is not called <group>-<name>"),
        ("e1:1,psych-a,1", "line 2: psych-a is not of the group level"),
        ("e1:1,level-a,1\ne1:1,level-b,1\ne1:1,level-a,2", "line 4: level-a gives e1:1 a level twice (first: "),
        ("e1:1,level-a,1\ne1:1,level-A,1", "line 3: level-A gives e1:1 a level twice (first: "),
    ],
)
def test_level_that_cannot_be_used_or_is_given_twice_is_a_problem_that_names_the_line(folder, line, said):
    with pytest.raises(Problem) as told:
        level_rows(folder, *labels(folder, line + "\n"))
    assert said in str(told.value) and "labels.csv, line" in str(told.value)


def test_rater_who_answers_often_has_one_vote_of_each_utterance(folder):
    """Two lines of one rater would win against two raters who agree; they are refused, not counted."""
    votes = "".join(f"e{number}:1,level-{rater},3\n" for number in range(30) for rater in "ab")
    with pytest.raises(Problem, match="gives e0:1 a level twice"):
        level_rows(folder, *labels(folder, votes + "e0:1,level-c,2\n" * 3))
    found = level_rows(folder, *labels(folder, votes + "e0:1,level-c,2\n"))
    assert next(row["level"] for rows in found.values() for row in rows if row["id"] == "e0:1") == 3


def test_responses_file_that_is_no_json_is_named(folder):
    (folder / "r.jsonl").write_text(json.dumps(response("a", 1, "x")) + "\n{broken\n")
    with pytest.raises(Problem, match="line 2"):
        read_responses(str(folder / "r.jsonl"))
