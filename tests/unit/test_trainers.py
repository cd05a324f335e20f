"""The trainers as they are set up: what is learnt, rates, batches, the reference policy, dev scores, windows."""

import json

import pytest

from scripts.provenance.errors import Problem
from scripts.text.files import read_json
from scripts.training.adapters import load_base, merge_adapter
from scripts.training.rows import fitting
from scripts.training.settings import devices, per_device_batch, trainer_arguments
from scripts.training.speed import completions_alone_scored, keep_freed_memory
from tests.unit.tiny import DPO, LORA, SFT, dpo, dpo_rows, logits, root, sft, sft_rows, train, trainer

pytestmark = pytest.mark.slow


def test_only_the_completion_and_its_end_are_learnt(tmp_path):
    built = trainer("sft", SFT, tmp_path)
    tokenizer = load_base(root() / "base")[1]
    for row, encoded in zip(sft_rows(20), built.train_dataset, strict=True):
        learnt = [token for token, label in zip(encoded["input_ids"], encoded["labels"], strict=True) if label != -100]
        assert tokenizer.decode(learnt) == row["completion"][0]["content"] + "<|eot_id|>"
        shown = tokenizer.decode(encoded["input_ids"][: -len(learnt)])
        assert shown.endswith("<|start_header_id|>assistant<|end_header_id|>\n\n")


def test_arguments_mean_what_the_config_says(tmp_path):
    for kind, settings in (("sft", SFT), ("dpo", DPO)):
        built = trainer(kind, {**settings, "warmup_ratio": 0.3, "epochs": 2}, tmp_path)
        args = built.args
        assert args.get_warmup_steps(20) == 6
        assert (args.lr_scheduler_type, args.optim) == ("cosine", "adamw_torch")
        assert not args.gradient_checkpointing and not args.bf16 and not args.fp16
        assert not any(module.gradient_checkpointing for module in built.model.modules() if hasattr(module, "mlp"))
        assert (args.num_train_epochs, args.max_grad_norm, args.weight_decay) == (2, 1.0, 0.0)


def test_the_rate_rises_over_the_warmup_share_and_then_falls(tmp_path):
    built = trainer(
        "sft", {**SFT, "effective_batch": 2, "warmup_ratio": 0.25, "epochs": 1}, tmp_path
    )  # 10 steps, ceil(2.5) = 3
    built.create_optimizer_and_scheduler(10)
    rates = []
    for _ in range(10):
        rates.append(built.optimizer.param_groups[0]["lr"])
        built.optimizer.step()
        built.lr_scheduler.step()
    assert rates[:4] == pytest.approx([0, 5e-3 / 3, 5e-3 * 2 / 3, 5e-3])
    assert rates[3:] == sorted(rates[3:], reverse=True) and rates[-1] < 1e-3


def test_gradient_checkpointing_and_dropout_are_on_where_the_config_says_so(tmp_path):
    import torch

    built = trainer("dpo", {**DPO, "gradient_checkpointing": True}, tmp_path, {**LORA, "dropout": 0.25})
    assert built.args.gradient_checkpointing
    rates = {m.p for name, m in built.model.named_modules() if isinstance(m, torch.nn.Dropout) and "lora" in name}
    assert rates == {0.25}


def test_dev_loss_is_the_mean_over_rows_and_depends_on_no_batch(monkeypatch, tmp_path):
    import torch

    monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"train_batch": 4}))
    built = trainer("sft", SFT, tmp_path)
    by_row = []
    for row in built.eval_dataset:
        ids, labels = torch.tensor([row["input_ids"]]), torch.tensor([row["labels"]])
        with torch.no_grad():
            by_row.append(built.model.eval()(input_ids=ids, labels=labels).loss.item())
    assert built.evaluate()["eval_loss"] == pytest.approx(sum(by_row) / len(by_row), rel=1e-4)


def test_dpo_starts_from_its_reference_and_moves_away_from_it(tmp_path):
    built = trainer("dpo", DPO, tmp_path)
    before = built.evaluate()
    assert before["eval_rewards/margins"] == 0 and before["eval_loss"] == pytest.approx(0.693147, abs=1e-5)
    after = read_json(dpo() / "training.json")["dev"][-1]
    assert after["eval_rewards/margins"] > 0.01 and after["eval_rewards/accuracies"] > 0.5


def test_the_reference_policy_is_the_merged_sft_model(tmp_path):
    import torch

    built = trainer("dpo", DPO, tmp_path)
    model, tokenizer = load_base(root() / "base")
    bare = logits(model, tokenizer)
    wanted = logits(merge_adapter(model, sft()), tokenizer)
    with built.model.disable_adapter():
        torch.testing.assert_close(logits(built.model, tokenizer), wanted)
    assert (wanted - bare).abs().max() > 0.01


def test_scoring_completions_alone_changes_no_loss(tmp_path):
    import trl.trainer.utils as trl_utils

    built, before = (
        trainer("dpo", {**DPO, "loss_types": ["sigmoid", "sft"], "loss_weights": [1.0, 1.0]}, tmp_path),
        trl_utils._use_triton,
    )
    keep_freed_memory()
    plain = built.evaluate()
    with completions_alone_scored():
        quick = built.evaluate()
    assert trl_utils._use_triton is before
    for name in ("eval_loss", "eval_logps/chosen", "eval_logps/rejected", "eval_rewards/margins"):
        assert quick[name] == pytest.approx(plain[name], rel=1e-5, abs=1e-6)


def test_rows_too_long_for_the_window_are_counted_and_none_left_is_an_error(tmp_path):
    built = trainer("sft", {**SFT, "max_length": 40}, tmp_path)
    counts = fitting(sft_rows(20), built.train_dataset, 40, tmp_path)
    assert counts["rows"] == 20 and 0 < counts["used"] <= 20 and counts["cut"] > 0
    pairs = trainer("dpo", {**DPO, "max_length": 40}, tmp_path)
    assert fitting(dpo_rows(20), pairs.train_dataset, 40, tmp_path)["cut"] > 0
    with pytest.raises(Problem, match="every prompt has 10 tokens or more"):
        train("sft", "x", {**SFT, "max_length": 10}, output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_batch_of_a_device_divides_the_effective_batch(monkeypatch):
    monkeypatch.delenv("AFFIRM_OPERATION", raising=False)
    assert per_device_batch(16) == (16, 1)
    assert per_device_batch(16, 4) == (4, 1)
    monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"train_batch": 6}))
    assert per_device_batch(16) == (4, 4)
    assert per_device_batch(16, whole=True) == (16, 1)
    assert per_device_batch(7) == (1, 7)
    monkeypatch.setenv("AFFIRM_OPERATION", "")
    assert per_device_batch(7) == (7, 1)


@pytest.mark.parametrize(("effective", "count", "near"), [(16, 3, r"\[15, 18\]"), (2, 4, r"\[4\]")])
def test_an_effective_batch_that_devices_cannot_share_names_the_nearest(effective, count, near):
    with pytest.raises(Problem, match=near):
        per_device_batch(effective, count)


def test_the_effective_batch_is_over_all_processes(monkeypatch, tmp_path):
    monkeypatch.setenv("WORLD_SIZE", "4")
    arguments = trainer_arguments({**SFT, "effective_batch": 8}, 1, tmp_path)
    assert (arguments["per_device_train_batch_size"], arguments["gradient_accumulation_steps"]) == (2, 1)


def test_several_gpus_for_one_process_are_an_error(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(Problem, match="CUDA_VISIBLE_DEVICES"):
        devices()
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert devices() == 2
