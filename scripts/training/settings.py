"""What a training run is told, and what of it is science (paper, config) or operation (the machine)."""

import json
import os
from pathlib import Path

from scripts.provenance.errors import Problem


def devices() -> int:
    """Processes that train together: as many as the launcher started (WORLD_SIZE), else 1.

    Several visible GPUs without a launcher are a Problem: one process can use but one.
    """
    import torch

    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1 and torch.cuda.device_count() > 1:
        raise Problem(
            f"{torch.cuda.device_count()} GPUs are visible to one process, which can train on one. "
            "Set CUDA_VISIBLE_DEVICES to one of them."
        )
    return world


def per_device_batch(effective: int, devices: int = 1, whole: bool = False) -> tuple[int, int]:
    """(per-device batch, accumulation steps) whose product with `devices` is the effective batch.

    The largest per-device batch within AFFIRM_OPERATION's `train_batch` that divides it; only speed and memory
    depend on it. `whole`: not divided, for a loss that is a mean over more than a row. An effective batch that the
    devices do not divide is a Problem naming the nearest that they do.
    """
    if effective % devices:
        near = sorted({max(devices, effective // devices * devices), -(-effective // devices) * devices})
        raise Problem(f"effective_batch {effective} cannot be split over {devices} devices. Set it to one of {near}.")
    share = effective // devices
    limit = share if whole else int(json.loads(os.environ.get("AFFIRM_OPERATION") or "{}").get("train_batch", share))
    batch = max(size for size in range(1, share + 1) if share % size == 0 and size <= max(1, limit))
    return batch, share // batch


def trainer_arguments(settings: dict, seed: int, folder: Path, whole: bool = False) -> dict:
    """Arguments that TRL's SFT and DPO configs share; every one that moves a result is stated, no default is relied on.

    `settings` are the leaves of a `train` block of config.yaml: learning_rate, epochs, effective_batch, max_length,
    warmup_ratio, scheduler, optimizer, weight_decay, max_grad_norm, precision, gradient_checkpointing. `whole` as for
    `per_device_batch`. Dev rows are read one by one: their mean then depends on no batch.
    """
    import torch

    on_gpu = torch.cuda.is_available()
    batch, accumulation = per_device_batch(settings["effective_batch"], devices(), whole)
    return {
        "output_dir": str(folder),
        "per_device_train_batch_size": batch,
        "per_device_eval_batch_size": 1,
        "gradient_accumulation_steps": accumulation,
        "num_train_epochs": float(settings["epochs"]),
        "max_steps": -1,
        "learning_rate": settings["learning_rate"],
        "lr_scheduler_type": settings["scheduler"],
        "warmup_steps": settings["warmup_ratio"],  # below 1 it is the share of all steps, rounded up
        "optim": settings["optimizer"],
        "adam_beta1": 0.9,
        "adam_beta2": 0.999,
        "adam_epsilon": 1e-8,
        "weight_decay": settings["weight_decay"],
        "max_grad_norm": settings["max_grad_norm"],
        "label_smoothing_factor": 0.0,
        "max_length": settings["max_length"],
        "truncation_mode": "keep_start",
        "train_sampling_strategy": "random",
        "bf16": settings["precision"] == "bf16" and on_gpu,
        "fp16": False,
        "activation_checkpointing": settings["gradient_checkpointing"],
        "use_cpu": not on_gpu,
        "seed": seed,
        "data_seed": seed,
        "eval_strategy": "epoch",
        "save_strategy": "epoch",
        "save_only_model": True,
        "save_total_limit": 1,
        "load_best_model_at_end": True,
        "logging_steps": 10,
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_num_workers": 0,
    }


def lora_config(lora: dict):
    """PEFT's LoraConfig from {rank, alpha, dropout, target_modules (module names, or `all-linear`)}."""
    from peft import LoraConfig

    return LoraConfig(
        r=lora["rank"],
        lora_alpha=lora["alpha"],
        lora_dropout=lora["dropout"],
        target_modules=lora["target_modules"],
        bias="none",
        task_type="CAUSAL_LM",
    )
