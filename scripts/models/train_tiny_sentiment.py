"""Trains the demo's tiny sentiment scorer: V-reg of short texts (stands in for EmoLLMs, requirement A-017).

Input: the offline world's labelled sentences (JSONL `id, text, valence`). Output: a folder that loads as a sequence
classifier with one output whose sigmoid is V-reg, with training.json (recipe, losses, mean and largest absolute
error on the last `--dev-rows` rows whose text training has not seen, beside the error of the mean).

python -m scripts.models.train_tiny_sentiment --labelled labelled.jsonl --dev-rows 300 --layers 1 --hidden 64
    --steps 150 --batch-size 32 --learning-rate 1e-2 --max-length 96 --seed 42 --output sentiment
"""

import argparse
import logging
from typing import Any

from scripts.classifiers.sentiment import open_sentiment
from scripts.classifiers.tiny import Recipe, fit
from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_json

log = logging.getLogger(__name__)


def soft_loss(logits: Any, targets: Any) -> Any:
    """Cross-entropy against a strength between 0 and 1: its best sigmoid is the mean strength."""
    import torch

    return torch.nn.functional.binary_cross_entropy_with_logits(logits, targets)


def errors(truth: list[float], found: list[float]) -> dict[str, float]:
    """Mean and largest absolute error."""
    gaps = [abs(one - other) for one, other in zip(truth, found, strict=True)]
    return {"mean_absolute_error": sum(gaps) / len(gaps), "largest_error": max(gaps)}


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", required=True, help="JSONL id, text, valence")
    parser.add_argument("--dev-rows", required=True, type=int, help="rows at the end held out")
    parser.add_argument("--layers", required=True, type=int)
    parser.add_argument("--hidden", required=True, type=int)
    parser.add_argument("--steps", required=True, type=int)
    parser.add_argument("--batch-size", required=True, type=int)
    parser.add_argument("--learning-rate", required=True, type=float)
    parser.add_argument("--max-length", required=True, type=int, help="tokens")
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--output", required=True, help="model folder")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    import numpy

    args = parse_args(argv)
    rows = read_jsonl(args.labelled)
    if not 0 < args.dev_rows < len(rows):
        raise Problem(f"{args.labelled} has {len(rows)} rows, {args.dev_rows} are to be held out. Write more rows.")
    train, held = rows[: -args.dev_rows], rows[-args.dev_rows :]
    seen = {row["text"] for row in train}
    dev = [row for row in held if row["text"] not in seen]
    if not dev:
        raise Problem(f"{args.labelled}: training has seen each of the last {args.dev_rows} texts. Write more rows.")
    recipe = Recipe(
        layers=args.layers, hidden=args.hidden, steps=args.steps, batch=args.batch_size,
        learning_rate=args.learning_rate, join=0.0, max_length=args.max_length, seed=args.seed,
    )  # fmt: skip
    targets = numpy.asarray([[row["valence"]] for row in train], dtype="float32")
    with publishing(args.output) as folder:
        texts = [row["text"] for row in train]
        report = fit(texts, targets, recipe, {"num_labels": 1}, soft_loss, lambda one, other: one, folder)
        found = [sentiment.strength for sentiment in open_sentiment("encoder", folder)([row["text"] for row in dev])]
        truth = [row["valence"] for row in dev]
        report |= {
            "train_rows": len(train),
            "dev": {"rows": len(dev), "seen_in_train": len(held) - len(dev)} | errors(truth, found),
            "dev_of_the_mean": errors(truth, [float(targets.mean())] * len(truth)),
        }
        write_json(folder / "training.json", report)
    log.info("%d train rows, %d dev rows, dev %s", len(train), len(dev), report["dev"])


if __name__ == "__main__":
    main()
