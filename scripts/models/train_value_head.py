"""Trains the laptop run's value detector on the real ValueEval: frozen sentence vectors, calibrated linear head.

Inputs: ValueEval as normalised, train and dev parquet (`id, text, v00…v19`), the taxonomy, a sentence encoder's
folder. Output: a folder with head.json (labels, weight, bias), encoder/ (a copy), and training.json: F1 on dev at
the threshold, beside finding everything and each label's majority, and the calibration error. Paper A's detector is
a fine-tuned ensemble (requirement A-018); this one is smaller and its F1 is stated with whatever it is used for.

python -m scripts.models.train_value_head --train train.parquet --dev dev.parquet
    --values resources/taxonomy/values.yaml --encoder minilm --strength 1.0 --folds 5
    --threshold 0.26 --seed 42 --output values
"""

import argparse
import json
import logging
import shutil
import time
from pathlib import Path

from scripts.classifiers.linear import calibration_error, fit_heads
from scripts.classifiers.scores import baselines, f1_scores, per_label_f1
from scripts.classifiers.sentences import open_sentences
from scripts.classifiers.valueeval import read_valueeval
from scripts.classifiers.values import open_values
from scripts.provenance.drafts import publishing
from scripts.text.files import write_json
from scripts.text.taxonomy import labels, load_taxonomy

log = logging.getLogger(__name__)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", required=True, help="parquet id, text, v00…v19")
    parser.add_argument("--dev", required=True, help="parquet id, text, v00…v19")
    parser.add_argument("--values", required=True, help="taxonomy of values (YAML)")
    parser.add_argument("--encoder", required=True, help="folder of the sentence encoder")
    parser.add_argument("--strength", required=True, type=float, help="inverse of the penalty (C)")
    parser.add_argument("--folds", required=True, type=int, help="parts held out in turn for calibration")
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
    vectors = open_sentences("encoder", args.encoder)(texts)
    encoded = time.perf_counter() - started
    weight, bias = fit_heads(vectors, present, args.strength, args.folds, args.seed)
    with publishing(args.output) as draft:
        folder = Path(draft)
        shutil.copytree(args.encoder, folder / "encoder")
        head = {"labels": named, "weight": weight.round(8).tolist(), "bias": bias.round(8).tolist()}
        (folder / "head.json").write_text(json.dumps(head) + "\n", encoding="utf-8")
        probabilities = open_values("head", folder, named)(dev_texts)
        found = probabilities > args.threshold
        scores = f1_scores(dev_present, found)
        report = {
            "train_rows": len(texts),
            "dev_rows": len(dev_texts),
            "threshold": args.threshold,
            "dev": scores,
            "dev_per_label_f1": per_label_f1(dev_present, found, named),
            "dev_values_per_row": {"true": float(dev_present.sum(1).mean()), "found": float(found.sum(1).mean())},
            "dev_calibration_error": calibration_error(dev_present, probabilities),
            "baselines": baselines(dev_present, present),
            "seconds": {"encoding": round(encoded, 1), "all": round(time.perf_counter() - started, 1)},
        }
        write_json(folder / "training.json", report)
    log.info("%d train rows, %d dev rows, dev %s", len(texts), len(dev_texts), scores)


if __name__ == "__main__":
    main()
