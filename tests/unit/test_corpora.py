"""Public corpora in the project's formats: every published form, checksums, the papers' facts."""

import hashlib
import json

import pyarrow.parquet as pq
import pytest
import yaml

from scripts.corpora import (
    check_corpora,
    normalise_esconv,
    normalise_extes,
    normalise_psych8k,
    normalise_valueeval,
)
from scripts.corpora.registry import load_registry, missing, read_records
from scripts.corpora.shares import split_shares
from scripts.provenance.errors import Problem
from scripts.text.files import read_csv, read_jsonl

SURVEY = {"seeker": {"initial_emotion_intensity": "5", "final_emotion_intensity": "2"}, "supporter": {}}
HEAD = {"emotion_type": "fear", "problem_type": "job", "situation": "I am afraid. ", "survey_score": SURVEY}
LINES_FORM = HEAD | {
    "dialog": [
        {"text": "Hi\n", "speaker": "usr"},
        {"text": "Hello?", "speaker": "sys", "strategy": "Question"},
    ]
}
LIST_FORM = HEAD | {
    "dialog": [
        {"speaker": "seeker", "annotation": {"feedback": "5"}, "content": "Hi\n"},
        {"speaker": "supporter", "annotation": {"strategy": "Question"}, "content": "Hello?"},
    ]
}


def esconv(tmp_path, text: str, sha256: str = "") -> list[dict]:
    (tmp_path / "in").write_text(text, encoding="utf-8")
    options = ["--input", str(tmp_path / "in"), "--split", "dev", "--sha256", sha256]
    normalise_esconv.main([*options, "--output", str(tmp_path / "out.jsonl")])
    return read_jsonl(tmp_path / "out.jsonl")


def test_both_published_forms_of_esconv_give_the_same_dialogue(tmp_path):
    expected = {
        "id": "esconv-dev-0",
        "turns": [
            {"index": 0, "role": "seeker", "text": "Hi"},
            {"index": 1, "role": "supporter", "text": "Hello?", "strategy": "Question"},
        ],
        "meta": {
            "emotion_type": "fear",
            "problem_type": "job",
            "situation": "I am afraid.",
            "initial_intensity": 5,
            "final_intensity": 2,
        },
    }
    assert (
        esconv(tmp_path, json.dumps(LINES_FORM) + "\n")
        == esconv(tmp_path, json.dumps([LIST_FORM], indent=1))
        == [expected]
    )


def test_a_missing_final_intensity_is_null(tmp_path):
    record = LINES_FORM | {"survey_score": {"seeker": {"initial_emotion_intensity": "5"}}}
    assert esconv(tmp_path, json.dumps(record))[0]["meta"]["final_intensity"] is None


def test_a_wrong_checksum_a_broken_line_and_a_foreign_record_name_file_and_place(tmp_path):
    text = json.dumps(LINES_FORM)
    assert len(esconv(tmp_path, text, hashlib.sha256(text.encode()).hexdigest())) == 1
    for content, sha256, words in [
        (text, "0" * 64, "was expected"),
        (text + "\n{oops\n", "", "line 2 is not JSON"),
        (text + '\n{"dialog": []}', "", "record 1 is no ESConv dialogue"),
        ("", "", "is empty"),
    ]:
        with pytest.raises(Problem, match=words):
            esconv(tmp_path, content, sha256)


def test_a_line_separator_inside_a_string_ends_no_record(tmp_path):
    (tmp_path / "in").write_text('{"a": "x\u2028y"}\n{"a": "z"}\n', encoding="utf-8")
    assert [record["a"] for record in read_records(tmp_path / "in")] == ["x\u2028y", "z"]


def test_malformed_extes_records_are_left_out_and_splits_share_no_dialogue(tmp_path):
    good = {
        "scene": "s",
        "description": "d",
        "content": [{"User": "Help"}, {"AI Strategy": "Others", "AI": "Tell me"}],
    }
    both = good | {"content": [{"User": "Help", "AI Strategy": "Others", "AI": "Tell me"}]}
    bad = [
        good | {"content": [{"User": "Help"}]},
        good | {"content": [{"User": "a"}, {"AI Strategy": "x"}]},
        {"scene": 1},
    ]
    (tmp_path / "in").write_text(json.dumps([good] * 15 + [both] * 4 + bad))
    options = [
        "--input",
        str(tmp_path / "in"),
        "--sha256",
        "",
        "--dev-share",
        "0.2",
        "--test-share",
        "0.1",
        "--seed",
        "4",
    ]
    names = {split: str(tmp_path / f"{split}.jsonl") for split in ("train", "dev", "test")}
    normalise_extes.main(options + [part for split, path in names.items() for part in (f"--{split}", path)])
    rows = {split: read_jsonl(path) for split, path in names.items()}
    assert {split: len(found) for split, found in rows.items()} == {"train": 13, "dev": 4, "test": 2}
    assert len({row["id"] for found in rows.values() for row in found}) == 19
    for found in rows.values():
        for row in found:
            assert [(turn["role"], turn.get("strategy")) for turn in row["turns"]] == [
                ("seeker", None),
                ("supporter", "Others"),
            ]


def test_psych8k_gives_dialogues_of_two_turns_without_the_instruction(tmp_path):
    records = [{"instruction": "Act.", "input": " I am sad ", "output": "Rest."}] * 9
    records += [{"instructions": "Act.", "input": "Why", "output": "So."}, {"input": "", "output": "x"}]
    (tmp_path / "in").write_text(json.dumps(records))
    options = ["--input", str(tmp_path / "in"), "--sha256", "", "--dev-share", "0.2", "--seed", "1"]
    normalise_psych8k.main([*options, "--train", str(tmp_path / "t"), "--dev", str(tmp_path / "d")])
    rows = read_jsonl(tmp_path / "t") + read_jsonl(tmp_path / "d")
    assert len(rows) == 10
    assert sorted(row["turns"][0]["text"] for row in rows) == ["I am sad"] * 9 + ["Why"]


def valueeval(tmp_path, arguments: list[str], labels: list[str]) -> list[dict]:
    values = [f"value {number}" for number in range(20)]
    (tmp_path / "v.yaml").write_text(yaml.safe_dump([{"label": value} for value in values]))
    (tmp_path / "a").write_text("\n".join(["Argument ID\tConclusion\tStance\tPremise", *arguments, ""]))
    (tmp_path / "l").write_text("\n".join(["\t".join(["Argument ID", *values]), *labels, ""]))
    options = ["--arguments", "a", "--labels", "l", "--values", "v.yaml", "--output", "o"]
    options = [part if part.startswith("--") else str(tmp_path / part) for part in options]
    normalise_valueeval.main([*options, "--sha256-arguments", "", "--sha256-labels", ""])
    return pq.read_table(tmp_path / "o").to_pylist()


def test_valueeval_feeds_premises_and_takes_quotes_for_characters(tmp_path):
    first, second = ["1"] + ["0"] * 19, ["0"] * 19 + ["1"]
    arguments = ['B\tBan it\tagainst\t"it is open', "A\tBan it\tin favor of\tit costs"]
    rows = valueeval(tmp_path, arguments, ["\t".join(["A", *first]), "\t".join(["B", *second])])
    assert [(row["id"], row["text"], row["v00"], row["v19"]) for row in rows] == [
        ("A", "it costs", 1, 0),
        ("B", '"it is open', 0, 1),
    ]


def test_valueeval_files_that_do_not_belong_together_are_refused(tmp_path):
    with pytest.raises(Problem, match="different arguments"):
        valueeval(tmp_path, ["A\tc\ts\tp"], ["\t".join(["B"] + ["0"] * 20)])
    with pytest.raises(Problem, match="repeated or cut short"):
        valueeval(tmp_path, ["A\tc\ts"], ["\t".join(["A"] + ["0"] * 20)])


def turn(role: str, text: str, **more: str) -> dict:
    return {"role": role, "text": text, **more}


def test_facts_are_counted_as_the_papers_count_them():
    said = [
        turn("seeker", "one"),
        turn("supporter", "b", strategy="Question"),
        turn("seeker", "two words"),
        turn("seeker", "x"),
    ]
    meta = {"initial_intensity": 5, "final_intensity": 2}
    first, second = (
        {"turns": said, "meta": meta},
        {"turns": said[1:], "meta": meta | {"final_intensity": None}},
    )
    facts = check_corpora.computed_facts({"train": [first], "dev": [second], "test": [first, second]})
    assert facts["first_speaker_is_seeker_train"] == 1 and facts["first_speaker_is_seeker_dev"] == 0
    assert facts["seeker_turn_words_test"] == 3.0  # `two words` and `x` are one turn, `one` has no context
    assert facts["turns_per_dialogue"] == (4 + 3 + 4 + 3) / 4 / 2
    assert (facts["initial_5"], facts["initial_5_final_1_2"], facts["initial_5_final_missing"]) == (4, 2, 2)
    assert facts["strategy: Question"] == 4
    rows = check_corpora.compare([{"fact": "turns_per_dialogue", "published": "2", "source": "s"}], facts)
    assert rows == [
        {"fact": "turns_per_dialogue", "published": "2", "source": "s", "computed": 1.75, "difference": -0.25}
    ]


def test_every_published_fact_is_computed():
    dialogue = {"turns": [turn("seeker", "a"), turn("supporter", "b"), turn("seeker", "c")]}
    dialogue["meta"] = {"initial_intensity": 5, "final_intensity": 3}
    facts = check_corpora.computed_facts({split: [dialogue] for split in ("train", "dev", "test")})
    assert len(check_corpora.compare(read_csv("resources/esconv_facts.csv"), facts)) == 17


def test_registry_names_source_and_licence_of_what_is_missing():
    rows = load_registry("resources/datasets.csv")
    assert all(row["source"] and row["licence"] and row["used_for"] for row in rows.values())
    assert "CC BY-NC 4.0" in missing(rows["esconv_train"], "x/train.jsonl")


def test_shares_split_the_same_records_in_any_order():
    ids = [f"d{number}" for number in range(40)]
    splits = split_shares(ids, {"dev": 0.1, "test": 0.05}, 3)
    assert {split: len(names) for split, names in splits.items()} == {"train": 34, "dev": 4, "test": 2}
    again = split_shares(ids[::-1], {"dev": 0.1, "test": 0.05}, 3)
    assert {split: set(names) for split, names in again.items()} == {
        split: set(names) for split, names in splits.items()
    }
    with pytest.raises(Problem, match="leave nothing"):
        split_shares(ids[:3], {"dev": 0.1}, 3)
