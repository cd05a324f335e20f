"""What the laptop run's value detector is held against: frozen sentence vectors under a calibrated linear head.

Inputs: ValueEval as normalised, train and dev parquet (`id, text, v00…v19`), the taxonomy, a sentence encoder's
folder. Output: a folder with head.json (labels, weight, bias), encoder/ (a copy), and training.json: F1 on dev at
the threshold, beside the same without calibration, at a threshold of each value (chosen on held-out parts of train),
finding everything and each label's majority, and the calibration error.

python -m scripts.models.train_value_head --train train.parquet --dev dev.parquet
    --values resources/taxonomy/values.yaml --encoder minilm --strength 1.0 --folds 5
    --threshold 0.26 --seed 42 --output values
"""

import argparse
import logging
import shutil
import time
from pathlib import Path
from typing import Any

from scripts.classifiers.heads import measured, write_head
from scripts.classifiers.linear import fit_heads, fit_plain
from scripts.classifiers.scores import f1_scores
from scripts.classifiers.sentences import open_sentences
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
    parser.add_argument("--encoder", required=True, help="folder of the sentence encoder")
    parser.add_argument("--strength", required=True, type=float, help="inverse of the penalty (C)")
    parser.add_argument("--folds", required=True, type=int, help="parts held out in turn for calibration")
    parser.add_argument("--threshold", required=True, type=float, help="a value is present above it")
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--output", required=True, help="folder")
    return parser.parse_args(argv)


def probabilities(weight: Any, bias: Any, vectors: Any) -> Any:
    """(n, k) of linear heads."""
    import numpy

    return 1 / (1 + numpy.exp(-(vectors.astype(numpy.float64) @ weight.T + bias)))


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    started = time.perf_counter()
    named = labels(load_taxonomy(args.values))
    texts, present = read_valueeval(args.train, named)
    dev_texts, dev_present = read_valueeval(args.dev, named)
    vectors, dev_vectors = map(open_sentences("encoder", args.encoder), (texts, dev_texts))
    encoded = time.perf_counter() - started
    weight, bias, thresholds = fit_heads(vectors, present, args.strength, args.folds, args.seed)
    with publishing(args.output) as draft:
        folder = Path(draft)
        shutil.copytree(args.encoder, folder / "encoder")
        write_head(folder, named, weight, bias)
        report = measured(folder, named, args.threshold, present, dev_texts, dev_present)
        found = {
            "frozen_uncalibrated": probabilities(*fit_plain(vectors, present, args.strength), dev_vectors)
            > args.threshold,
            "frozen_own_thresholds": probabilities(weight, bias, dev_vectors) > thresholds,
        }
        report["baselines"] = {name: f1_scores(dev_present, hits) for name, hits in found.items()} | report["baselines"]
        report["seconds"] = {"encoding": round(encoded, 1), "all": round(time.perf_counter() - started, 1)}
        write_json(folder / "training.json", report)
    log.info("%d train rows, %d dev rows, dev %s", len(texts), len(dev_texts), report["dev"])


if __name__ == "__main__":
    main()
