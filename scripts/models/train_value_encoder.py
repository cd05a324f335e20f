"""Trains the laptop run's value detector on the real ValueEval: a small sentence encoder, fine-tuned with its head.

Inputs: ValueEval as normalised, train and dev parquet (`id, text, v00…v19`), the taxonomy, and where training starts:
a folder with encoder/ and the head.json that was fitted on it as it is (models.train_value_head). Output: a folder of
the same form, fine-tuned, and training.json: the loss of each epoch, and F1 on dev at the threshold, beside finding
everything and each label's majority. Nothing is chosen by dev.
Paper A's detector is an ensemble of twelve large encoders (requirement A-018); this is one of 22 M weights.

python -m scripts -- models.train_value_encoder --train train.parquet --dev dev.parquet
    --values resources/taxonomy/values.yaml --start frozen_values --epochs 4 --batch-size 32 --learning-rate 2e-4
    --head-learning-rate 1e-3 --share 0.8 --threshold 0.26 --seed 42 --output values
"""

import argparse
import logging
import time
from dataclasses import asdict
from pathlib import Path

from scripts.classifiers.heads import measured, write_head
from scripts.classifiers.tuning import Recipe, tune
from scripts.classifiers.valueeval import read_valueeval
from scripts.provenance.drafts import publishing
from scripts.text.files import write_json
from scripts.text.taxonomy import labels, load_taxonomy

log = logging.getLogger(__name__)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", required=True, help="parquet id, text, v00…v19")
    parser.add_argument("--dev", required=True, help="parquet id, text, v00…v19")
    parser.add_argument("--values", required=True, help="taxonomy of values (YAML)")
    parser.add_argument("--start", required=True, type=Path, help="folder with encoder/ and head.json")
    parser.add_argument("--epochs", required=True, type=int)
    parser.add_argument("--batch-size", required=True, type=int, help="texts a step")
    parser.add_argument("--learning-rate", required=True, type=float, help="greatest, of the encoder")
    parser.add_argument("--head-learning-rate", required=True, type=float, help="greatest, of the head")
    parser.add_argument("--share", required=True, type=float, help="of the way from start to end of training, kept")
    parser.add_argument("--threshold", required=True, type=float, help="a value is present above it")
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--output", required=True, help="folder")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    started = time.perf_counter()
    named = labels(load_taxonomy(args.values))
    texts, present = read_valueeval(args.train, named)
    dev_texts, dev_present = read_valueeval(args.dev, named)
    recipe = Recipe(
        epochs=args.epochs, batch=args.batch_size, learning_rate=args.learning_rate,
        head_rate=args.head_learning_rate, share=args.share, seed=args.seed,
    )  # fmt: skip
    with publishing(args.output) as draft:
        folder = Path(draft)
        weight, bias, losses = tune(args.start, texts, present, recipe, folder / "encoder")
        trained = time.perf_counter() - started
        write_head(folder, named, weight, bias)
        report = measured(folder, named, args.threshold, present, dev_texts, dev_present)
        report |= {"recipe": asdict(recipe), "losses": [round(loss, 5) for loss in losses]}
        report["seconds"] = {"training": round(trained, 1), "all": round(time.perf_counter() - started, 1)}
        write_json(folder / "training.json", report)
    log.info("%d train rows, %d dev rows, dev %s", len(texts), len(dev_texts), report["dev"])


if __name__ == "__main__":
    main()
