"""The labels stage: one row for each utterance, whatever the source."""

import hashlib

import numpy
import pytest

from scripts.classifiers.sentiment import Sentiment
from scripts.classifiers.tiny import word_tokenizer
from scripts.labels import label_utterances
from scripts.provenance.errors import Problem
from scripts.text.files import write_jsonl
from scripts.text.sentences import sentence_id, sentences, utterance_of
from scripts.text.taxonomy import labels, load_taxonomy

TAXONOMY = "resources/taxonomy/values.yaml"
COLUMNS = ["id", "sentiment", "sentiment_class", *(f"v{place:02d}" for place in range(20))]


def said(*turns):
    roles = {"s": "seeker", "h": "supporter"}
    return [{"index": index, "role": roles[role], "text": text} for index, (role, text) in enumerate(turns)]


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Folder with two untrained classifiers, `values` and `sentiment`: only what is done with their answers counts."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("models")
    tokenizer = word_tokenizer(["one two three four five six"], 32)
    named = labels(load_taxonomy(TAXONOMY))
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    for name, head in (("values", {"id2label": dict(enumerate(named))}), ("sentiment", {"num_labels": 1})):
        torch.manual_seed(1)
        config = BertConfig(
            vocab_size=len(tokenizer), max_position_embeddings=32, initializer_range=0.5, **size, **head
        )
        BertForSequenceClassification(config).save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)
    return folder


def run(models, output, *source):
    import pyarrow.parquet

    unit = [] if "--unit" in source else ["--unit", "utterance"]
    kinds = ["--sentiment-kind", "encoder", "--sentiment-model", str(models / "sentiment")]
    kinds += ["--values-kind", "encoder", "--values-model", str(models / "values")]
    label_utterances.main([*map(str, source), "--values", TAXONOMY, *kinds, *unit, "--output", str(output)])
    return pyarrow.parquet.read_table(output)


def write_utterances(path, rows):
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table({"id": [one for one, _ in rows], "text": [two for _, two in rows]}), path)


def test_only_seeker_turns_are_labelled_and_merging_numbers_them_anew():
    turns = said(("h", "hello"), ("s", "one"), ("s", "two"), ("h", "so"), ("s", "three"))
    dialogues = [{"id": "d", "turns": turns}]
    assert label_utterances.seeker_utterances(dialogues, merge=False) == [
        ("d:1", "one"),
        ("d:2", "two"),
        ("d:4", "three"),
    ]
    assert label_utterances.seeker_utterances(dialogues, merge=True) == [("d:1", "one two"), ("d:3", "three")]


def test_dialogues_of_several_files_and_their_branches_become_one_sorted_table(models, tmp_path):
    write_jsonl(tmp_path / "b.jsonl", [{"id": "p2", "turns": said(("h", "five"), ("s", "one two"))}])
    branch = [{"index": 4, "role": "supporter", "text": "six"}, {"index": 5, "role": "seeker", "text": "two"}]
    write_jsonl(tmp_path / "a.jsonl", [{"id": "p1:4", "turns": branch}])
    table = run(
        models, tmp_path / "o.parquet", "--dialogues", tmp_path / "b.jsonl", tmp_path / "a.jsonl", "--merge", "no"
    )
    assert table.column_names == COLUMNS
    assert table["id"].to_pylist() == ["p1:4:5", "p2:1"]


def test_labels_do_not_depend_on_order_or_on_the_other_rows(models, tmp_path):
    import pyarrow.parquet

    rows = [
        (f"t{number:02d}", " ".join(["one", "two", "three"][: 1 + number % 3] * (1 + number % 5)))
        for number in range(40)
    ]
    for name, part in (("all", rows), ("turned", rows[::-1]), ("half", rows[:20])):
        write_utterances(tmp_path / f"{name}.parquet", part)
        run(models, tmp_path / f"{name}_out.parquet", "--utterances", tmp_path / f"{name}.parquet")
    digest = {
        name: hashlib.sha256((tmp_path / f"{name}_out.parquet").read_bytes()).hexdigest() for name in ("all", "turned")
    }
    assert digest["all"] == digest["turned"]
    whole, half = (pyarrow.parquet.read_table(tmp_path / f"{name}_out.parquet") for name in ("all", "half"))
    assert whole.slice(0, 20).equals(half)
    assert len({tuple(row.values()) for row in whole.drop(["id"]).to_pylist()}) > 3  # the texts do tell


def test_table_keeps_types_and_leaves_unread_sentiment_empty():
    table = label_utterances.label_table(
        ["a", "b"],
        [Sentiment(0.25, -1), Sentiment(None, None)],
        numpy.full((2, 2), 0.1234567, "float32"),
        ["v00", "v01"],
    )
    assert [str(field.type) for field in table.schema] == ["string", "float", "int8", "float", "float"]
    assert table["sentiment"].to_pylist() == [0.25, None]
    assert table["sentiment_class"].to_pylist() == [-1, None]
    assert table["v01"].to_pylist() == [pytest.approx(0.123457, abs=1e-8)] * 2


def test_an_id_that_stands_twice_is_a_problem():
    with pytest.raises(Problem, match="d:1 stands twice"):
        label_utterances.in_order([("d:1", "x"), ("e:1", "y"), ("d:1", "z")], "some.jsonl")


def test_nothing_to_label_is_a_problem_and_leaves_nothing(models, tmp_path):
    write_jsonl(tmp_path / "d.jsonl", [{"id": "d", "turns": said(("h", "one"))}])
    with pytest.raises(Problem, match="no utterance"):
        run(models, tmp_path / "o.parquet", "--dialogues", tmp_path / "d.jsonl", "--merge", "yes")
    assert not (tmp_path / "o.parquet").exists()


def test_dialogues_need_to_say_whether_turns_are_merged(capsys):
    with pytest.raises(SystemExit):
        label_utterances.parse_args(
            "--dialogues d --values v --sentiment-kind lexicon --values-kind head --values-model m --output o".split()
        )
    assert "--merge" in capsys.readouterr().err


def test_sentences_of_an_utterance_are_labelled_each_by_itself(models, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", [{"id": "p", "turns": said(("h", "hi"), ("s", "One two. Three?"), ("s", "one"))}])
    source = ("--dialogues", tmp_path / "a.jsonl", "--merge", "no", "--unit")
    table = run(models, tmp_path / "o.parquet", *source, "sentence")
    assert table["id"].to_pylist() == ["p:1#0", "p:1#1", "p:2#0"]
    write_utterances(tmp_path / "u.parquet", [("x", "One two."), ("y", "Three?"), ("z", "one")])
    alone = run(models, tmp_path / "w.parquet", "--utterances", tmp_path / "u.parquet")
    assert table.drop_columns("id").equals(alone.drop_columns("id"))
    assert run(models, tmp_path / "v.parquet", *source, "utterance")["id"].to_pylist() == ["p:1", "p:2"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("I left. She said “go.” Then… nothing?! Yes", ["I left.", "She said “go.”", "Then…", "nothing?!", "Yes"]),
        ("at 3.5 km e.g.this\n\nnew line", ["at 3.5 km e.g.this", "new line"]),
        ("  no mark ", ["no mark"]),
        ("...", ["..."]),
    ],
)
def test_a_sentence_ends_with_a_mark_before_a_blank_or_with_its_line(text, parts):
    assert sentences(text) == parts


def test_sentence_ids_lead_back_to_the_utterance():
    assert utterance_of(sentence_id("p#1:3", 12)) == "p#1:3" and utterance_of("p:3") == "p:3"
