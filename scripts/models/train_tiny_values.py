"""Trains the demo's tiny value detector: 20 labels over short texts (stands in for paper A's detector, A-018).

Inputs: ValueEval as normalised, train and dev parquet (`id, text, v00…v19`), and the taxonomy. Output: a folder that
loads as a multi-label sequence classifier, with training.json (recipe, losses, F1 on dev beside all-ones and
majority).

python -m scripts.models.train_tiny_values --train train.parquet --dev dev.parquet
    --values resources/taxonomy/values.yaml --layers 1 --hidden 64 --steps 400 --batch-size 32 --learning-rate 1e-2
    --positive-weight 4 --join 0.4 --max-length 96 --threshold 0.26 --seed 42 --output values
"""

import argparse
import logging
from typing import Any

from scripts.classifiers.scores import baselines, f1_scores
from scripts.classifiers.tiny import Recipe, fit
from scripts.classifiers.valueeval import read_valueeval
from scripts.classifiers.values import open_values
from scripts.provenance.drafts import publishing
from scripts.text.files import write_json
from scripts.text.taxonomy import labels, load_taxonomy

log = logging.getLogger(__name__)


def weighted_loss(positive_weight: float) -> Any:
    """Binary cross-entropy in which a present value counts `positive_weight` times: most labels are absent."""
    import torch

    return torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(positive_weight))


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", required=True, help="parquet id, text, v00…v19")
    parser.add_argument("--dev", required=True, help="parquet id, text, v00…v19")
    parser.add_argument("--values", required=True, help="taxonomy of values (YAML)")
    parser.add_argument("--layers", required=True, type=int)
    parser.add_argument("--hidden", required=True, type=int)
    parser.add_argument("--steps", required=True, type=int)
    parser.add_argument("--batch-size", required=True, type=int)
    parser.add_argument("--learning-rate", required=True, type=float)
    parser.add_argument("--positive-weight", required=True, type=float)
    parser.add_argument("--join", required=True, type=float, help="chance of each further text in a training row")
    parser.add_argument("--max-length", required=True, type=int, help="tokens")
    parser.add_argument("--threshold", required=True, type=float, help="a value is present above it")
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--output", required=True, help="model folder")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    import torch

    args = parse_args(argv)
    named = labels(load_taxonomy(args.values))
    texts, present = read_valueeval(args.train, named)
    held_texts, held = read_valueeval(args.dev, named)
    seen = set(texts)
    fresh = [row for row, text in enumerate(held_texts) if text not in seen]
    recipe = Recipe(
        layers=args.layers, hidden=args.hidden, steps=args.steps, batch=args.batch_size,
        learning_rate=args.learning_rate, join=args.join, max_length=args.max_length, seed=args.seed,
    )  # fmt: skip
    settings = {
        "id2label": dict(enumerate(named)),
        "label2id": {label: place for place, label in enumerate(named)},
        "problem_type": "multi_label_classification",
    }
    with publishing(args.output) as folder:
        report = fit(
            texts,
            present.astype("float32"),
            recipe,
            settings,
            weighted_loss(args.positive_weight),
            torch.maximum,
            folder,
        )
        found = open_values("encoder", folder, named)([held_texts[row] for row in fresh]) > args.threshold
        report |= {
            "train_rows": len(texts),
            "dev": {"rows": len(fresh), "seen_in_train": len(held_texts) - len(fresh), "threshold": args.threshold}
            | f1_scores(held[fresh], found)
            | baselines(held[fresh], present),
        }
        write_json(folder / "training.json", report)
    log.info("%d train rows, %d dev rows, dev %s", len(texts), len(fresh), report["dev"])


if __name__ == "__main__":
    main()
