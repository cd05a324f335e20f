"""Direct preference optimisation (TRL): an adapter on top of an SFT adapter, published as one on the original base."""

import logging
import tempfile
from pathlib import Path

from scripts.llm.identity import require_base
from scripts.llm.template import rows_as_said
from scripts.training.adapters import join_adapters, load_base, merge_adapter, publish_adapter, publish_trained
from scripts.training.checks import require_settings
from scripts.training.progress import is_first
from scripts.training.rows import preference_rows
from scripts.training.run import trained
from scripts.training.settings import base_precision, lora_config, trainer_arguments

log = logging.getLogger(__name__)


def train_dpo(
    base: Path,
    sft_adapter: Path | None,
    train: Path,
    dev: Path,
    lora: dict | None,
    settings: dict,
    seed: int,
    output: Path,
) -> None:
    """Trains a fresh adapter on the merged SFT model, which is also the reference policy; keeps the best epoch on dev.

    Without `sft_adapter` the base is that model, such as one whose every weight was fine-tuned. Without `lora` all
    weights are trained. `settings` adds beta, loss_types and loss_weights to those of an SFT run. Best = greatest share
    of dev pairs whose chosen answer has the higher implicit reward; the first such epoch.
    """
    require_settings(settings, lora, seed, preference=True)
    if sft_adapter:
        require_base(sft_adapter, base)
    rows = {"train": (train, preference_rows(train)), "dev": (dev, preference_rows(dev))}

    def build(folder: Path):
        return dpo_trainer(base, sft_adapter, rows["train"][1], rows["dev"][1], lora, settings, seed, folder)

    with trained(build, base, rows, settings) as (trainer, report):
        if sft_adapter and lora:
            _publish_joined(trainer, sft_adapter, settings["precision"], output, report)
        else:
            publish_trained(trainer, settings["precision"], output, report)
    log.info("%d steps on %s, chosen %s", report["steps"], report["rows"], report["chosen"])


def _publish_joined(trainer, sft_adapter: Path, precision: str, output: Path, report: dict) -> None:
    with tempfile.TemporaryDirectory(prefix="affirm-dpo-") as folder:
        own = Path(folder) / "own_adapter"
        publish_trained(trainer, precision, own, report)
        if is_first():
            publish_adapter(lambda draft: join_adapters(sft_adapter, own, draft), output, report)


def dpo_trainer(
    base: Path,
    sft_adapter: Path | None,
    train: list[dict],
    dev: list[dict],
    lora: dict | None,
    settings: dict,
    seed: int,
    folder: Path,
):
    """TRL's trainer, which keeps its checkpoints in `folder`; with the adapter off it is the reference policy."""
    from datasets import Dataset
    from transformers import PrinterCallback, set_seed
    from trl import DPOConfig, DPOTrainer

    def starting_point():
        model, tokenizer = load_base(base, base_precision(settings, lora))
        return merge_adapter(model, sft_adapter) if sft_adapter else model, tokenizer

    set_seed(seed)
    model, tokenizer = starting_point()
    # TRL's `sft` loss is a mean over the tokens of a device's batch: cut into smaller ones it would be another loss.
    whole = "sft" in settings["loss_types"]
    trainer = DPOTrainer(
        model=model,
        ref_model=None if lora else starting_point()[0],
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
        train_dataset=Dataset.from_list(rows_as_said(tokenizer, train)),
        eval_dataset=Dataset.from_list(rows_as_said(tokenizer, dev)),
        processing_class=tokenizer,
        peft_config=lora_config(lora) if lora else None,
    )
    trainer.remove_callback(PrinterCallback)  # a line on stdout for every step
    return trainer
