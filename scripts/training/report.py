"""What is kept of a training run beside its weights (`training.json`)."""

import resource
import time


def hide_bars() -> None:
    """Progress bars fill a job's log."""
    from datasets import disable_progress_bars
    from transformers.utils import logging as progress

    disable_progress_bars()
    progress.disable_progress_bar()


def training_report(trainer, started: float, rows: dict[str, dict[str, int]]) -> dict:
    """Rows, steps, losses on train, metrics on dev, the epoch chosen, seconds, tokens a second and peak memory."""
    seconds = time.monotonic() - started
    history = trainer.state.log_history
    tokens = [entry["num_tokens"] for entry in history if "num_tokens" in entry]
    dev = [entry for entry in history if "eval_loss" in entry]
    metric = trainer.args.metric_for_best_model
    return {
        "rows": rows,
        "steps": trainer.state.global_step,
        "losses": [round(float(entry["loss"]), 5) for entry in history if "loss" in entry],
        "dev": [
            {key: round(float(value), 5) for key, value in sorted(entry.items()) if _is_metric(key)} for entry in dev
        ],
        "chosen": {
            "metric": metric,
            "value": round(float(trainer.state.best_metric), 5),
            "epoch": 1 + [entry[metric] for entry in dev].index(trainer.state.best_metric),
        },
        "seconds": round(seconds, 2),
        "tokens_per_second": round(tokens[-1] / seconds, 1) if tokens else None,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _is_metric(key: str) -> bool:
    return key.startswith("eval_") and not key.endswith(("_runtime", "_per_second", "_num_tokens"))
