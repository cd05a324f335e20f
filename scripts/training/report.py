"""What is kept of a training run beside its weights (`training.json`)."""

import resource
from importlib import metadata

from scripts.training.progress import Progress

LOSS_STEPS = 10  # steps over which a training loss is averaged
LIBRARIES = ("torch", "transformers", "trl", "peft", "accelerate")


def hide_bars() -> None:
    """Progress bars fill a job's log."""
    from datasets import disable_progress_bars
    from transformers.utils import logging as progress

    disable_progress_bars()
    progress.disable_progress_bar()


def training_report(
    trainer, progress: Progress, rows: dict[str, dict[str, int]], machine: dict[str, object]
) -> dict[str, object]:
    """Rows, steps, losses on train, metrics on dev, the epoch chosen, where and with what it ran, and what it took.

    Seconds and tokens a second are over all jobs of a run that was stopped and gone on with; peaks are the last one's.
    """
    import torch

    history = trainer.state.log_history
    dev = [entry for entry in history if "eval_loss" in entry]
    metric = trainer.args.metric_for_best_model
    seconds = progress.seconds
    return {
        "rows": rows,
        "steps": trainer.state.global_step,
        "losses": mean_losses({entry["step"]: entry["loss"] for entry in history if "loss" in entry}),
        "dev": [
            {"step": entry["step"]}
            | {key: round(float(value), 5) for key, value in sorted(entry.items()) if _is_metric(key)}
            for entry in dev
        ],
        "chosen": {
            "metric": metric,
            "value": round(float(trainer.state.best_metric), 5),
            "epoch": 1 + [entry[metric] for entry in dev].index(trainer.state.best_metric),
        },
        "machine": machine,
        "versions": {name: metadata.version(name) for name in LIBRARIES},
        "seconds": round(seconds, 2),
        "tokens_per_second": round(progress.tokens / seconds, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "peak_gpu_mb": torch.cuda.max_memory_allocated() // 2**20 if torch.cuda.is_available() else None,
    }


def mean_losses(by_step: dict[int, float]) -> list[dict[str, float]]:
    """{step, loss}: the mean over LOSS_STEPS steps up to that one; the last entry takes the steps that are left."""
    steps = sorted(by_step)
    parts = [steps[start : start + LOSS_STEPS] for start in range(0, len(steps), LOSS_STEPS)]
    return [
        {"step": part[-1], "loss": round(sum(float(by_step[step]) for step in part) / len(part), 5)} for part in parts
    ]


def _is_metric(key: str) -> bool:
    return key.startswith("eval_") and not key.endswith(("_runtime", "_per_second", "_num_tokens"))
