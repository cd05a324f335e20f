"""Trains the classifier that tells an utterance's level of emotional validation (paper B, appendix F; B-023).

Reads JSONL `id, text, level, labels` (scoring.collect_level_rows), three splits. Writes a folder that
`scripts.classifiers.grades` opens, with training.json: macro, weighted and per-level F1 on dev and on test, beside the
majority level's, and whether the labels are `human` or `synthetic`. A test text that training met is left out of the
test and counted. The paper reports F1 0.8956 on 563, without saying which average.

    python -m scripts -- scoring.train_levels --train train.jsonl --dev dev.jsonl --test test.jsonl --model roberta \
        --recipe '{…}' --seed 42 --output levels
"""

import argparse
import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

from scripts.classifiers.grades import read_grades, save_reader
from scripts.classifiers.grading import train_reader
from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem
from scripts.scoring.recipes import class_scores, training_parser
from scripts.stats.positions import LEVELS
from scripts.text.files import read_jsonl, write_json

log = logging.getLogger(__name__)


def read_levels(path: str) -> list[dict]:
    """The rows; one without a text or whose level is none of the four is a Problem, and so is a file without a row."""
    rows = read_jsonl(path)
    wrong = [row.get("id") for row in rows if row.get("level") not in LEVELS or not str(row.get("text", "")).strip()]
    if wrong or not rows:
        raise Problem(
            f"{path} has no row, or one without a text or a level 1 to 4 ({wrong[:3]}). Correct or rebuild it."
        )
    return rows


def measured(reader: Any, tokenizer: Any, rows: Sequence[dict], train: Sequence[dict]) -> dict:
    """F1 on the rows whose text is not in `train`, beside the majority level of `train`."""
    seen = {row["text"] for row in train}
    fresh = [row for row in rows if row["text"] not in seen]
    told = {"rows": len(fresh), "seen_in_train": len(rows) - len(fresh)}
    if not fresh:
        return told
    truth = [LEVELS.index(row["level"]) for row in fresh]
    found = read_grades(reader, tokenizer, [("", row["text"]) for row in fresh]).argmax(1).tolist()
    most = LEVELS.index(Counter(row["level"] for row in train).most_common(1)[0][0])
    majority = class_scores(truth, [most] * len(truth), len(LEVELS))
    return told | class_scores(truth, found, len(LEVELS)) | {"majority": majority}


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = training_parser(__doc__)
    for name in ("train", "dev", "test"):
        parser.add_argument(f"--{name}", required=True, help="JSONL id, text, level, labels")
    parser.add_argument("--output", required=True, help="folder")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    train, dev, test = map(read_levels, (args.train, args.dev, args.test))
    texts, grades = [("", row["text"]) for row in train], [LEVELS.index(row["level"]) for row in train]
    reader, tokenizer, report = train_reader(args.model, texts, grades, list(LEVELS), False, args.recipe, args.seed)
    labels = sorted({row["labels"] for row in (*train, *dev, *test)})
    report |= {"recipe": vars(args.recipe), "labels": "human" if labels == ["human"] else "synthetic"}
    report |= {name: measured(reader, tokenizer, rows, train) for name, rows in (("dev", dev), ("test", test))}
    with publishing(args.output) as draft:
        save_reader(reader, tokenizer, draft)
        write_json(draft / "training.json", report)
    log.info("%d rows, labels %s, dev %s, test %s", len(train), report["labels"], report["dev"], report["test"])


if __name__ == "__main__":
    main()
