"""A random tiny base with rows and trained adapters, made once a session, for the tests of training."""

import atexit
import functools
import json
import shutil
import tempfile
from pathlib import Path

from scripts.text.files import write_jsonl
from scripts.training import dpo_command, sft_command
from scripts.training.dpo import dpo_trainer
from scripts.training.sft import sft_trainer
from tests.unit.tiny_model import write_base

LAUNCH = "resources/launch/adapter.yaml"
LORA = {"rank": 4, "alpha": 8, "dropout": 0.0, "target_modules": "all-linear"}
SFT = {
    "learning_rate": 5e-3,
    "epochs": 2,
    "effective_batch": 8,
    "max_length": 200,
    "warmup_ratio": 0.03,
    "scheduler": "cosine",
    "optimizer": "adamw_torch",
    "weight_decay": 0.0,
    "max_grad_norm": 1.0,
    "precision": "fp32",
    "gradient_checkpointing": False,
}
DPO = {**SFT, "epochs": 1, "beta": 0.1, "loss_types": ["sigmoid"], "loss_weights": [1.0]}
MOODS = ["sad", "glad", "cross", "calm"]


def sft_rows(count):
    return [
        {
            "prompt": [{"role": "user", "content": f"I am {MOODS[n % 4]} " + "about it " * (n % 3)}],
            "completion": [{"role": "assistant", "content": f"So {MOODS[n % 4]}."}],
        }
        for n in range(count)
    ]


def dpo_rows(count):
    return [
        {
            "prompt": row["prompt"],
            "chosen": row["completion"],
            "rejected": [{"role": "assistant", "content": "No." + "." * (n % 2)}],
        }
        for n, row in enumerate(sft_rows(count))
    ]


@functools.cache
def root() -> Path:
    """Folder of `base` and of rows of both kinds: 20 for training, so that the last batch is small, and 6 for dev."""
    folder = Path(tempfile.mkdtemp(prefix="affirm-tiny-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    write_base(folder / "base")
    for kind, rows in (("sft", sft_rows), ("dpo", dpo_rows)):
        write_jsonl(folder / f"{kind}_train.jsonl", rows(20))
        write_jsonl(folder / f"{kind}_dev.jsonl", rows(6))
    return folder


def train(kind, name, settings, lora=LORA, **paths) -> Path:
    """Runs the command line of one kind; gives the adapter folder."""
    given = {"base": root() / "base", "train": root() / f"{kind}_train.jsonl", "dev": root() / f"{kind}_dev.jsonl"}
    given |= {"lora": json.dumps(lora), "train-settings": json.dumps(settings), "seed": 7, "output": root() / name}
    given |= {"launch": LAUNCH, "sft-adapter": sft()} if kind == "dpo" else {"launch": LAUNCH}
    given |= paths
    command = {"sft": sft_command, "dpo": dpo_command}[kind]
    command.main([str(part) for option, value in given.items() if value is not None for part in (f"--{option}", value)])
    return given["output"]


@functools.cache
def sft() -> Path:
    return train("sft", "sft", SFT)


@functools.cache
def dpo() -> Path:
    return train("dpo", "dpo", DPO)


def trainer(kind, settings, folder, lora=LORA):
    """TRL's trainer of one kind on the same rows."""
    base = root() / "base"
    if kind == "sft":
        return sft_trainer(base, sft_rows(20), sft_rows(6), lora, settings, 7, folder)
    return dpo_trainer(base, sft(), dpo_rows(20), dpo_rows(6), lora, settings, 7, folder)


def weights(folder):
    return (folder / "adapter_model.safetensors").read_bytes()


def logits(model, tokenizer):
    import torch

    ids = tokenizer("I am sad about work", return_tensors="pt")["input_ids"]
    with torch.no_grad():
        return model.eval()(ids).logits
