"""A tokenizer.model is read as SentencePiece reads it: its own answers (0.2.3) to the same models, kept as a file.

The three models were trained by it as the checkpoints' are made: `llama` puts a blank first, `internlm2` does not and
has named symbols, `chatglm2` makes one blank of several.
"""

import json
from pathlib import Path

import pytest

from scripts.models.sentencepiece_file import Pieces, read_pieces, tokenizer_of
from scripts.provenance.errors import Problem

FOLDER = Path("tests/unit/sentencepiece")
READ = json.loads((FOLDER / "read.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", READ)
def test_texts_have_sentencepieces_numbers_and_come_back_as_its_texts(name):
    core = tokenizer_of(read_pieces(FOLDER / f"{name}.model"), {}, [])
    for text, ids, back in READ[name]:
        assert core.encode(text, add_special_tokens=False).ids == ids, text
        assert core.decode(ids) == back, text


def test_the_three_models_do_not_read_alike():
    told = [json.dumps([ids for _, ids, _ in READ[name]]) for name in READ]
    assert len(set(told)) == 3


def test_named_texts_stand_for_pieces_and_further_ones_follow():
    model = read_pieces(FOLDER / "internlm2.model")
    core = tokenizer_of(model, {599: "<|end|>", 602: "<|start|>"}, ["<sop>"])
    assert [core.token_to_id(text) for text in ("<|end|>", "<|start|>", "<sop>")] == [599, 602, 603]
    assert core.encode("a<|start|>b<sop>").ids[1::2] == [602, 603]
    assert core.get_vocab_size() == 604


@pytest.mark.parametrize("damage", [b"", b"\x0a\xff\x01", b"not a model", (FOLDER / "llama.model").read_bytes()[:-3]])
def test_file_that_is_no_model_is_a_problem_naming_it(tmp_path, damage):
    (tmp_path / "tokenizer.model").write_bytes(damage)
    with pytest.raises(Problem, match=r"tokenizer\.model"):
        read_pieces(tmp_path / "tokenizer.model")


def test_the_best_piece_is_joined_first_whatever_its_number():
    pieces = [("<unk>", 0.0, 2), *((letter, -9.0, 1) for letter in "abc"), ("ab", -2.0, 1), ("bc", -1.0, 1)]
    core = tokenizer_of(Pieces(pieces, kind=2, first_blank=False), {}, [])
    assert core.encode("abc").tokens == ["a", "bc"]


def test_two_pieces_of_one_name_are_a_problem():
    pieces = [("<unk>", 0.0, 2), ("a", 0.0, 1), ("b", 0.0, 1)]
    with pytest.raises(Problem, match="one name"):
        tokenizer_of(Pieces(pieces, kind=2), {2: "a"}, [])
