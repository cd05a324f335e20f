"""How well the level classifier does, on labels of its own kind and of the other (paper B, appendix F; B-023).

Writes CSV `learnt, measured, split, status, rows, seen_in_train, macro_f1, weighted_f1, accuracy, majority_f1, f1_1 …
f1_4`. The rows `dev` and `test` are the training's own report. The row `transfer` is of the other kind of labels:
people's (`human`) where the classifier learnt the writer's (`synthetic`), with `needs_ratings` while there are none;
EVAD's chosen utterances where it learnt people's. Texts that training met are left out and counted. Majority is that of
what it learnt.

    python -m scripts -- scoring.check_levels --model readers/levels --train levels/train.jsonl \
        --evad evad/train.jsonl evad/dev.jsonl --labels-dialogues b_levels.csv b_level_texts.csv \
        --group level --output level_clf_metrics.csv
"""

import argparse
import logging
from collections import Counter
from collections.abc import Sequence

from scripts.classifiers.grades import open_reader
from scripts.scoring.collect_level_rows import chosen_rows, human_rows
from scripts.scoring.recipes import class_scores
from scripts.scoring.train_levels import read_levels
from scripts.stats.positions import LEVELS
from scripts.text.files import read_json, read_jsonl, write_csv

log = logging.getLogger(__name__)
PLACE = ("learnt", "measured", "split", "status", "rows", "seen_in_train")
SCORES = ("macro_f1", "weighted_f1", "accuracy", "majority_f1", *(f"f1_{level}" for level in LEVELS))


def as_row(told: dict, **place: object) -> dict:
    """A report's scores (class_scores) in columns; empty where no row was left to measure on."""
    found = {name: told[name] for name in ("macro_f1", "weighted_f1", "accuracy") if name in told}
    if found:
        found["majority_f1"] = told["majority"]["macro_f1"]
        found |= {f"f1_{level}": f1 for level, f1 in zip(LEVELS, told["f1"], strict=True)}
    rounded = {name: round(found[name], 4) if name in found else "" for name in SCORES}
    return {**place, "rows": told["rows"], "seen_in_train": told["seen_in_train"], **rounded}


def transferred(folder: str, rows: Sequence[dict], train: Sequence[dict]) -> dict:
    """The classifier's scores on the rows whose text is not in `train`, as the training reports them."""
    seen = {row["text"] for row in train}
    fresh = [row for row in rows if row["text"].strip() and row["text"] not in seen]
    told = {"rows": len(fresh), "seen_in_train": sum(row["text"] in seen for row in rows)}
    if not fresh:
        return told
    truth = [LEVELS.index(row["level"]) for row in fresh]
    found = open_reader(folder)([("", row["text"]) for row in fresh]).argmax(1).tolist()
    most = LEVELS.index(Counter(row["level"] for row in train).most_common(1)[0][0])
    majority = class_scores(truth, [most] * len(truth), len(LEVELS))
    return told | class_scores(truth, found, len(LEVELS)) | {"majority": majority}


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", required=True, help="folder of the level classifier")
    parser.add_argument("--train", required=True, help="JSONL, what it learnt from")
    parser.add_argument("--evad", required=True, nargs="+", help="EVAD's splits, JSONL")
    parser.add_argument("--labels-dialogues", nargs=2, help="people's labels and their utterances, CSV")
    parser.add_argument("--group", help="what the names of these people begin with")
    parser.add_argument("--output", required=True, help="CSV")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    report, train = read_json(f"{args.model}/training.json"), read_levels(args.train)
    learnt = report["labels"]
    other = "synthetic" if learnt == "human" else "human"
    rows = [
        as_row(report[split], learnt=learnt, measured=learnt, split=split, status="built") for split in ("dev", "test")
    ]
    place = {"learnt": learnt, "measured": other, "split": "transfer"}
    if other == "synthetic":
        evad = chosen_rows([item for path in args.evad for item in read_jsonl(path)])
        rows.append(as_row(transferred(args.model, evad, train), **place, status="built"))
    elif args.labels_dialogues:
        people = human_rows(*args.labels_dialogues, args.group)
        rows.append(as_row(transferred(args.model, people, train), **place, status="built"))
    else:
        rows.append(as_row({"rows": 0, "seen_in_train": 0}, **place, status="needs_ratings"))
    write_csv(args.output, rows, [*PLACE, *SCORES])
    log.info("learnt %s: %s", learnt, [(row["split"], row["rows"], row["macro_f1"]) for row in rows])


if __name__ == "__main__":
    main()
