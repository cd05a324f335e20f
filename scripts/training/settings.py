"""What a training run is told, and what of it is science (paper, config) or operation (the machine)."""

import json
import os
from pathlib import Path

from scripts.provenance.errors import Problem


def operation() -> dict:
    """What AFFIRM_OPERATION says; it moves speed and memory, never a result."""
    return json.loads(os.environ.get("AFFIRM_OPERATION") or "{}")


def checkpoint_minutes() -> float:
    """Minutes of training that a killed job may lose, besides the running step."""
    return float(operation().get("checkpoint_minutes", 30.0))


def devices() -> int:
    """Processes that train together: as many as the launcher started (WORLD_SIZE), else 1.

    Several visible GPUs without a launcher are a Problem, for one process can use but one; so is none where
    AFFIRM_OPERATION's `require_gpu` wants one.
    """
    import torch

    world = int(os.environ.get("WORLD_SIZE", "1"))
    if operation().get("require_gpu") and not torch.cuda.is_available():
        raise Problem(
            "operation.require_gpu is true, and this machine shows no GPU (nvidia-smi, CUDA_VISIBLE_DEVICES). "
            "Run it where one is, or set it to false to train on the CPU."
        )
    if world == 1 and torch.cuda.device_count() > 1:
        raise Problem(
            f"{torch.cuda.device_count()} GPUs are visible to one process, which can train on one. "
            "Set CUDA_VISIBLE_DEVICES to one of them, or give --launch."
        )
    return world


def attention(precision: str) -> str:
    """The attention kernel: FlashAttention where it is installed and a GPU computes in bf16, else PyTorch's own."""
    import torch
    from transformers.utils import is_flash_attn_2_available

    fits = torch.cuda.is_available() and precision == "bf16"
    return "flash_attention_2" if fits and is_flash_attn_2_available() else "sdpa"


def base_precision(settings: dict, lora: dict | None) -> str:
    """How the base is held: weights that are themselves trained stay float32, or small steps would be rounded away."""
    return settings["precision"] if lora else "fp32"


def machine(settings: dict) -> dict[str, object]:
    """What of the machine rounds sums: device, processes, threads, rows at once and attention kernel."""
    import torch

    count = devices()
    on_gpu = torch.cuda.is_available()
    whole = "sft" in settings.get("loss_types", [])
    return {
        "device": torch.cuda.get_device_name() if on_gpu else f"CPU {torch.backends.cpu.get_cpu_capability()}",
        "processes": count,
        "threads": torch.get_num_threads(),
        "device_batch": per_device_batch(settings["effective_batch"], count, whole)[0],
        "attention": attention(settings["precision"]),
    }


def per_device_batch(effective: int, devices: int = 1, whole: bool = False) -> tuple[int, int]:
    """(per-device batch, accumulation steps) whose product with `devices` is the effective batch.

    The largest per-device batch within AFFIRM_OPERATION's `train_batch` that divides it; only speed and memory
    depend on it. `whole`: not divided, for a loss that is a mean over more than a row. An effective batch that the
    devices do not divide is a Problem naming the nearest that they do (so is it in the config: references.py).
    """
    if effective % devices:
        near = nearest_batches(effective, devices)
        raise Problem(f"effective_batch {effective} cannot be split over {devices} devices. Set it to one of {near}.")
    if whole and devices > 1:
        raise Problem(f"loss type sft is a mean over a whole batch, not over parts on {devices} devices. Train on one.")
    share = effective // devices
    limit = share if whole else int(operation().get("train_batch", share))
    batch = max(size for size in range(1, share + 1) if share % size == 0 and size <= max(1, limit))
    return batch, share // batch


def nearest_batches(effective: int, devices: int) -> list[int]:
    """The effective batches next to this one that so many devices can share."""
    return sorted({max(devices, effective // devices * devices), -(-effective // devices) * devices})


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
        "save_only_model": False,
        "save_total_limit": None,  # progress.py deletes, after the next one is whole
        "load_best_model_at_end": True,
        "logging_steps": 1,  # a mean over more would start anew when a run is gone on with
        "logging_nan_inf_filter": False,
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
