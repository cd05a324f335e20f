"""What a typed training command is told wrongly is one sentence, before a model is loaded; so it is in the config."""

import json
import math

import pytest
from pydantic import ValidationError

from scripts.config.blocks import DpoTrain, Lora, Train
from scripts.provenance.errors import Problem
from scripts.training.checks import require_settings
from tests.unit.tiny import DPO, LORA, SFT, train

NUMBERS = [-1, -0.5, 0, 0.05, 0.5, 1, 1.5, 8, 1e6, math.nan, math.inf, -math.inf]
VALUES = [*NUMBERS, True, False, None, "", "8", "cosine", "hinge", "all-linear", "adamw_torch", "bf16", "fp32", {}, []]
VALUES += [["sigmoid"], ["sft"], ["hinge"], ["q_proj"], [""], [1], [1.5], [0.0], [-1.0], [None], ["sigmoid", 1]]


def accepted(check) -> bool:
    try:
        check()
    except (Problem, ValidationError):
        return False
    return True


@pytest.mark.parametrize("section", [DpoTrain, Lora])
def test_typed_command_takes_what_the_config_takes_and_nothing_else(section):
    block = LORA if section is Lora else DPO
    for name in block:
        for value in VALUES:
            given = {**block, name: value}
            told = (DPO, given) if section is Lora else (given, LORA)
            typed, built = (
                accepted(check)
                for check in (
                    lambda told=told: require_settings(*told, 7, preference=True),
                    lambda given=given: section(**given),
                )
            )
            assert typed == built, (name, value, typed, built)


def test_every_leaf_is_asked_for():
    assert set(SFT) == set(Train.model_fields) and set(LORA) == set(Lora.model_fields)
    assert set(DPO) == set(DpoTrain.model_fields)
    for name in DPO:
        with pytest.raises(Problem, match=f"--train-settings lacks {name}, "):
            require_settings({leaf: DPO[leaf] for leaf in DPO if leaf != name}, LORA, 7, preference=True)
    for name in LORA:
        with pytest.raises(Problem, match=f"--lora lacks {name}, "):
            require_settings(SFT, {leaf: LORA[leaf] for leaf in LORA if leaf != name}, 7)
    require_settings(SFT, None, 7)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sft", "dpo"])
def test_all_flaws_are_told_at_once_before_anything_is_read(tmp_path, kind):
    wrong = {**DPO, "epochs": 0, "learning_rate": math.nan, "max_length": 0}
    with pytest.raises(Problem) as found:
        train(
            kind,
            "x",
            wrong,
            {**LORA, "rank": 0, "dropout": 1.5},
            seed=-1,
            base=tmp_path / "none",
            train=tmp_path / "none",
            output=tmp_path / "out",
        )
    for said in (
        "--train-settings: learning_rate is nan and must be a number above 0 and below 1; ",
        "epochs is 0 and must be a whole number from 1",
        "max_length is 0 ",
        "--lora: rank is 0 ",
        "--lora: dropout is 1.5 and must be a number from 0 to below 1",
        "--seed is -1 ",
    ):
        assert said in str(found.value)
    assert not (tmp_path / "out").exists()


def test_settings_of_another_kind_and_weights_of_another_count_are_told():
    with pytest.raises(Problem, match="--train-settings is no object with learning_rate, "):
        require_settings([1], LORA, 7)
    with pytest.raises(Problem, match="--lora is no object with rank, "):
        require_settings(SFT, json.loads("5"), 7)
    with pytest.raises(Problem, match="as many numbers as loss_types has names"):
        require_settings({**DPO, "loss_weights": [1.0, 1.0]}, LORA, 7, preference=True)
