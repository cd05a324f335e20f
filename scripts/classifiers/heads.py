"""A linear head over sentence vectors, on disk, and how well it finds values in texts that nothing was trained on."""

import json
from pathlib import Path
from typing import Any

from scripts.classifiers.linear import calibration_error
from scripts.classifiers.scores import baselines, f1_scores, per_label_f1
from scripts.classifiers.values import open_values


def write_head(folder: Path, labels: list[str], weight: Any, bias: Any) -> None:
    """head.json beside the folder's encoder/: the sigmoid of weight (k, d) times a vector plus bias (k,)."""
    head = {"labels": labels, "weight": weight.round(8).tolist(), "bias": bias.round(8).tolist()}
    (folder / "head.json").write_text(json.dumps(head) + "\n", encoding="utf-8")


def measured(
    folder: Path, labels: list[str], threshold: float, train_present: Any, dev_texts: list[str], dev_present: Any
) -> dict:
    """What training.json says of the model in `folder`: F1 on dev at the threshold, beside what knows nothing."""
    probabilities = open_values("head", folder, labels)(dev_texts)
    found = probabilities > threshold
    return {
        "train_rows": len(train_present),
        "dev_rows": len(dev_texts),
        "threshold": threshold,
        "dev": f1_scores(dev_present, found),
        "dev_per_label_f1": per_label_f1(dev_present, found, labels),
        "dev_values_per_row": {"true": float(dev_present.sum(1).mean()), "found": float(found.sum(1).mean())},
        "dev_calibration_error": calibration_error(dev_present, probabilities),
        "baselines": baselines(dev_present, train_present),
    }
