"""The personas stage: each step's main on small files, parsers, majority, split, example."""

import collections
import json
from pathlib import Path

import pytest

from scripts.personas import (
    assemble_personas,
    label_emotions,
    pick_example,
    rate_alignment,
    write_demographics,
    write_situations,
)
from scripts.provenance.errors import Problem
from scripts.text.files import read_json, read_jsonl, write_jsonl
from scripts.text.lexicon import load_lexicon
from scripts.text.personas import FIELDS

MODEL = json.dumps({"backend": "offline", "id": "gpt-4o", "world": "resources/world.yaml"})
SAMPLING = json.dumps({"temperature": 1.0, "top_p": 1.0, "max_tokens": 1024})
PROMPTS = Path("resources/prompts/compact")
TAXONOMY = Path("resources/taxonomy")


@pytest.fixture(autouse=True)
def journal(tmp_path, monkeypatch):
    monkeypatch.setenv("AFFIRM_JOURNAL", str(tmp_path / "journal"))


def asking(prompt: str, output: Path, max_failed: str = "0") -> list[str]:
    options = ["--model", MODEL, "--sampling", SAMPLING, "--max-failed", max_failed, "--output", str(output)]
    return ["--prompt", str(PROMPTS / f"{prompt}.md"), *options]


def write_six_cells(tmp_path: Path) -> Path:
    output = tmp_path / "situations.jsonl"
    shape = ["--cells", "6", "--least", "6", "--most", "8", "--seed", "42"]
    likeness = ["--sentences-kind", "tfidf", "--cosine", "0.95"]
    taxonomies = ["--values", str(TAXONOMY / "values.yaml"), "--problems", str(TAXONOMY / "problems.yaml")]
    write_situations.main([*taxonomies, *shape, *likeness, *asking("A-SIT", output)])
    return output


def rate(tmp_path: Path, situations: Path) -> Path:
    output = tmp_path / "rated.jsonl"
    options = ["--situations", str(situations), "--values", str(TAXONOMY / "values.yaml"), "--keep-from", "4"]
    rate_alignment.main([*options, *asking("A-ALN", output)])
    return output


def label(tmp_path: Path, rated: Path) -> Path:
    output = tmp_path / "labelled.jsonl"
    options = ["--situations", str(rated), "--emotions", str(TAXONOMY / "emotions.yaml"), "--votes", "5"]
    label_emotions.main([*options, *asking("A-ELAB", output)])
    return output


def test_steps_lead_from_categories_and_values_to_described_situations(tmp_path):
    situations = write_six_cells(tmp_path)
    written = read_jsonl(situations)
    assert len({row["category"] for row in written}) == 6 and len({row["id"] for row in written}) == len(written)
    assert all(6 <= count <= 8 for count in collections.Counter(row["category"] for row in written).values())

    rated = read_jsonl(rate(tmp_path, situations))
    assert [row["id"] for row in rated] == sorted(row["id"] for row in written)
    kept = [row for row in rated if row["kept"]]
    assert all(row["kept"] == (row["rating"] >= 4) for row in rated) and 0 < len(kept) < len(rated)
    lexicon = load_lexicon("resources/world.yaml")
    assert all(row["value"] in lexicon.voiced(row["situation"]) for row in kept)

    labelled = read_jsonl(label(tmp_path, tmp_path / "rated.jsonl"))
    assert [row["id"] for row in labelled] == [row["id"] for row in kept]
    assert all(len(row["votes"]) == 5 and row["emotion"] in row["votes"] for row in labelled)
    shown = [row["emotion"] == lexicon.emotion(row["situation"]) for row in labelled]
    assert sum(shown) >= 0.9 * len(shown)

    output = tmp_path / "described.jsonl"
    write_demographics.main(["--situations", str(tmp_path / "labelled.jsonl"), *asking("A-DEMO", output)])
    described = read_jsonl(output)
    assert [row["id"] for row in described] == [row["id"] for row in labelled]
    assert {"age_range", "gender", "occupation"} <= set(described[0])


def test_second_run_gives_the_same_bytes_from_the_journal(tmp_path):
    first = write_six_cells(tmp_path).read_bytes()
    journal = (tmp_path / "journal").rglob("*.jsonl")
    lines = sum(len(path.read_text().splitlines()) for path in journal if "failures" not in path.name)
    assert write_six_cells(tmp_path).read_bytes() == first
    journal = (tmp_path / "journal").rglob("*.jsonl")
    assert sum(len(path.read_text().splitlines()) for path in journal if "failures" not in path.name) == lines


def test_too_many_unusable_answers_are_a_problem(tmp_path):
    rows = [{"id": "a", "category": "No such", "value": "Achievement", "situation": "Nothing here.", "kept": True}]
    write_jsonl(tmp_path / "rated.jsonl", rows)
    (tmp_path / "emotions.yaml").write_text("[Joy]\n", encoding="utf-8")
    broken = tmp_path / "A-ELAB.md"
    broken.write_text(
        "---\nid: A-INT\nslots: [situation, emotions]\nanswer: x\n---\n[user]\n{{ situation }}{{ emotions }}\n"
    )
    options = [
        "--situations",
        str(tmp_path / "rated.jsonl"),
        "--emotions",
        str(tmp_path / "emotions.yaml"),
        "--votes",
        "2",
    ]
    asked = ["--prompt", str(broken), "--model", MODEL, "--sampling", SAMPLING, "--max-failed", "0.5"]
    with pytest.raises(Problem, match="2 of 2 answers"):
        label_emotions.main([*options, *asked, "--output", str(tmp_path / "out.jsonl")])
    assert not (tmp_path / "out.jsonl").exists()


def test_no_kept_situation_is_a_problem(tmp_path):
    write_jsonl(tmp_path / "rated.jsonl", [{"id": "a", "situation": "x", "kept": False}])
    with pytest.raises(Problem, match="no situation that was kept"):
        label(tmp_path, tmp_path / "rated.jsonl")


def test_all_cells_are_asked_when_the_number_is_0_and_few_spread_over_categories():
    assert len(write_situations.choose_cells(6, 20, 0, 42)) == 120
    few = write_situations.choose_cells(6, 20, 13, 42)
    assert sorted(collections.Counter(category for category, _ in few).values()) == [2, 2, 2, 2, 2, 3]
    assert few == sorted(set(few)) and few != write_situations.choose_cells(6, 20, 13, 43)


def test_situations_are_read_without_numbering_headings_or_blank_lines():
    text = "Situations:\n1. I lost my job today.\n\n- I miss my old  friends.\n"
    assert write_situations.parse_situations(text) == ["I lost my job today.", "I miss my old friends."]
    with pytest.raises(ValueError):
        write_situations.parse_situations("\n \n")


def test_repeated_and_near_situations_are_dropped_and_the_first_stays():
    import numpy

    rows = [{"id": n, "situation": text} for n, text in enumerate(["I lost it.", "i LOST it", "I won.", "I ran."])]
    different = write_situations.drop_repeated(rows)
    assert [row["id"] for row in different] == [0, 2, 3]
    vectors = numpy.array([[1.0, 0.0], [0.6, 0.8], [0.96, 0.28]], dtype=numpy.float32)
    kept = write_situations.drop_near(different, lambda texts: vectors[: len(texts)], 0.95)
    assert [row["id"] for row in kept] == [0, 2]  # cosines with the first: 0.6, 0.96
    assert len(write_situations.drop_near(different, lambda texts: vectors, 0.97)) == 3


def test_ratings_are_read_in_order_and_a_missing_record_is_unusable():
    text = (
        "situation: I lost my job.\n- Reasoning: weak\n  link.\n- Rating: 2\n\n"
        "Situation: I ran.\n- Reasoning: strong.\n- Rating: **5**\n"
    )
    assert rate_alignment.parse_ratings(text, 2) == [
        {"rating": 2, "reasoning": "weak link."},
        {"rating": 5, "reasoning": "strong."},
    ]
    for broken in (text.replace("5", "6"), text[: text.index("Situation")], text.replace("- Reasoning: strong.\n", "")):
        with pytest.raises(ValueError):
            rate_alignment.parse_ratings(broken, 2)


def test_majority_takes_the_first_label_that_reached_the_top_count():
    assert label_emotions.majority(["Fear", "Anger", "Anger", "Fear", "Guilt"]) == "Anger"
    assert label_emotions.majority(["Fear", "Anger", "Guilt"]) == "Fear"
    assert label_emotions.majority(["Fear", "Anger", "Shame", "Anger", "Shame"]) == "Anger"


def test_emotion_is_read_in_any_case_and_nothing_else():
    assert label_emotions.parse_emotion(" **sadness**.\n", ["Fear", "Sadness"]) == "Sadness"
    with pytest.raises(ValueError):
        label_emotions.parse_emotion("Sadness, I think", ["Fear", "Sadness"])


@pytest.mark.parametrize(
    "broken",
    [
        '{"age_range": "30s", "gender": "male"}',
        '{"age_range": "35", "gender": "male", "occupation": "cook"}',
        '{"age_range": "30s", "gender": "", "occupation": "cook"}',
        "thirties",
    ],
)
def test_demographics_need_all_three_fields_and_a_decade(broken):
    good = '```json\n{"age_range": "30s", "gender": "male", "occupation": "line  cook"}\n```'
    assert write_demographics.parse_person(good) == {"age_range": "30s", "gender": "male", "occupation": "line cook"}
    with pytest.raises(ValueError):
        write_demographics.parse_person(broken)


def personas(cells: int, size: int) -> list[dict]:
    return [
        dict.fromkeys(FIELDS, "x") | {"id": f"c{cell}-{n}", "category": f"c{cell}", "votes": []}
        for cell in range(cells)
        for n in range(size)
    ]


def assemble(tmp_path: Path, rows: list[dict], train: int, dev: int, test: int) -> dict[str, list[dict]]:
    write_jsonl(tmp_path / "all.jsonl", rows)
    options = ["--personas", str(tmp_path / "all.jsonl"), "--seed", "42"]
    for name, size in (("train", train), ("dev", dev), ("test", test)):
        options += [f"--{name}", str(size), f"--{name}-output", str(tmp_path / f"{name}.jsonl")]
    assemble_personas.main(options)
    return {name: read_jsonl(tmp_path / f"{name}.jsonl") for name in ("train", "dev", "test")}


def test_split_is_disjoint_with_one_dev_and_test_persona_of_each_cell(tmp_path):
    splits = assemble(tmp_path, personas(cells=10, size=5), 30, 10, 10)
    ids = [row["id"] for rows in splits.values() for row in rows]
    assert len(ids) == len(set(ids)) == 50 and list(splits["train"][0]) == list(FIELDS)
    for name in ("dev", "test"):
        assert sorted(row["category"] for row in splits[name]) == sorted(f"c{n}" for n in range(10))


def test_split_leaves_small_cells_to_the_rest_and_fills_up_at_random(tmp_path):
    splits = assemble(tmp_path, personas(cells=2, size=9) + personas(cells=4, size=2)[4:], 12, 4, 4)
    assert {name: len(rows) for name, rows in splits.items()} == {"train": 12, "dev": 4, "test": 4}
    for name in ("dev", "test"):
        assert {"c0", "c1"} <= {row["category"] for row in splits[name]}


def test_split_does_not_depend_on_the_order_of_the_file(tmp_path):
    rows = personas(cells=6, size=5)
    assert assemble(tmp_path, rows, 12, 6, 6) == assemble(tmp_path, rows[::-1], 12, 6, 6)


def test_duplicate_persona_id_is_a_problem_and_nothing_is_written(tmp_path):
    with pytest.raises(Problem, match="'c0-0' stands more than once"):
        assemble(tmp_path, personas(2, 3) + personas(1, 1), 2, 1, 1)
    assert not (tmp_path / "train.jsonl").exists()


@pytest.mark.parametrize("emotion", [None, "", "left out"])
def test_persona_without_an_emotion_is_a_problem_that_names_it(tmp_path, emotion):
    rows = personas(2, 3)
    rows[4]["emotion"] = emotion
    if emotion == "left out":
        del rows[4]["emotion"]
    with pytest.raises(Problem, match="the persona 'c1-1' has no emotion"):
        assemble(tmp_path, rows, 2, 1, 1)
    assert not (tmp_path / "train.jsonl").exists()


def test_too_few_personas_are_a_problem(tmp_path):
    with pytest.raises(Problem, match=r"holds 6 personas.*dev 3 and test 3"):
        assemble(tmp_path, personas(2, 3), 5, 3, 3)


def test_train_takes_what_dev_and_test_leave(tmp_path):
    splits = assemble(tmp_path, personas(2, 3), 5, 1, 1)
    assert [len(splits[name]) for name in ("train", "dev", "test")] == [4, 1, 1]


def dialogue(name: str, final: int | None, turns: int) -> dict:
    spoken = [{"index": n, "role": ("seeker", "supporter")[n % 2], "text": f"t{n}"} for n in range(turns)]
    return {"id": name, "turns": spoken, "meta": {"final_intensity": final}}


def test_example_is_the_first_short_dialogue_that_ended_well_with_merged_turns(tmp_path):
    split_turn = dialogue("c", 1, 9)
    split_turn["turns"].insert(1, {"index": 1, "role": "seeker", "text": "more"})
    rows = [dialogue("a", 1, 13), dialogue("b", 2, 9), dialogue("e", None, 9), split_turn, dialogue("d", 1, 9)]
    write_jsonl(tmp_path / "train.jsonl", rows)
    common = ["--dialogues", str(tmp_path / "train.jsonl"), "--output", str(tmp_path / "example.json")]
    pick_example.main([*common, "--example", "auto"])
    example = read_json(tmp_path / "example.json")
    assert example["id"] == "c" and len(example["turns"]) == 9 and example["turns"][0]["text"] == "t0 more"
    pick_example.main([*common, "--example", "a"])
    assert read_json(tmp_path / "example.json")["id"] == "a"


def test_example_that_cannot_be_had_is_a_problem():
    with pytest.raises(Problem, match="ends at intensity 1"):
        pick_example.pick([dialogue("a", 2, 9)], "auto")
    with pytest.raises(Problem, match="'z' is no ESConv train dialogue"):
        pick_example.pick([dialogue("a", 1, 9)], "z")
