"""Readers of grades: what they learn, what they refuse, and that a text's grade is its own."""

import json

import numpy
import pytest

from scripts.classifiers.grades import open_reader, read_grades, save_reader
from scripts.classifiers.grading import GradeRecipe, batches, class_weights, train_reader
from scripts.provenance.errors import Problem
from scripts.scoring import check_empathy, check_levels, predict_levels, score_empathy, train_empathy, train_levels
from scripts.scoring.recipes import class_scores, recipe_of
from scripts.text.files import read_csv, read_json, read_jsonl, write_csv, write_json, write_jsonl

RECIPE = dict(
    layers=1, hidden=32, epochs=10, batch=8, learning_rate=1e-2, weight_decay=0.01, dropout=0.0, max_length=32,
    pool="mean", frozen_layers=0, balance=0.5,
)  # fmt: skip
TOPICS = ("work", "home", "school", "love", "friends")


def test_class_scores_by_hand():
    scores = class_scores([0, 0, 0, 1, 2], [0, 0, 1, 1, 0], 4)
    f1 = [2 * 2 / 6, 2 * 1 / 3, 0, 0]
    assert scores["f1"] == pytest.approx(f1) and scores["macro_f1"] == pytest.approx(sum(f1) / 4)
    assert scores["weighted_f1"] == pytest.approx((3 * f1[0] + f1[1]) / 5) and scores["accuracy"] == pytest.approx(0.6)


def test_weights_of_classes_have_mean_one_over_rows():
    grades = [0] * 8 + [1] * 2
    assert class_weights(grades, 3, 0.0) == [1, 1, 0]
    assert class_weights(grades, 2, 1.0) == pytest.approx([5 / 8, 5 / 2])


def test_batches_hold_each_row_once_and_differ_by_draw():
    import random

    lengths = [place % 7 for place in range(100)]
    one, other = (list(batches(lengths, 8, random.Random(seed))) for seed in (1, 2))
    assert sorted(row for batch in one for row in batch) == list(range(100)) and one != other


def test_recipe_with_a_key_too_few_or_too_many_is_refused():
    with pytest.raises(Problem, match="epochs"):
        recipe_of(json.dumps({key: value for key, value in RECIPE.items() if key != "epochs"}))
    with pytest.raises(Problem, match="extra"):
        recipe_of(json.dumps(RECIPE | {"extra": 1}))


def answered(count: int) -> list[dict]:
    """Replies whose degree follows from the seeker's text alone."""
    rows = []
    for number in range(count):
        seeker, said = f"i am sad about {TOPICS[number % 3]}", f"tell me more about {TOPICS[number % 5]}"
        row = {"id": str(number), "group": str(number), "seeker": seeker, "response": said}
        rows.append(row | {"level": number % 3})
    return rows


def test_pair_reads_the_response_in_the_light_of_the_seekers_text():
    rows = answered(90)
    texts, grades = [(row["seeker"], row["response"]) for row in rows], [row["level"] for row in rows]
    recipe = GradeRecipe(**RECIPE)
    pair, tokenizer, _ = train_reader(None, texts, grades, [0, 1, 2], True, recipe, 3)
    assert (read_grades(pair, tokenizer, texts).argmax(1) == grades).mean() > 0.95
    alone, tokenizer, _ = train_reader(None, texts, grades, [0, 1, 2], False, recipe, 3)
    assert (read_grades(alone, tokenizer, texts).argmax(1) == grades).mean() < 0.5


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder of a pair that was trained shortly, its texts, and the reader."""
    rows = answered(40)
    texts, grades = [(row["seeker"], row["response"]) for row in rows], [row["level"] for row in rows]
    reader, tokenizer, report = train_reader(None, texts, grades, [0, 1, 2], True, GradeRecipe(**RECIPE), 1)
    folder = tmp_path_factory.mktemp("reader")
    save_reader(reader, tokenizer, folder)
    return folder, texts, read_grades(reader, tokenizer, texts), report


def test_opened_reader_says_what_the_trained_one_said_whatever_stands_beside_a_text(trained):
    folder, texts, told, _ = trained
    read = open_reader(folder)
    assert numpy.array_equal(read(texts), told)
    assert numpy.array_equal(read(texts[::-1])[::-1], told)
    assert numpy.array_equal(read(texts[5:6]), told[5:6])
    assert read([]).shape == (0, 3)


def test_training_again_gives_the_same_weights(trained):
    _, texts, told, report = trained
    grades = [row["level"] for row in answered(40)]
    reader, tokenizer, again = train_reader(None, texts, grades, [0, 1, 2], True, GradeRecipe(**RECIPE), 1)
    assert again["losses"] == report["losses"]
    assert numpy.array_equal(read_grades(reader, tokenizer, texts), told)


def test_empty_utterance_is_refused_with_its_place(trained):
    folder, texts, _, _ = trained
    read = open_reader(folder)
    with pytest.raises(Problem, match=r"Text 2 of 2 .* empty response"):
        read([texts[0], ("i am sad", " \n")])
    with pytest.raises(Problem, match=r"Text 1 of 1 .* empty seeker"):
        read([("", "good day")])


def test_folder_that_is_no_reader_is_refused(tmp_path):
    with pytest.raises(Problem, match=r"reader\.json"):
        open_reader(tmp_path)


def test_seekers_encoder_of_a_pretrained_pair_is_not_trained(trained):
    folder, texts, _, _ = trained
    grades = [row["level"] for row in answered(40)]
    recipe = GradeRecipe(**RECIPE | {"epochs": 1})
    reader, _, _ = train_reader(folder / "encoder", texts, grades, [0, 1, 2], True, recipe, 1)
    from transformers import AutoModel

    before = AutoModel.from_pretrained(folder / "encoder").state_dict()
    for name, weight in reader.seeker.state_dict().items():
        assert (weight == before[name]).all(), name
    assert any((weight != before[name]).any() for name, weight in reader.encoder.state_dict().items())


def response(turn: int, text: str, history: list[dict]) -> dict:
    place = {"id": f"d:{turn}", "dialogue_id": "d", "turn": turn}
    return place | {"history": history, "reference": "x", "response": text}


def test_empathy_of_an_empty_response_is_0_and_one_that_answers_nobody_is_left_out(trained, tmp_path):
    import pyarrow.parquet

    folder, texts, told, _ = trained
    said = [{"role": "seeker", "text": texts[2][0]}]
    write_jsonl(
        tmp_path / "r.jsonl", [response(1, texts[2][1], said), response(3, " ", said), response(5, "good day", [])]
    )
    models = [word for name in ("er", "ex", "ip") for word in (f"--{name}-model", str(folder))]
    score_empathy.main(["--responses", str(tmp_path / "r.jsonl"), *models, "--output", str(tmp_path / "e.parquet")])
    found = pyarrow.parquet.read_table(tmp_path / "e.parquet").to_pylist()
    assert {row["metric"] for row in found} == {"epitome_er", "epitome_ex", "epitome_ip"}
    assert {(row["turn"], row["value"]) for row in found} == {(1, float(told[2].argmax())), (3, 0.0)}


@pytest.fixture(scope="module")
def levels(tmp_path_factory):
    """A level classifier's folder, trained on utterances that carry their level's word."""
    folder = tmp_path_factory.mktemp("levels")
    words = {1: "listening", 2: "sounds", 3: "sense", 4: "strong"}
    rows = [
        {
            "id": str(n),
            "text": f"{words[1 + n % 4]} about {TOPICS[n % 5]} {n}",
            "level": 1 + n % 4,
            "labels": "synthetic",
        }
        for n in range(100)
    ]
    for name, own in (("train", rows[:70]), ("dev", rows[70:85]), ("test", [*rows[85:], rows[0]])):
        write_jsonl(folder / f"{name}.jsonl", own)
    files = [word for name in ("train", "dev", "test") for word in (f"--{name}", str(folder / f"{name}.jsonl"))]
    train_levels.main([*files, "--recipe", json.dumps(RECIPE), "--seed", "1", "--output", str(folder / "model")])
    return folder


def test_level_classifier_reports_f1_and_that_its_labels_are_synthetic(levels):
    report = read_json(levels / "model" / "training.json")
    assert report["labels"] == "synthetic"
    assert report["test"]["macro_f1"] > 0.9 > 0.4 > report["test"]["majority"]["macro_f1"]
    assert (report["test"]["rows"], report["test"]["seen_in_train"]) == (15, 1)


def checked(levels, tmp_path, *words):
    """Rows of check_levels by split, EVAD's chosen utterances being those of the test and one that training met."""
    rows = read_jsonl(levels / "test.jsonl")
    items = [
        {"item_id": str(n), "dialogue_id": "d", "chosen": {"text": row["text"], "level": row["level"]}}
        for n, row in enumerate(rows)
    ]
    write_jsonl(tmp_path / "evad.jsonl", items)
    told = ["--train", str(levels / "train.jsonl"), "--evad", str(tmp_path / "evad.jsonl"), *words]
    check_levels.main([*told, "--output", str(tmp_path / "m.csv")])
    return {row["split"]: row for row in read_csv(tmp_path / "m.csv")}


def test_f1_of_the_level_classifier_is_that_of_its_training_and_people_are_wanted_for_the_other(levels, tmp_path):
    report, found = (
        read_json(levels / "model" / "training.json"),
        checked(levels, tmp_path, "--model", f"{levels}/model"),
    )
    assert list(found) == ["dev", "test", "transfer"]
    for split in ("dev", "test"):
        told = {name: float(found[split][name]) for name in ("macro_f1", "weighted_f1", "accuracy", "f1_3")}
        wanted = [*(report[split][name] for name in ("macro_f1", "weighted_f1", "accuracy")), report[split]["f1"][2]]
        assert list(told.values()) == pytest.approx(wanted, abs=1e-4)
    assert found["test"]["status"] == "built" and found["test"]["seen_in_train"] == "1"
    lacking = found["transfer"]
    assert (lacking["measured"], lacking["status"], lacking["macro_f1"]) == ("human", "needs_ratings", "")


def test_level_classifier_is_measured_on_peoples_labels_where_they_are(levels, tmp_path):
    """People call `sounds` level 3 and know nothing of `strong`: by hand F1 1, 0, 2/3, 0 and accuracy 2/3."""
    said = [("a", "listening about work 900", 1), ("b", "sense about work 901", 3), ("c", "sounds about work 902", 3)]
    met = read_jsonl(levels / "train.jsonl")[0]
    said += [("d", met["text"], met["level"]), ("e", "strong about work 903", "tie")]
    write_csv(tmp_path / "t.csv", [{"utterance_id": n, "text": text} for n, text, _ in said], ["utterance_id", "text"])
    votes = [{"utterance_id": n, "rater": "level-1", "level": level} for n, _, level in said[:4]]
    votes += [{"utterance_id": "e", "rater": f"level-{n}", "level": n} for n in (1, 4)]
    write_csv(tmp_path / "l.csv", votes, ["utterance_id", "rater", "level"])
    words = ("--labels-dialogues", str(tmp_path / "l.csv"), str(tmp_path / "t.csv"), "--group", "level")
    row = checked(levels, tmp_path, "--model", f"{levels}/model", *words)["transfer"]
    assert (row["learnt"], row["measured"], row["status"]) == ("synthetic", "human", "built")
    assert (row["rows"], row["seen_in_train"]) == ("3", "1")
    assert [float(row[f"f1_{n}"]) for n in (1, 2, 3, 4)] == pytest.approx([1, 0, 2 / 3, 0], abs=1e-4)
    assert float(row["accuracy"]) == pytest.approx(2 / 3, abs=1e-4)
    assert float(row["macro_f1"]) == pytest.approx(5 / 12, abs=1e-4)
    (tmp_path / "l.csv").write_text("utterance_id,rater,level\nz,level-1,3\n")
    with pytest.raises(Problem, match="'z' is no utterance"):
        checked(levels, tmp_path, "--model", f"{levels}/model", *words)


def test_classifier_that_learnt_from_people_is_measured_on_the_writers_labels(levels, tmp_path):
    import shutil

    shutil.copytree(levels / "model", tmp_path / "model")
    write_json(
        tmp_path / "model" / "training.json", read_json(levels / "model" / "training.json") | {"labels": "human"}
    )
    row = checked(levels, tmp_path, "--model", str(tmp_path / "model"))["transfer"]
    assert (row["measured"], row["rows"], row["seen_in_train"]) == ("synthetic", "15", "1")
    assert row["macro_f1"] == checked(levels, tmp_path, "--model", str(tmp_path / "model"))["test"]["macro_f1"]


def test_response_without_a_word_has_no_level_but_keeps_its_place(levels, tmp_path):
    write_jsonl(
        tmp_path / "r.jsonl", [response(1, "strong about work", []), response(3, "", []), response(5, "sense", [])]
    )
    told = ["--responses", str(tmp_path / "r.jsonl"), "--model", str(levels / "model")]
    predict_levels.main([*told, "--output", str(tmp_path / "l.jsonl")])
    found = read_jsonl(tmp_path / "l.jsonl")
    assert [(row["turn"], row["level"]) for row in found] == [(1, 4), (3, None), (5, 3)]
    assert found[1]["probabilities"] is None and sum(found[0]["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_classifier_of_something_else_tells_no_level(trained, tmp_path):
    write_jsonl(tmp_path / "r.jsonl", [response(1, "x", [])])
    with pytest.raises(Problem, match="not the levels"):
        told = ["--responses", str(tmp_path / "r.jsonl"), "--model", str(trained[0])]
        predict_levels.main([*told, "--output", str(tmp_path / "l.jsonl")])


@pytest.mark.parametrize("bad", [{"level": 5}, {"text": " "}, {"level": "2"}])
def test_training_row_without_a_text_or_a_level_is_refused(tmp_path, bad):
    write_jsonl(tmp_path / "t.jsonl", [{"id": "one", "text": "x", "level": 1} | bad])
    with pytest.raises(Problem, match="one"):
        train_levels.read_levels(str(tmp_path / "t.jsonl"))


def test_held_out_rows_are_read_by_what_did_not_see_them():
    folds = [0, 0, 1, 2, 1]
    seen = []

    def tell(known, told):
        seen.append((set(known), set(told)))
        return [len(known)] * len(told)

    assert check_empathy.held_out(folds, tell) == [3, 3, 3, 4, 3]
    assert all(not known & told and len(known | told) == 5 for known, told in seen)


def test_check_of_a_classifier_stands_beside_the_majority_and_frozen_vectors(tmp_path):
    write_jsonl(tmp_path / "rows.jsonl", answered(60))
    told = ["--mechanism", "ex", "--rows", str(tmp_path / "rows.jsonl"), "--sentences", "tfidf", "--strength", "1"]
    told += ["--folds", "2", "--recipe", json.dumps(RECIPE), "--seed", "1", "--output", str(tmp_path / "f1.csv")]
    check_empathy.main(told)
    found = {row["method"]: float(row["macro_f1"]) for row in read_csv(tmp_path / "f1.csv")}
    assert list(found) == ["majority", "frozen", "bi_encoder"]
    assert found["majority"] < 0.25 < found["bi_encoder"]
    with pytest.raises(Problem, match="60 groups for 99 folds"):
        check_empathy.main(_folds(told, "99"))


def _folds(told: list[str], folds: str) -> list[str]:
    place = told.index("--folds") + 1
    return [*told[:place], folds, *told[place + 1 :]]


def test_trained_empathy_classifier_is_opened_by_its_folder(tmp_path):
    write_jsonl(tmp_path / "rows.jsonl", answered(12))
    told = ["--rows", str(tmp_path / "rows.jsonl"), "--recipe", json.dumps(RECIPE | {"epochs": 1}), "--seed", "1"]
    train_empathy.main([*told, "--output", str(tmp_path / "model")])
    assert read_json(tmp_path / "model" / "training.json")["rows_by_class"] == {"0": 4, "1": 4, "2": 4}
    assert open_reader(tmp_path / "model")([("a", "b")]).shape == (1, 3)
