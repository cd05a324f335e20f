"""Fine-tuning of all weights: what is published, trained, chosen, and what preference training does with it."""

import pytest

from scripts.text.files import read_json, write_jsonl
from scripts.training.adapters import load_base, merge_adapter, publish_trained
from scripts.training.settings import base_precision
from scripts.training.sft import sft_trainer
from tests.unit.tiny import DPO, SFT, dpo_rows, logits, root, sft, sft_rows, train, weights

pytestmark = pytest.mark.slow
FULL = {**SFT, "learning_rate": 1e-3}


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A base whose every weight was fine-tuned on the same rows."""
    return train("sft", "full", FULL, None, output=tmp_path_factory.mktemp("full") / "model")


def tensors(folder):
    from safetensors.torch import load_file

    return load_file(folder / "model.safetensors")


def test_checkpoint_folder_is_published_that_loads_as_its_base_does(full):
    names = {path.name for path in full.iterdir()}
    assert {"model.safetensors", "config.json", "tokenizer.json", "chat_template.jinja", "training.json"} <= names
    assert not names & {"optimizer.pt", "training_args.bin", "adapter_config.json", "README.md"}
    tokenizer, before = load_base(full)[1], load_base(root() / "base")[1]
    assert tokenizer.chat_template == before.chat_template and tokenizer.get_vocab() == before.get_vocab()
    assert [path for path in full.parent.iterdir() if path.name.startswith(".")] == []


def test_every_weight_is_trained_and_the_loss_on_dev_falls(full):
    import torch

    before, after = tensors(root() / "base"), tensors(full)
    assert before.keys() == after.keys()
    assert [name for name in before if torch.equal(before[name], after[name])] == []
    losses = [entry["eval_loss"] for entry in read_json(full / "training.json")["dev"]]
    assert losses[1] < losses[0]


def test_the_same_run_gives_the_same_bytes(full, tmp_path):
    again = train("sft", "x", FULL, None, output=tmp_path / "model")
    assert (again / "model.safetensors").read_bytes() == (full / "model.safetensors").read_bytes()


def test_the_best_epoch_is_published_when_the_last_one_is_worse(tmp_path):
    import torch

    wrong = [{**row, "completion": [{"role": "assistant", "content": "zzzz zzzz"}]} for row in sft_rows(3)]
    write_jsonl(tmp_path / "wrong.jsonl", wrong)
    steep = {**FULL, "scheduler": "constant", "warmup_ratio": 0.0}
    both, one = (
        train(
            "sft", "x", {**steep, "epochs": epochs}, None, dev=tmp_path / "wrong.jsonl", output=tmp_path / str(epochs)
        )
        for epochs in (2, 1)
    )
    assert read_json(both / "training.json")["chosen"]["epoch"] == 1
    first, second = tensors(both), tensors(one)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_trained_weights_stay_float32_where_an_adapters_base_may_be_halved():
    assert base_precision({"precision": "bf16"}, None) == "fp32"
    assert base_precision({"precision": "bf16"}, {"rank": 8}) == "bf16"


def test_model_trained_in_halves_is_published_in_halves_and_says_so(tmp_path):
    """As on a GPU, where weights are float32 while they are trained."""
    import torch

    built = sft_trainer(root() / "base", sft_rows(4), sft_rows(2), None, FULL, 7, tmp_path / "x")
    built.args.bf16 = True
    publish_trained(built, "bf16", tmp_path / "model", {})
    assert {tensor.dtype for tensor in tensors(tmp_path / "model").values()} == {torch.bfloat16}
    assert read_json(tmp_path / "model" / "config.json")["dtype"] == "bfloat16"
    publish_trained(built, "fp32", tmp_path / "whole", {})
    assert {tensor.dtype for tensor in tensors(tmp_path / "whole").values()} == {torch.float32}


def test_adapter_of_preferences_on_a_full_model_has_that_model_for_its_reference(full, tmp_path):
    import torch
    from peft import PeftModel

    from scripts.training.dpo import dpo_trainer
    from tests.unit.tiny import LORA

    built = dpo_trainer(full, None, dpo_rows(20), dpo_rows(6), LORA, DPO, 7, tmp_path / "x")
    model, tokenizer = load_base(full)
    with built.model.disable_adapter():
        torch.testing.assert_close(logits(built.model, tokenizer), logits(model, tokenizer))
    before = built.evaluate()
    assert before["eval_rewards/margins"] == 0 and before["eval_loss"] == pytest.approx(0.693147, abs=1e-5)
    adapter = train("dpo", "x", DPO, base=full, output=tmp_path / "adapter", **{"sft-adapter": None})
    assert len(weights(adapter)) and read_json(adapter / "adapter_config.json")["r"] == LORA["rank"]
    moved = logits(PeftModel.from_pretrained(load_base(full)[0], adapter), tokenizer)
    assert (moved - logits(model, tokenizer)).abs().max() > 0.01


def test_preferences_after_an_sft_adapter_train_every_weight_of_the_merged_model(tmp_path):
    import torch

    merged = merge_adapter(load_base(root() / "base")[0], sft())
    assert all(weight.requires_grad for weight in merged.parameters())
    trained = train("dpo", "x", {**DPO, "learning_rate": 1e-3}, None, output=tmp_path / "model")
    before, after = merged.state_dict(), tensors(trained)
    assert set(after) <= set(before) and not any(torch.equal(before[name], after[name]) for name in after)
    assert read_json(trained / "training.json")["dev"][-1]["eval_rewards/margins"] > 0.01


def test_preferences_train_all_weights_against_the_model_they_started_from(full, tmp_path):
    import torch

    from scripts.training.dpo import dpo_trainer

    settings = {**DPO, "learning_rate": 1e-3}
    built = dpo_trainer(full, None, dpo_rows(20), dpo_rows(6), None, settings, 7, tmp_path / "x")
    assert built.evaluate()["eval_rewards/margins"] == 0
    trained = train("dpo", "x", settings, None, base=full, output=tmp_path / "model", **{"sft-adapter": None})
    assert read_json(trained / "training.json")["dev"][-1]["eval_rewards/margins"] > 0.01
    before, after = tensors(full), tensors(trained)
    assert not any(torch.equal(before[name], after[name]) for name in before)
