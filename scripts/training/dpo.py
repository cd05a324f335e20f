"""Direct preference optimisation on top of an SFT adapter (TRL), published as one adapter on the original base."""

import logging
import tempfile
import time
from pathlib import Path

from scripts.training.adapters import join_adapters, load_base, merge_adapter, publish_adapter
from scripts.training.report import hide_bars, training_report
from scripts.training.rows import chat_rows, fitting
from scripts.training.settings import lora_config, trainer_arguments
from scripts.training.speed import completions_alone_scored, keep_freed_memory

log = logging.getLogger(__name__)


def train_dpo(
    base: Path, sft_adapter: Path, train: Path, dev: Path, lora: dict, settings: dict, seed: int, output: Path
) -> None:
    """Trains a fresh adapter on the merged SFT model, which is also the reference policy; keeps the best epoch on dev.

    `settings` adds beta, loss_types and loss_weights to those of an SFT run. Best = greatest share of dev pairs whose
    chosen answer has the higher implicit reward; the first such epoch.
    """
    rows = {path: chat_rows(path, ("prompt", "chosen", "rejected")) for path in (train, dev)}
    started = time.monotonic()
    keep_freed_memory()
    hide_bars()
    with tempfile.TemporaryDirectory(prefix="affirm-dpo-") as folder, completions_alone_scored():
        trainer = dpo_trainer(base, sft_adapter, rows[train], rows[dev], lora, settings, seed, Path(folder))
        sizes = {
            "train": fitting(rows[train], trainer.train_dataset, settings["max_length"], train),
            "dev": fitting(rows[dev], trainer.eval_dataset, settings["max_length"], dev),
        }
        trainer.train()
        report = training_report(trainer, started, sizes)
        own = Path(folder) / "own_adapter"
        publish_adapter(lambda draft: trainer.model.save_pretrained(draft), own, report)
        publish_adapter(lambda draft: join_adapters(sft_adapter, own, draft), output, report)
    log.info("%d steps on %s, chosen %s", report["steps"], report["rows"], report["chosen"])


def dpo_trainer(
    base: Path,
    sft_adapter: Path,
    train: list[dict],
    dev: list[dict],
    lora: dict,
    settings: dict,
    seed: int,
    folder: Path,
):
    """TRL's trainer, which keeps its checkpoints in `folder`; with the adapter off it is the reference policy."""
    from datasets import Dataset
    from transformers import set_seed
    from trl import DPOConfig, DPOTrainer

    set_seed(seed)
    model, tokenizer = load_base(base, settings["precision"])
    # TRL's `sft` loss is a mean over the tokens of a device's batch: cut into smaller ones it would be another loss.
    whole = "sft" in settings["loss_types"]
    return DPOTrainer(
        model=merge_adapter(model, sft_adapter),
        args=DPOConfig(
            **trainer_arguments(settings, seed, folder, whole),
            beta=settings["beta"],
            loss_type=settings["loss_types"],
            loss_weights=settings["loss_weights"],
            f_divergence_type="reverse_kl",
            label_smoothing=0.0,
            use_weighting=False,
            disable_dropout=False,  # the adapter's dropout is stated in the config and means what it says
            precompute_ref_log_probs=False,
            metric_for_best_model="eval_rewards/accuracies",
            greater_is_better=True,
        ),
        train_dataset=Dataset.from_list(train),
        eval_dataset=Dataset.from_list(dev),
        processing_class=tokenizer,
        peft_config=lora_config(lora),
    )
