"""Training through the launcher: one process gives the bytes of a plain run, two share each batch and agree with it."""

import json
import os
import subprocess
import sys

import pytest

from scripts.provenance.errors import Problem
from scripts.text.files import read_json, write_jsonl
from scripts.training import launch as module
from scripts.training.launch import launch, processes
from tests.unit.tiny import LAUNCH, LORA, SFT, root, sft, sft_rows, train, weights

pytestmark = pytest.mark.slow


def words(output, **changes) -> list[str]:
    given = {"base": root() / "base", "train": root() / "sft_train.jsonl", "dev": root() / "sft_dev.jsonl"}
    given |= {"lora": json.dumps(LORA), "train-settings": json.dumps(SFT), "seed": 7, "launch": LAUNCH}
    return [
        str(word) for name, value in (given | {"output": output} | changes).items() for word in (f"--{name}", value)
    ]


def test_one_launched_process_gives_the_bytes_of_a_plain_run(tmp_path):
    command = [sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "1"]
    command += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    command += ["--module", "scripts.training.sft_command", *words(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONHASHSEED": "0"})
    assert done.returncode == 0, done.stderr
    assert weights(tmp_path / "out") == weights(sft())


def test_two_processes_share_each_batch_and_learn_what_one_learns(tmp_path):
    """16 rows, so that no batch is smaller: the launcher would fill it with rows of the epoch's start."""
    import torch
    from safetensors.torch import load_file

    write_jsonl(tmp_path / "train.jsonl", sft_rows(16))
    launch("scripts.training.sft_command", words(tmp_path / "two", train=tmp_path / "train.jsonl"), LAUNCH, 2)
    train("sft", "x", SFT, train=tmp_path / "train.jsonl", output=tmp_path / "one")
    two, one = (read_json(tmp_path / name / "training.json") for name in ("two", "one"))
    assert (two["machine"]["processes"], two["machine"]["device_batch"]) == (2, 4)
    assert two["steps"] == one["steps"] == 4
    for entry, other in zip(two["dev"], one["dev"], strict=True):
        assert entry["eval_loss"] == pytest.approx(other["eval_loss"], abs=1e-3)
    found, wanted = (load_file(tmp_path / name / "adapter_model.safetensors") for name in ("two", "one"))
    for name in wanted:
        torch.testing.assert_close(found[name], wanted[name], atol=2e-4, rtol=0)


def test_problem_of_a_launched_process_is_told_as_its_own(tmp_path):
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(Problem, match=r"empty\.jsonl has no rows to train on"):
        launch("scripts.training.sft_command", words(tmp_path / "out", train=tmp_path / "empty.jsonl"), LAUNCH, 2)


def test_a_command_is_launched_over_several_gpus_and_not_within_a_launched_process(monkeypatch):
    import torch

    for count, wanted in ((0, 0), (1, 0), (4, 4)):
        monkeypatch.setattr(torch.cuda, "device_count", lambda count=count: count)
        assert processes() == wanted
    monkeypatch.setenv(module._TOLD, "told")
    assert processes() == 0
