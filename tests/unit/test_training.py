"""SFT and DPO of adapters on a random tiny model: what is learnt from, what is published, what does not move it."""

import json
import shutil

import pytest

from scripts.provenance.errors import Problem
from scripts.text.files import read_json, write_jsonl
from scripts.training import dpo_command, sft_command
from scripts.training.adapters import join_adapters, load_base, merge_adapter, tidied
from scripts.training.dpo import dpo_trainer
from scripts.training.rows import fitting
from scripts.training.settings import devices, per_device_batch, trainer_arguments
from scripts.training.sft import sft_trainer
from scripts.training.speed import completions_alone_scored, keep_freed_memory
from tests.unit.tiny_model import write_base

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


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """base, and rows of both kinds (20 for training, so that the last batch is a small one; 6 to choose by)."""
    folder = tmp_path_factory.mktemp("training")
    write_base(folder / "base")
    for kind, rows in (("sft", sft_rows), ("dpo", dpo_rows)):
        write_jsonl(folder / f"{kind}_train.jsonl", rows(20))
        write_jsonl(folder / f"{kind}_dev.jsonl", rows(6))
    return folder


def train(root, kind, name, settings, lora=LORA, **paths):
    """Runs the command line of one kind; gives the adapter folder."""
    given = {"base": root / "base", "train": root / f"{kind}_train.jsonl", "dev": root / f"{kind}_dev.jsonl"}
    given |= {"lora": json.dumps(lora), "train-settings": json.dumps(settings), "seed": 7, "output": root / name}
    given |= paths
    command = {"sft": sft_command, "dpo": dpo_command}[kind]
    command.main([str(part) for option, value in given.items() for part in (f"--{option}", value)])
    return given["output"]


@pytest.fixture(scope="module")
def sft(root):
    return train(root, "sft", "sft", SFT)


@pytest.fixture(scope="module")
def dpo(root, sft):
    return train(root, "dpo", "dpo", DPO, **{"sft-adapter": sft})


def weights(folder):
    return (folder / "adapter_model.safetensors").read_bytes()


def logits(model, tokenizer):
    import torch

    ids = tokenizer("I am sad about work", return_tensors="pt")["input_ids"]
    with torch.no_grad():
        return model.eval()(ids).logits


def test_an_adapter_its_settings_and_a_report_are_published_and_nothing_else(root, sft):
    assert sorted(path.name for path in sft.iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
        "training.json",
    ]
    config = read_json(sft / "adapter_config.json")
    assert (config["r"], config["lora_alpha"]) == (4, 8)
    assert config["target_modules"] == sorted(config["target_modules"])
    report = read_json(sft / "training.json")
    assert report["rows"] == {"train": {"rows": 20, "used": 20, "cut": 0}, "dev": {"rows": 6, "used": 6, "cut": 0}}
    assert report["steps"] == 6  # 8 + 8 + 4 rows, twice
    assert [path for path in root.iterdir() if path.name.startswith(".")] == []


def test_sft_lowers_the_loss_on_dev_and_keeps_the_epoch_of_the_lowest(sft):
    report = read_json(sft / "training.json")
    losses = [entry["eval_loss"] for entry in report["dev"]]
    assert len(losses) == 2 and losses[1] < losses[0]
    assert report["chosen"] == {"metric": "eval_loss", "value": losses[1], "epoch": 2}


def test_the_same_run_gives_the_same_bytes(root, sft, dpo):
    assert weights(train(root, "sft", "again", SFT)) == weights(sft)
    assert weights(train(root, "dpo", "dpo_again", DPO, **{"sft-adapter": sft})) == weights(dpo)
    assert (root / "again" / "adapter_config.json").read_bytes() == (sft / "adapter_config.json").read_bytes()


def test_another_seed_gives_another_adapter(root, sft):
    assert weights(train(root, "sft", "seeded", SFT, seed=8)) != weights(sft)


def test_the_best_epoch_is_loaded_when_the_last_one_is_worse(root, monkeypatch):
    """Dev rows answer otherwise than those trained on, so every step at this rate makes their loss worse."""
    wrong = [{**row, "completion": [{"role": "assistant", "content": "zzzz zzzz"}]} for row in sft_rows(3)]
    write_jsonl(root / "wrong.jsonl", wrong)
    steep = {**SFT, "epochs": 2, "learning_rate": 2e-2, "scheduler": "constant", "warmup_ratio": 0.0}
    both = train(root, "sft", "both", steep, dev=root / "wrong.jsonl")
    one = train(root, "sft", "one", {**steep, "epochs": 1}, dev=root / "wrong.jsonl")
    report = read_json(both / "training.json")
    assert report["dev"][0]["eval_loss"] < report["dev"][1]["eval_loss"] and report["chosen"]["epoch"] == 1
    assert weights(both) == weights(one)


@pytest.fixture
def trainer(root, sft, tmp_path):
    """Builds TRL's trainer of one kind on the module's rows."""

    def build(kind, settings, lora=LORA):
        if kind == "sft":
            return sft_trainer(root / "base", sft_rows(20), sft_rows(6), lora, settings, 7, tmp_path / "run")
        return dpo_trainer(root / "base", sft, dpo_rows(20), dpo_rows(6), lora, settings, 7, tmp_path / "run")

    return build


def test_only_the_completion_and_its_end_are_learnt(trainer, root):
    built = trainer("sft", SFT)
    tokenizer = load_base(root / "base")[1]
    for row, encoded in zip(sft_rows(20), built.train_dataset, strict=True):
        learnt = [token for token, label in zip(encoded["input_ids"], encoded["labels"], strict=True) if label != -100]
        assert tokenizer.decode(learnt) == row["completion"][0]["content"] + "<|eot_id|>"
        shown = tokenizer.decode(encoded["input_ids"][: -len(learnt)])
        assert shown.endswith("<|start_header_id|>assistant<|end_header_id|>\n\n")


def test_arguments_mean_what_the_config_says(trainer):
    for kind, settings in (("sft", SFT), ("dpo", DPO)):
        built = trainer(kind, {**settings, "warmup_ratio": 0.3, "epochs": 2})
        args = built.args
        assert args.get_warmup_steps(20) == 6
        assert (args.lr_scheduler_type, args.optim) == ("cosine", "adamw_torch")
        assert not args.gradient_checkpointing and not args.bf16 and not args.fp16
        assert not any(module.gradient_checkpointing for module in built.model.modules() if hasattr(module, "mlp"))
        assert (args.num_train_epochs, args.max_grad_norm, args.weight_decay) == (2, 1.0, 0.0)


def test_the_rate_rises_over_the_warmup_share_and_then_falls(trainer):
    built = trainer("sft", {**SFT, "effective_batch": 2, "warmup_ratio": 0.25, "epochs": 1})  # 10 steps, ceil(2.5) = 3
    built.create_optimizer_and_scheduler(10)
    rates = []
    for _ in range(10):
        rates.append(built.optimizer.param_groups[0]["lr"])
        built.optimizer.step()
        built.lr_scheduler.step()
    assert rates[:4] == pytest.approx([0, 5e-3 / 3, 5e-3 * 2 / 3, 5e-3])
    assert rates[3:] == sorted(rates[3:], reverse=True) and rates[-1] < 1e-3


def test_gradient_checkpointing_and_dropout_are_on_where_the_config_says_so(trainer):
    import torch

    built = trainer("dpo", {**DPO, "gradient_checkpointing": True}, {**LORA, "dropout": 0.25})
    assert built.args.gradient_checkpointing
    rates = {m.p for name, m in built.model.named_modules() if isinstance(m, torch.nn.Dropout) and "lora" in name}
    assert rates == {0.25}


@pytest.mark.parametrize(
    ("kind", "settings"),
    [("sft", SFT), ("dpo", DPO), ("dpo", {**DPO, "loss_types": ["sigmoid", "sft"], "loss_weights": [1.0, 1.0]})],
)
def test_rows_a_device_handles_at_once_do_not_move_the_result(root, sft, kind, settings, monkeypatch, tmp_path):
    import torch
    from safetensors.torch import load_file

    more = {"sft-adapter": sft} if kind == "dpo" else {}
    found, reports = [], []
    for batch in (8, 1):
        monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"train_batch": batch}))
        adapter = train(root, kind, "x", {**settings, "epochs": 1}, output=tmp_path / str(batch), **more)
        found.append(load_file(adapter / "adapter_model.safetensors"))
        reports.append(read_json(adapter / "training.json"))
    assert [report["steps"] for report in reports] == [3, 3]
    assert found[0].keys() == found[1].keys()
    for name in found[0]:
        torch.testing.assert_close(found[0][name], found[1][name], atol=2e-4, rtol=0)
    assert reports[0]["dev"][0]["eval_loss"] == pytest.approx(reports[1]["dev"][0]["eval_loss"], abs=2e-3)


def test_dev_loss_is_the_mean_over_rows_and_depends_on_no_batch(trainer, monkeypatch):
    import torch

    monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"train_batch": 4}))
    built = trainer("sft", SFT)
    by_row = []
    for row in built.eval_dataset:
        ids, labels = torch.tensor([row["input_ids"]]), torch.tensor([row["labels"]])
        with torch.no_grad():
            by_row.append(built.model.eval()(input_ids=ids, labels=labels).loss.item())
    assert built.evaluate()["eval_loss"] == pytest.approx(sum(by_row) / len(by_row), rel=1e-4)


def test_dpo_starts_from_its_reference_and_moves_away_from_it(trainer, dpo):
    built = trainer("dpo", DPO)
    before = built.evaluate()
    assert before["eval_rewards/margins"] == 0 and before["eval_loss"] == pytest.approx(0.693147, abs=1e-5)
    after = read_json(dpo / "training.json")["dev"][-1]
    assert after["eval_rewards/margins"] > 0.01 and after["eval_rewards/accuracies"] > 0.5


def test_the_reference_policy_is_the_merged_sft_model(trainer, root, sft):
    import torch

    built = trainer("dpo", DPO)
    model, tokenizer = load_base(root / "base")
    bare = logits(model, tokenizer)
    wanted = logits(merge_adapter(model, sft), tokenizer)
    with built.model.disable_adapter():
        torch.testing.assert_close(logits(built.model, tokenizer), wanted)
    assert (wanted - bare).abs().max() > 0.01


def published_and_stepwise(root, first, second, joined):
    """Logits of the base with `joined`, and of the base merged with `first` and then with `second`."""
    from peft import PeftModel

    model, tokenizer = load_base(root / "base")
    together = logits(PeftModel.from_pretrained(model, joined), tokenizer)
    stepwise = merge_adapter(merge_adapter(load_base(root / "base")[0], first), second)
    return together, logits(stepwise, tokenizer)


def test_the_published_dpo_adapter_on_the_base_equals_sft_then_dpo(root, sft, tmp_path, monkeypatch):
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
    joined = train(root, "dpo", "mixed", {**DPO, "learning_rate": 2e-2}, lora, **{"sft-adapter": sft})
    together, stepwise = published_and_stepwise(root, sft, own, joined)
    torch.testing.assert_close(together, stepwise, atol=1e-4, rtol=0)
    only_sft = logits(merge_adapter(load_base(root / "base")[0], sft), load_base(root / "base")[1])
    assert (together - only_sft).abs().max() > 0.01
    assert sorted(path.name for path in joined.iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
        "training.json",
    ]
    config = read_json(joined / "adapter_config.json")
    assert (config["r"], config["lora_alpha"]) == (6, 6)


def test_an_adapter_of_another_kind_cannot_be_joined(sft, tmp_path):
    other = shutil.copytree(sft, tmp_path / "other")
    config = read_json(other / "adapter_config.json")
    (other / "adapter_config.json").write_text(json.dumps({**config, "use_dora": True}))
    with pytest.raises(Problem, match="no plain LoRA adapter"):
        join_adapters(sft, other, tmp_path / "joined")


def test_scoring_completions_alone_changes_no_loss(trainer):
    import trl.trainer.utils as trl_utils

    built, before = (
        trainer("dpo", {**DPO, "loss_types": ["sigmoid", "sft"], "loss_weights": [1.0, 1.0]}),
        trl_utils._use_triton,
    )
    keep_freed_memory()
    plain = built.evaluate()
    with completions_alone_scored():
        quick = built.evaluate()
    assert trl_utils._use_triton is before
    for name in ("eval_loss", "eval_logps/chosen", "eval_logps/rejected", "eval_rewards/margins"):
        assert quick[name] == pytest.approx(plain[name], rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("kind", ["sft", "dpo"])
@pytest.mark.parametrize("split", ["train", "dev"])
def test_no_rows_are_an_error_and_nothing_is_published(root, sft, kind, split, tmp_path):
    (tmp_path / "empty.jsonl").touch()
    more = {"sft-adapter": sft} if kind == "dpo" else {}
    with pytest.raises(Problem, match=r"empty\.jsonl has no rows"):
        train(root, kind, "x", DPO, output=tmp_path / "out", **{split: tmp_path / "empty.jsonl"}, **more)
    assert not (tmp_path / "out").exists()


def test_rows_too_long_for_the_window_are_counted_and_none_left_is_an_error(root, trainer, tmp_path):
    built = trainer("sft", {**SFT, "max_length": 40})
    counts = fitting(sft_rows(20), built.train_dataset, 40, tmp_path)
    assert counts["rows"] == 20 and 0 < counts["used"] <= 20 and counts["cut"] > 0
    pairs = trainer("dpo", {**DPO, "max_length": 40})
    assert fitting(dpo_rows(20), pairs.train_dataset, 40, tmp_path)["cut"] > 0
    with pytest.raises(Problem, match="every prompt has 10 tokens or more"):
        train(root, "sft", "x", {**SFT, "max_length": 10}, output=tmp_path / "out")
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


def test_target_modules_are_sorted_and_a_pattern_is_kept():
    assert tidied({"target_modules": ["v", "k"]}) == {"target_modules": ["k", "v"]}
    assert tidied({"target_modules": ".*_proj"}) == {"target_modules": ".*_proj"}
