"""Fine-tuning of a sentence encoder with its linear head, on an encoder made here."""

import random

import numpy
import pytest

from scripts.classifiers.scores import f1_scores
from scripts.classifiers.sentences import open_sentences
from scripts.classifiers.tiny import word_tokenizer
from scripts.classifiers.tuning import Recipe, batches, tune
from scripts.classifiers.values import open_values
from scripts.models import train_value_encoder, train_value_head
from scripts.text.files import read_json
from scripts.text.taxonomy import labels, load_taxonomy

pytestmark = pytest.mark.slow

TAXONOMY = "resources/taxonomy/values.yaml"
VALUES = labels(load_taxonomy(TAXONOMY))
PLAIN = [f"word{number}" for number in range(30)]
TELLING = [f"sign{number}" for number in range(len(VALUES))]


def arguments(count: int, seed: int) -> tuple[list[str], numpy.ndarray]:
    """Texts of plain words, in which a sign stands for each value present."""
    rng = random.Random(seed)
    present = numpy.array([[rng.random() < 0.15 for _ in VALUES] for _ in range(count)])
    texts = []
    for row in present:
        words = rng.choices(PLAIN, k=rng.randint(2, 12)) + [TELLING[place] for place in numpy.flatnonzero(row)]
        texts.append(" ".join(rng.sample(words, len(words))))
    return texts, present


def options(made) -> list[str]:
    given = ["--train", str(made / "train.parquet"), "--dev", str(made / "dev.parquet"), "--values", TAXONOMY]
    return [*given, "--threshold", "0.26", "--seed", "3"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder with encoder/, which nothing was trained on, train.parquet and dev.parquet."""
    import pyarrow.parquet
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("made")
    tokenizer = word_tokenizer([" ".join(PLAIN + TELLING)], 48)
    torch.manual_seed(0)
    size = {"hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(
        BertConfig(vocab_size=len(tokenizer), max_position_embeddings=48, initializer_range=0.08, **size)
    ).save_pretrained(folder / "encoder")
    tokenizer.save_pretrained(folder / "encoder")
    for name, count in (("train", 400), ("dev", 100)):
        texts, present = arguments(count, count)
        columns = {f"v{place:02d}": present[:, place].astype("int8") for place in range(len(VALUES))}
        rows = {"id": [f"A{number:04d}" for number in range(count)], "text": texts}
        pyarrow.parquet.write_table(pyarrow.table(rows | columns), folder / f"{name}.parquet")
    more = ["--encoder", str(folder / "encoder"), *"--strength 1 --folds 3 --output".split()]
    train_value_head.main([*options(folder), *more, str(folder / "frozen")])
    return folder


def recipe(epochs: int, share: float = 1.0, seed: int = 1) -> Recipe:
    return Recipe(epochs=epochs, batch=16, learning_rate=5e-3, head_rate=5e-2, share=share, seed=seed)


def test_fine_tuning_finds_more_than_a_head_on_frozen_embeddings(made, tmp_path):
    told = "--epochs 8 --batch-size 16 --learning-rate 5e-3 --head-learning-rate 5e-2 --share 1 --output".split()
    train_value_encoder.main([*options(made), "--start", str(made / "frozen"), *told, str(tmp_path / "tuned")])
    tuned, frozen = (read_json(path / "training.json") for path in (tmp_path / "tuned", made / "frozen"))
    assert tuned["dev"]["macro_f1"] > frozen["dev"]["macro_f1"] + 0.1
    assert len(tuned["losses"]) == 8 and tuned["losses"][-1] < tuned["losses"][0] / 2
    assert tuned["recipe"]["seed"] == 3 and tuned["train_rows"] == 400
    texts, present = arguments(100, 100)
    found = open_values("head", tmp_path / "tuned", VALUES)(texts) > 0.26
    assert f1_scores(present, found) == tuned["dev"]


def loss_of(encoder, weight, bias, texts, present) -> float:
    scores = open_sentences("encoder", encoder)(texts) @ weight.T + bias
    return float(numpy.mean(numpy.logaddexp(0, scores) - scores * present))


def test_what_is_saved_is_what_was_trained(made, tmp_path):
    texts, present = arguments(120, 7)
    weight, bias, losses = tune(made / "frozen", texts, present, recipe(20), tmp_path / "encoder")
    # The saved model has no dropout, so it fits the rows better than they were fitted in the last epoch.
    assert loss_of(tmp_path / "encoder", weight, bias, texts, present) < losses[-1] < losses[0] / 2


def test_share_none_is_the_start_and_half_lies_between(made, tmp_path):
    from transformers import AutoModel

    texts, present = arguments(64, 5)
    head = read_json(made / "frozen/head.json")
    heads = {
        share: tune(made / "frozen", texts, present, recipe(2, share), tmp_path / str(share)) for share in (0, 0.5, 1)
    }
    assert numpy.allclose(heads[0][0], head["weight"], atol=1e-5) and numpy.allclose(
        heads[0][1], head["bias"], atol=1e-5
    )
    assert numpy.allclose(heads[0.5][0], (heads[0][0] + heads[1][0]) / 2, atol=1e-5)
    none, half, whole = (AutoModel.from_pretrained(tmp_path / str(share)).state_dict() for share in heads)
    first = AutoModel.from_pretrained(made / "encoder").state_dict()
    assert all(none[name].allclose(first[name], atol=1e-6) for name in first)
    assert all(half[name].allclose((first[name] + whole[name]) / 2, atol=1e-5) for name in first)


def test_fine_tuning_twice_gives_the_same_bytes_and_another_seed_others(made, tmp_path):
    texts, present = arguments(64, 5)
    for name, seed in (("one", 1), ("two", 1), ("other", 2)):
        tune(made / "frozen", texts, present, recipe(1, seed=seed), tmp_path / name)
    one, two, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("one", "two", "other"))
    assert one == two != other


def test_word_embeddings_stay_and_layers_move(made, tmp_path):
    from transformers import AutoModel

    texts, present = arguments(64, 5)
    tune(made / "frozen", texts, present, recipe(1), tmp_path / "tuned")
    before, after = (AutoModel.from_pretrained(path).state_dict() for path in (made / "encoder", tmp_path / "tuned"))
    same = {name for name in before if before[name].equal(after[name])}
    assert "embeddings.word_embeddings.weight" in same
    assert not {name for name in same if name.startswith("encoder.layer") and name.endswith("weight")}


def test_every_text_is_met_once_an_epoch_beside_texts_of_its_length():
    lengths = random.Random(0).choices(range(3, 200), k=1000)
    found = list(batches(lengths, 16, random.Random(1)))
    assert sorted(row for rows in found for row in rows) == list(range(1000))
    assert {len(rows) for rows in found} == {16, 8}
    padded = sum(max(lengths[row] for row in rows) * len(rows) for rows in found)
    assert padded < 1.1 * sum(lengths)
    assert found != list(batches(lengths, 16, random.Random(2)))
