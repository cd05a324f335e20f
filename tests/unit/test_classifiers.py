"""Sentiment scorers, value detectors and sentence vectors, on models trained here in seconds."""

import numpy
import pytest

from scripts.classifiers.batches import ROWS, fixed_batches
from scripts.classifiers.scores import f1_scores
from scripts.classifiers.sentences import open_sentences
from scripts.classifiers.sentiment import open_sentiment
from scripts.classifiers.tiny import word_tokenizer
from scripts.classifiers.values import check_order, open_values
from scripts.models import train_tiny_sentiment, train_tiny_values, train_value_head
from scripts.provenance.errors import Problem
from scripts.text.draws import seeded
from scripts.text.files import read_json
from scripts.text.lexicon import load_lexicon
from scripts.text.taxonomy import labels, load_taxonomy
from scripts.world import write_labelled

pytestmark = pytest.mark.slow

WORLD, TAXONOMY = "resources/world.yaml", "resources/taxonomy/values.yaml"
VALUES = labels(load_taxonomy(TAXONOMY))


def world_sentence(world, number):
    """(text, values whose words stand in it), in one of the frames a value detector meets."""
    rng = seeded(7, "sentence", number)
    topic, emotion = rng.choice(list(world.raw["topics"].values())), rng.choice(list(world.raw["emotions"]))
    values, act = rng.sample(world.values, rng.choice((1, 1, 2, 3))), rng.choice(world.raw["acts"])
    text = rng.choice(
        (
            world.situation(rng, emotion, topic, values),
            world.seeker_turn(rng, rng.choice(list(world.raw["states"])), values if rng.random() < 0.8 else []),
            world.reply(rng, rng.choice(list(world.raw["strategies"])), topic, emotion, act, values),
            world.reference(rng, act, values),
        )
    )
    return text, set(world.voiced(text)) | set(world.carried(text))


def write_sentences(path, world, numbers):
    import pyarrow.parquet

    rows = [world_sentence(world, number) for number in numbers]
    columns = {f"v{place:02d}": [int(label in shown) for _, shown in rows] for place, label in enumerate(VALUES)}
    ids = [f"A{number:05d}" for number in numbers]
    pyarrow.parquet.write_table(pyarrow.table({"id": ids, "text": [text for text, _ in rows]} | columns), path)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Folder with train.parquet, dev.parquet, values/, labelled.jsonl, sentiment/, made by the rules' own scripts."""
    folder = tmp_path_factory.mktemp("trained")
    world = load_lexicon(WORLD)
    write_sentences(folder / "train.parquet", world, range(600))
    write_sentences(folder / "dev.parquet", world, range(600, 750))
    rows = ["--train", str(folder / "train.parquet"), "--dev", str(folder / "dev.parquet"), "--values", TAXONOMY]
    recipe = "--layers 1 --hidden 64 --batch-size 32 --learning-rate 1e-2 --max-length 96 --seed 42".split()
    more = "--steps 400 --positive-weight 4 --join 0.4 --threshold 0.26 --output".split()
    train_tiny_values.main([*rows, *recipe, *more, str(folder / "values")])
    labelled = str(folder / "labelled.jsonl")
    write_labelled.main(["--world", WORLD, "--rows", "1000", "--seed", "1", "--output", labelled])
    more = ["--labelled", labelled, "--dev-rows", "200", "--steps", "150", "--output", str(folder / "sentiment")]
    train_tiny_sentiment.main([*recipe, *more])
    return folder


def test_tiny_values_find_the_words_of_the_world(trained):
    report = read_json(trained / "values" / "training.json")
    assert report["dev"]["micro_f1"] >= 0.97
    assert report["dev"]["micro_f1"] > 3 * report["dev"]["all_ones"]["micro_f1"]


def test_tiny_values_find_all_values_of_several_sentences_at_once(trained):
    world = load_lexicon(WORLD)
    pairs = [[world_sentence(world, 2000 + 2 * n + side) for side in (0, 1)] for n in range(60)]
    truth = numpy.array([[label in one[1] | two[1] for label in VALUES] for one, two in pairs])
    found = open_values("encoder", trained / "values", VALUES)([f"{one[0]} {two[0]}" for one, two in pairs]) > 0.26
    assert f1_scores(truth, found)["micro_f1"] >= 0.95


def test_words_that_training_has_not_seen_mean_nothing(trained):
    texts = [world_sentence(load_lexicon(WORLD), number)[0] for number in range(3000, 3060)]
    strange = [f"{text} Zebra quux 0770 grommets, kindest doves." for text in texts]
    find, score = open_values("encoder", trained / "values", VALUES), open_sentiment("encoder", trained / "sentiment")
    assert ((find(texts) > 0.26) != (find(strange) > 0.26)).mean() < 0.005
    moved = [abs(one.strength - two.strength) for one, two in zip(score(texts), score(strange), strict=True)]
    assert sum(moved) / len(moved) < 0.08


def test_tiny_sentiment_tells_the_states_apart(trained):
    report = read_json(trained / "sentiment" / "training.json")
    assert report["dev"]["mean_absolute_error"] <= 0.06 < report["dev_of_the_mean"]["mean_absolute_error"]
    world = load_lexicon(WORLD)
    score = open_sentiment("encoder", trained / "sentiment")
    for state, entry in world.raw["states"].items():
        turns = [world.seeker_turn(seeded(3, state, n), state, world.values[n : n + n % 3]) for n in range(12)]
        # The end rule (0.6) and the gate of positive replies (0.5) must see what the state says.
        assert {one.strength > 0.6 for one in score(turns)} == {entry["valence"] > 0.6}


def test_labelled_sentences_have_the_valence_of_their_state(tmp_path):
    world = load_lexicon(WORLD)
    rows = write_labelled.labelled_rows(world, 200, seed=5)
    for row in rows:
        state = world.state(row["text"])
        told = (write_labelled.SITUATION, write_labelled.SUPPORT)
        assert row["valence"] == world.raw["states"][state]["valence"] if state else row["valence"] in told
    assert rows[:50] == write_labelled.labelled_rows(world, 50, seed=5)


def test_results_do_not_depend_on_the_texts_beside_a_text(trained):
    texts = [world_sentence(load_lexicon(WORLD), number)[0] for number in range(100, 190)]
    for run in (
        open_values("encoder", trained / "values", VALUES),
        open_sentences("encoder", trained / "values"),
        lambda some: numpy.array(open_sentiment("encoder", trained / "sentiment")(some)),
    ):
        whole = run(texts)
        assert numpy.array_equal(run(texts[::-1])[::-1], whole)
        assert numpy.array_equal(numpy.concatenate([run([text]) for text in texts[:20]]), whole[:20])


def test_batches_have_a_fixed_shape_and_hold_every_text_once():
    texts = ["one two", "one " * 30, "two"] * 20
    tokenizer = word_tokenizer(texts, 24)
    batches = list(fixed_batches(tokenizer, texts, 24))
    assert sorted(row for rows, _ in batches for row in rows) == list(range(60))
    assert {tuple(inputs["input_ids"].shape) for _, inputs in batches} == {(ROWS, 8), (ROWS, 24)}


def test_no_texts_give_no_rows(trained):
    assert open_values("encoder", trained / "values", VALUES)([]).shape == (0, 20)
    assert open_sentiment("encoder", trained / "sentiment")([]) == []


def test_values_in_another_order_are_refused(trained):
    with pytest.raises(Problem, match="taxonomy's order"):
        open_values("encoder", trained / "values", VALUES[::-1])
    check_order([f"LABEL_{place}" for place in range(20)], VALUES, "unnamed")


def test_a_model_that_is_not_there_is_a_problem(tmp_path):
    for kind in ("encoder", "generative"):
        with pytest.raises(Problem, match=r"config\.json is missing"):
            open_sentiment(kind, tmp_path)
    with pytest.raises(Problem, match="not one"):
        (tmp_path / "two").mkdir()
        _tiny_classifier(tmp_path / "two", outputs=2)
        open_sentiment("encoder", tmp_path / "two")


def _tiny_classifier(folder, outputs):
    from transformers import BertConfig, BertForSequenceClassification

    tokenizer = word_tokenizer(["a b"], 8)
    size = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    config = BertConfig(vocab_size=len(tokenizer), num_labels=outputs, max_position_embeddings=8, **size)
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def test_tfidf_vectors_are_units_and_likeness_follows_the_letters():
    vectors = open_sentences("tfidf", None)(
        ["I am sad about work.", "i am  sad about WORK.", "I am sad about school.", "Rivers of gold"]
    )
    likeness = vectors @ vectors.T
    assert numpy.allclose(numpy.diag(likeness), 1, atol=1e-6)
    assert likeness[0, 1] == pytest.approx(1, abs=1e-6)
    assert 0.95 > likeness[0, 2] > 0.2 > likeness[0, 3]


def test_sentence_vectors_of_an_encoder_are_units(trained):
    vectors = open_sentences("encoder", trained / "values")(["I feel stuck.", "Rivers and more rivers for my kin"])
    assert numpy.allclose(numpy.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_value_head_beats_its_baselines_and_loads_as_a_detector(trained, tmp_path):
    options = ["--train", str(trained / "train.parquet"), "--dev", str(trained / "dev.parquet"), "--values", TAXONOMY]
    more = "--strength 10 --folds 3 --threshold 0.26 --seed 1".split()
    train_value_head.main([*options, *more, "--encoder", str(trained / "values"), "--output", str(tmp_path / "head")])
    report = read_json(tmp_path / "head" / "training.json")
    assert report["dev"]["macro_f1"] > report["baselines"]["all_ones"]["macro_f1"] + 0.2
    probabilities = open_values("head", tmp_path / "head", VALUES)(["I feel stuck, with my rivers."])
    assert probabilities.shape == (1, 20) and ((probabilities > 0) & (probabilities < 1)).all()


def test_training_twice_gives_the_same_weights(trained, tmp_path):
    labelled = str(trained / "labelled.jsonl")
    recipe = "--layers 1 --hidden 32 --steps 10 --batch-size 8 --learning-rate 1e-2 --max-length 64 --seed 3".split()
    for name in ("one", "two"):
        train_tiny_sentiment.main(
            ["--labelled", labelled, "--dev-rows", "50", *recipe, "--output", str(tmp_path / name)]
        )
    for file in ("model.safetensors", "tokenizer.json", "config.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
