"""What a training command is told, checked before anything is loaded.

A built run has passed the config's schema (scripts/config/blocks.py), a typed command has passed nothing; the ranges
are the same (tests/unit/test_training_checks.py).
"""

import math
from collections.abc import Callable

from scripts.provenance.errors import Problem

Rule = tuple[str, Callable[[object], bool]]


def require_settings(settings: object, lora: object, seed: int, preference: bool = False) -> None:
    """All of what is wrong with a train block, an adapter's block (None: all weights are trained) and a seed.

    `preference`: with what a DPO run adds, beta, loss_types and loss_weights. A Problem names every flaw.
    """
    rules = _TRAIN | _PREFERENCE if preference else _TRAIN
    flaws = _flaws("--train-settings", settings, rules) + ([] if lora is None else _flaws("--lora", lora, _LORA))
    if not 0 <= seed < 2**32:
        flaws.append(f"--seed is {seed} and must be from 0 to 2**32 - 1")
    if preference and not flaws and len(settings["loss_types"]) != len(settings["loss_weights"]):
        flaws.append("--train-settings: loss_weights must have as many numbers as loss_types has names")
    if flaws:
        raise Problem(f"Training cannot begin. {'; '.join(flaws)}. config.yaml has a block of each to start from.")


def _flaws(option: str, given: object, rules: dict[str, Rule]) -> list[str]:
    if not isinstance(given, dict):
        return [f"{option} is no object with {', '.join(rules)}"]
    lacking = [f"{option} lacks {name}, {wanted}" for name, (wanted, _) in rules.items() if name not in given]
    return lacking + [
        f"{option}: {name} is {given[name]!r} and must be {wanted}"
        for name, (wanted, fits) in rules.items()
        if name in given and not fits(given[name])
    ]


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _positive(value: object) -> bool:
    return _number(value) and value > 0


def _share(value: object) -> bool:
    return _number(value) and 0 <= value < 1


def _list_of(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and bool(value) and all(map(fits, value))


def _one_of(*names: str) -> Rule:
    return f"one of {', '.join(names)}", lambda value: isinstance(value, str) and value in names


_COUNT: Rule = ("a whole number from 1", lambda value: isinstance(value, int) and _positive(value))
_POSITIVE: Rule = ("a number above 0", _positive)
_SHARE: Rule = ("a number from 0 to below 1", _share)
_TRAIN: dict[str, Rule] = {
    # AdamW moves each weight by about this much a step, so 1 and more leaves nothing of what the base knew
    "learning_rate": ("a number above 0 and below 1", lambda value: _share(value) and value > 0),
    "epochs": _COUNT,
    "effective_batch": _COUNT,
    "max_length": _COUNT,
    "warmup_ratio": _SHARE,
    "scheduler": _one_of("cosine", "linear", "constant"),
    "optimizer": _one_of("adamw_torch"),
    "weight_decay": ("a number from 0", lambda value: _number(value) and value >= 0),
    "max_grad_norm": _POSITIVE,
    "precision": _one_of("bf16", "fp32"),
    "gradient_checkpointing": ("true or false", lambda value: isinstance(value, bool)),
}
_PREFERENCE: dict[str, Rule] = {
    "beta": _POSITIVE,
    "loss_types": ("a list of sigmoid and sft", _list_of(_one_of("sigmoid", "sft")[1])),
    "loss_weights": ("a list of numbers above 0", _list_of(_positive)),
}
_LORA: dict[str, Rule] = {
    "rank": _COUNT,
    "alpha": _COUNT,
    "dropout": _SHARE,
    "target_modules": (
        "all-linear or a list of layers' names",
        lambda value: value == "all-linear" or _list_of(lambda name: isinstance(name, str) and bool(name))(value),
    ),
}
