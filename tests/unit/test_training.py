"""SFT and DPO of adapters on a random tiny model: what is published, chosen and joined, and what does not move it."""

import json
import shutil

import pytest

from scripts.provenance.errors import Problem
from scripts.text.files import read_json, write_jsonl
from scripts.training.adapters import join_adapters, load_base, merge_adapter, tidied
from tests.unit.tiny import DPO, SFT, dpo, logits, root, sft, sft_rows, train, weights

pytestmark = pytest.mark.slow


def test_an_adapter_its_settings_and_a_report_are_published_and_nothing_else():
    assert sorted(path.name for path in sft().iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
        "base.json",
        "training.json",
    ]
    config = read_json(sft() / "adapter_config.json")
    assert (config["r"], config["lora_alpha"]) == (4, 8)
    assert config["target_modules"] == sorted(config["target_modules"])
    report = read_json(sft() / "training.json")
    assert report["rows"] == {"train": {"rows": 20, "used": 20, "cut": 0}, "dev": {"rows": 6, "used": 6, "cut": 0}}
    assert report["steps"] == 6  # 8 + 8 + 4 rows, twice
    assert [path for path in root().iterdir() if path.name.startswith(".")] == []


def test_sft_lowers_the_loss_on_dev_and_keeps_the_epoch_of_the_lowest():
    report = read_json(sft() / "training.json")
    losses = [entry["eval_loss"] for entry in report["dev"]]
    assert len(losses) == 2 and losses[1] < losses[0]
    assert report["chosen"] == {"metric": "eval_loss", "value": losses[1], "epoch": 2}


def test_the_same_run_gives_the_same_bytes():
    assert weights(train("sft", "again", SFT)) == weights(sft())
    assert weights(train("dpo", "dpo_again", DPO)) == weights(dpo())
    assert (root() / "again" / "adapter_config.json").read_bytes() == (sft() / "adapter_config.json").read_bytes()


def test_another_seed_gives_another_adapter():
    assert weights(train("sft", "seeded", SFT, seed=8)) != weights(sft())


def test_the_best_epoch_is_loaded_when_the_last_one_is_worse(monkeypatch):
    """Dev rows answer otherwise than those trained on, so every step at this rate makes their loss worse."""
    wrong = [{**row, "completion": [{"role": "assistant", "content": "zzzz zzzz"}]} for row in sft_rows(3)]
    write_jsonl(root() / "wrong.jsonl", wrong)
    steep = {**SFT, "epochs": 2, "learning_rate": 2e-2, "scheduler": "constant", "warmup_ratio": 0.0}
    both = train("sft", "both", steep, dev=root() / "wrong.jsonl")
    one = train("sft", "one", {**steep, "epochs": 1}, dev=root() / "wrong.jsonl")
    report = read_json(both / "training.json")
    assert report["dev"][0]["eval_loss"] < report["dev"][1]["eval_loss"] and report["chosen"]["epoch"] == 1
    assert weights(both) == weights(one)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [("sft", SFT), ("dpo", DPO), ("dpo", {**DPO, "loss_types": ["sigmoid", "sft"], "loss_weights": [1.0, 1.0]})],
)
def test_rows_a_device_handles_at_once_do_not_move_the_result(kind, settings, monkeypatch, tmp_path):
    import torch
    from safetensors.torch import load_file

    found, reports = [], []
    for batch in (8, 1):
        monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"train_batch": batch}))
        adapter = train(kind, "x", {**settings, "epochs": 1}, output=tmp_path / str(batch))
        found.append(load_file(adapter / "adapter_model.safetensors"))
        reports.append(read_json(adapter / "training.json"))
    assert [report["steps"] for report in reports] == [3, 3]
    assert found[0].keys() == found[1].keys()
    for name in found[0]:
        torch.testing.assert_close(found[0][name], found[1][name], atol=2e-4, rtol=0)
    assert reports[0]["dev"][0]["eval_loss"] == pytest.approx(reports[1]["dev"][0]["eval_loss"], abs=2e-3)


def published_and_stepwise(first, second, joined):
    """Logits of the base with `joined`, and of the base merged with `first` and then with `second`."""
    from peft import PeftModel

    model, tokenizer = load_base(root() / "base")
    together = logits(PeftModel.from_pretrained(model, joined), tokenizer)
    stepwise = merge_adapter(merge_adapter(load_base(root() / "base")[0], first), second)
    return together, logits(stepwise, tokenizer)


def test_the_published_dpo_adapter_on_the_base_equals_sft_then_dpo(tmp_path, monkeypatch):
    """Ranks, alphas and target modules of the two adapters differ; the one of DPO alone is caught on its way."""
    import torch

    from scripts.training import dpo as module

    real = module.join_adapters
    own = tmp_path / "own"

    def spy(first, second, draft):
        shutil.copytree(second, own)
        real(first, second, draft)

    monkeypatch.setattr(module, "join_adapters", spy)
    lora = {"rank": 2, "alpha": 6, "dropout": 0.0, "target_modules": ["q_proj", "down_proj"]}
    joined = train("dpo", "mixed", {**DPO, "learning_rate": 2e-2}, lora)
    together, stepwise = published_and_stepwise(sft(), own, joined)
    torch.testing.assert_close(together, stepwise, atol=1e-4, rtol=0)
    only_sft = logits(merge_adapter(load_base(root() / "base")[0], sft()), load_base(root() / "base")[1])
    assert (together - only_sft).abs().max() > 0.01
    assert sorted(path.name for path in joined.iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
        "base.json",
        "training.json",
    ]
    config = read_json(joined / "adapter_config.json")
    assert (config["r"], config["lora_alpha"]) == (6, 6)


def test_an_adapter_of_another_kind_cannot_be_joined(tmp_path):
    other = shutil.copytree(sft(), tmp_path / "other")
    config = read_json(other / "adapter_config.json")
    (other / "adapter_config.json").write_text(json.dumps({**config, "use_dora": True}))
    with pytest.raises(Problem, match="no plain LoRA adapter"):
        join_adapters(sft(), other, tmp_path / "joined")


@pytest.mark.parametrize("kind", ["sft", "dpo"])
@pytest.mark.parametrize("split", ["train", "dev"])
def test_no_rows_are_an_error_and_nothing_is_published(kind, split, tmp_path):
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(Problem, match=r"empty\.jsonl has no rows"):
        train(kind, "x", DPO, output=tmp_path / "out", **{split: tmp_path / "empty.jsonl"})
    assert not (tmp_path / "out").exists()


def test_target_modules_are_sorted_and_a_pattern_is_kept():
    assert tidied({"target_modules": ["v", "k"]}) == {"target_modules": ["k", "v"]}
    assert tidied({"target_modules": ".*_proj"}) == {"target_modules": ".*_proj"}
