"""Supervised fine-tuning on chat rows (TRL), loss on what the model answers: of a LoRA adapter or of all weights."""

import logging
from pathlib import Path

from scripts.llm.template import rows_as_said
from scripts.training.adapters import load_base, publish_trained
from scripts.training.checks import require_settings
from scripts.training.rounds import rounds_as_said
from scripts.training.rows import chat_rows, holds_dialogues
from scripts.training.run import trained
from scripts.training.settings import base_precision, lora_config, trainer_arguments

log = logging.getLogger(__name__)


def train_sft(base: Path, train: Path, dev: Path, lora: dict | None, settings: dict, seed: int, output: Path) -> None:
    """Trains a fresh adapter on `base` (all of its weights when `lora` is None) with the rows {prompt, completion}.

    Rows {messages} are whole dialogues, every assistant turn of which is learnt (scripts/training/rounds.py). The epoch
    of least dev loss is kept. Dev loss is the mean over rows of the mean over their learnt tokens.
    """
    require_settings(settings, lora, seed)
    fields = ("messages",) if holds_dialogues(train) else ("prompt", "completion")
    rows = {split: (path, chat_rows(path, fields)) for split, path in (("train", train), ("dev", dev))}

    def build(folder: Path):
        return sft_trainer(base, rows["train"][1], rows["dev"][1], lora, settings, seed, folder)

    with trained(build, base, rows, settings) as (trainer, report):
        publish_trained(trainer, settings["precision"], output, report)
    log.info("%d steps on %s, chosen %s", report["steps"], report["rows"], report["chosen"])


def sft_trainer(
    base: Path, train: list[dict], dev: list[dict], lora: dict | None, settings: dict, seed: int, folder: Path
):
    """TRL's trainer, which keeps its checkpoints in `folder`."""
    from datasets import Dataset
    from transformers import PrinterCallback, set_seed
    from trl import SFTConfig, SFTTrainer

    set_seed(seed)
    model, tokenizer = load_base(base, base_precision(settings, lora))

    def said(rows: list[dict]) -> list[dict]:
        whole = "messages" in rows[0]
        return rounds_as_said(tokenizer, rows, settings["max_length"]) if whole else rows_as_said(tokenizer, rows)

    trainer = SFTTrainer(
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
        train_dataset=Dataset.from_list(said(train)),
        eval_dataset=Dataset.from_list(said(dev)),
        processing_class=tokenizer,
        peft_config=lora_config(lora) if lora else None,
    )
    trainer.remove_callback(PrinterCallback)  # a line on stdout for every step
    return trainer
