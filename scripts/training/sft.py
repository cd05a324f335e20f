"""Supervised fine-tuning of LoRA adapters on chat rows (TRL), loss on completions only."""

import logging
import tempfile
import time
from pathlib import Path

from scripts.training.adapters import load_base, publish_adapter
from scripts.training.report import hide_bars, training_report
from scripts.training.rows import chat_rows, fitting
from scripts.training.settings import lora_config, trainer_arguments
from scripts.training.speed import completions_alone_scored, keep_freed_memory

log = logging.getLogger(__name__)


def train_sft(base: Path, train: Path, dev: Path, lora: dict, settings: dict, seed: int, output: Path) -> None:
    """Trains a fresh adapter on `base` with the rows {prompt, completion}; keeps the epoch of least dev loss.

    Dev loss is the mean over rows of the mean over their completions' tokens.
    """
    rows = {path: chat_rows(path, ("prompt", "completion")) for path in (train, dev)}
    started = time.monotonic()
    keep_freed_memory()
    hide_bars()
    with tempfile.TemporaryDirectory(prefix="affirm-sft-") as folder, completions_alone_scored():
        trainer = sft_trainer(base, rows[train], rows[dev], lora, settings, seed, Path(folder))
        sizes = {
            "train": fitting(rows[train], trainer.train_dataset, settings["max_length"], train),
            "dev": fitting(rows[dev], trainer.eval_dataset, settings["max_length"], dev),
        }
        trainer.train()
        report = training_report(trainer, started, sizes)
        publish_adapter(lambda draft: trainer.model.save_pretrained(draft), output, report)
    log.info("%d steps on %s, chosen %s", report["steps"], report["rows"], report["chosen"])


def sft_trainer(base: Path, train: list[dict], dev: list[dict], lora: dict, settings: dict, seed: int, folder: Path):
    """TRL's trainer, which keeps its checkpoints in `folder`."""
    from datasets import Dataset
    from transformers import set_seed
    from trl import SFTConfig, SFTTrainer

    set_seed(seed)
    model, tokenizer = load_base(base, settings["precision"])
    return SFTTrainer(
        model=model,
        args=SFTConfig(
            **trainer_arguments(settings, seed, folder),
            loss_type="nll",
            completion_only_loss=True,
            packing=False,
            shuffle_dataset=False,
            metric_for_best_model="eval_loss",
            greater_is_better=False,
        ),
        train_dataset=Dataset.from_list(train),
        eval_dataset=Dataset.from_list(dev),
        processing_class=tokenizer,
        peft_config=lora_config(lora),
    )
