"""Whole dialogues as a trainer reads them: every answer is learnt, from the very text it is asked for with."""

import json

import pytest

from scripts.llm.template import as_said
from scripts.provenance.errors import Problem
from scripts.text.files import read_json, write_jsonl
from scripts.training.rounds import encode, rounds_as_said
from tests.unit.test_templates import FORMATS, tokenizer_of
from tests.unit.tiny import SFT, root, train

SYSTEM = {"role": "system", "content": "Be kind."}
TALK = [
    SYSTEM,
    {"role": "user", "content": "I am sad."},
    {"role": "assistant", "content": "Since when?"},
    {"role": "user", "content": "May."},
    {"role": "assistant", "content": "A long time."},
]
FITTING = [name for name in FORMATS if name != "mistral"]  # that one says the instruction at the last turn alone


def learnt(tokenizer, encoded) -> list[str]:
    """The stretches of text that bear a loss."""
    pieces, open_ = [], False
    for token, bit in zip(encoded["input_ids"], encoded["completion_mask"], strict=True):
        if bit:
            pieces = pieces if open_ else [*pieces, []]
            pieces[-1].append(token)
        open_ = bool(bit)
    return [tokenizer.decode(piece).strip() for piece in pieces]


@pytest.mark.parametrize("name", FITTING)
def test_every_answer_and_its_end_is_learnt_and_nothing_else(name):
    tokenizer = tokenizer_of(name)
    end = FORMATS[name][1]["eos_token"]
    assert learnt(tokenizer, encode(tokenizer, TALK)) == [f"Since when?{end}", f"A long time.{end}"]


@pytest.mark.parametrize("name", FITTING)
def test_each_answer_follows_the_text_that_it_is_asked_for_with(name):
    tokenizer = tokenizer_of(name)
    whole = tokenizer.decode(encode(tokenizer, TALK)["input_ids"])
    for place in (2, 4):
        asked = tokenizer.apply_chat_template(
            as_said(tokenizer, TALK[:place]), add_generation_prompt=True, tokenize=False
        )
        assert whole.startswith(asked) and "Be kind." in asked


def test_a_template_that_moves_the_instruction_as_the_dialogue_goes_on_is_a_problem():
    with pytest.raises(Problem, match="otherwise once more follows"):
        encode(tokenizer_of("mistral"), TALK)


def test_a_long_dialogue_loses_its_oldest_rounds_and_never_the_instruction(caplog):
    tokenizer = tokenizer_of("qwen2")
    whole = encode(tokenizer, TALK)
    last = encode(tokenizer, [SYSTEM, *TALK[3:]])
    (cut,) = rounds_as_said(tokenizer, [{"messages": TALK}], len(whole["input_ids"]) - 1)
    assert cut == last and len(last["input_ids"]) < len(whole["input_ids"])
    assert "1 of 1 dialogues lost rounds" in caplog.text
    (kept,) = rounds_as_said(tokenizer, [{"messages": TALK}], len(whole["input_ids"]))
    assert kept == whole


def test_a_dialogue_whose_last_round_is_too_long_is_left_out_and_only_such_ones_are_a_problem():
    tokenizer = tokenizer_of("qwen2")
    short = {"messages": [TALK[1], TALK[2]]}
    size = len(encode(tokenizer, short["messages"])["input_ids"])
    long = {"messages": [{"role": "user", "content": "May. " * 50}, TALK[2]]}
    assert len(rounds_as_said(tokenizer, [long, short], size)) == 1
    with pytest.raises(Problem, match="Raise max_length"):
        rounds_as_said(tokenizer, [long], size)


@pytest.mark.slow
def test_the_command_trains_all_weights_on_dialogues_and_a_seed_moves_the_order_alone(tmp_path):
    rows = [
        {"messages": [SYSTEM, *({**turn, "content": f"{turn['content']} {n}"} for turn in TALK[1:])]} for n in range(12)
    ]
    write_jsonl(tmp_path / "rows.jsonl", rows)
    settings = {**SFT, "learning_rate": 1e-3, "epochs": 1, "effective_batch": 4, "max_length": 300}
    made = {}
    for name, seed in (("first", 7), ("again", 7), ("other", 8)):
        from scripts.training import sft_command

        words = {"base": root() / "base", "train": tmp_path / "rows.jsonl", "dev": tmp_path / "rows.jsonl"}
        words |= {"lora": "null", "train-settings": json.dumps(settings), "seed": seed, "output": tmp_path / name}
        words |= {"launch": "resources/launch/full.yaml"}
        sft_command.main([str(part) for key, value in words.items() for part in (f"--{key}", value)])
        made[name] = (tmp_path / name / "model.safetensors").read_bytes()
    assert made["first"] == made["again"] != made["other"]
    first, other = (read_json(tmp_path / name / "training.json") for name in ("first", "other"))
    assert first["rows"] == other["rows"] == {split: {"rows": 12, "used": 12, "cut": 0} for split in ("train", "dev")}
    assert first["losses"] != other["losses"]  # the same rows, met in another order


@pytest.mark.slow
def test_dialogues_and_rows_of_another_kind_in_one_training_are_a_problem(tmp_path):
    write_jsonl(tmp_path / "rows.jsonl", [{"messages": TALK}])
    with pytest.raises(Problem, match=r"sft_dev\.jsonl, row 1 has no messages"):
        train("sft", "x", SFT, train=tmp_path / "rows.jsonl", output=tmp_path / "x")
