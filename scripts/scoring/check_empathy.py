"""How well EPITOME's classifier of a mechanism does on posts it has not seen (paper B, appendix G; B-035).

Rows are dealt into folds, all of one seeker's post into one; each fold is read by a classifier that the others trained.
Beside it, on the same folds: the majority class, and a logistic regression on frozen sentence vectors of post and reply
and on their product (balanced class weights). Writes CSV `mechanism, method, macro_f1, f1_0, f1_1, f1_2, accuracy, n,
folds`; scores are of all held-out rows together.

    python -m scripts -- scoring.check_empathy --mechanism ex --rows ex.jsonl --model roberta --sentences encoder \
        --sentences-model minilm --strength 1.0 --folds 5 --recipe '{…}' --seed 42 --output ex.csv
"""

import argparse
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence

from scripts.classifiers.grades import read_grades
from scripts.classifiers.grading import frozen_states, train_reader
from scripts.classifiers.sentences import open_sentences
from scripts.provenance.errors import Problem
from scripts.scoring.recipes import class_scores, training_parser
from scripts.stats.folds import grouped_folds
from scripts.text.files import read_jsonl, write_csv

log = logging.getLogger(__name__)
DEGREES = [0, 1, 2]
Method = Callable[[list[int], list[int]], Sequence[int]]  # (rows to learn from, rows to tell) -> their degrees


def held_out(folds: Sequence[int], method: Method) -> list[int]:
    """The degree of each row as told by what learned from the other folds."""
    found = [0] * len(folds)
    for fold in sorted(set(folds)):
        seen = [row for row, own in enumerate(folds) if own != fold]
        told = [row for row, own in enumerate(folds) if own == fold]
        for row, degree in zip(told, method(seen, told), strict=True):
            found[row] = int(degree)
    return found


def majority(grades: Sequence[int]) -> Method:
    return lambda seen, told: [Counter(grades[row] for row in seen).most_common(1)[0][0]] * len(told)


def frozen(kind: str, folder: str | None, rows: Sequence[dict], strength: float) -> Method:
    import numpy
    from sklearn.linear_model import LogisticRegression

    texts = [row[name] for name in ("seeker", "response") for row in rows]
    seeker, response = numpy.split(open_sentences(kind, folder or "")(texts), 2)
    features, grades = numpy.hstack([seeker, response, seeker * response]), numpy.array([row["level"] for row in rows])

    def tell(seen: list[int], told: list[int]) -> Sequence[int]:
        model = LogisticRegression(C=strength, class_weight="balanced", max_iter=2000)
        return model.fit(features[seen], grades[seen]).predict(features[told])

    return tell


def fine_tuned(args: argparse.Namespace, rows: Sequence[dict]) -> Method:
    texts, grades = [(row["seeker"], row["response"]) for row in rows], [row["level"] for row in rows]
    states = frozen_states(args.model, texts, args.recipe)

    def tell(seen: list[int], told: list[int]) -> Sequence[int]:
        learned = [texts[row] for row in seen], [grades[row] for row in seen]
        reader, tokenizer, _ = train_reader(args.model, *learned, DEGREES, True, args.recipe, args.seed, states)
        return read_grades(reader, tokenizer, [texts[row] for row in told], states).argmax(1)

    return tell


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = training_parser(__doc__)
    parser.add_argument("--mechanism", required=True, choices=("er", "ex", "ip"))
    parser.add_argument("--rows", required=True, help="JSONL id, group, seeker, response, level")
    parser.add_argument("--sentences", required=True, choices=("encoder", "tfidf"), help="kind of the frozen vectors")
    parser.add_argument("--sentences-model", help="their folder (none for tfidf)")
    parser.add_argument("--strength", required=True, type=float, help="inverse of the regression's penalty (C)")
    parser.add_argument("--folds", required=True, type=int)
    parser.add_argument("--output", required=True, help="CSV")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    rows = read_jsonl(args.rows)
    grades = [row["level"] for row in rows]
    try:
        folds = grouped_folds([row["group"] for row in rows], args.folds, args.seed)
    except ValueError as error:
        raise Problem(f"{args.rows}: {error}. Lower scoring.empathy.folds or give more rows.") from error
    methods = {
        "majority": majority(grades),
        "frozen": frozen(args.sentences, args.sentences_model, rows, args.strength),
        "bi_encoder": fine_tuned(args, rows),
    }
    table = []
    for name, method in methods.items():
        started = time.perf_counter()
        scores = class_scores(grades, held_out(folds, method), len(DEGREES))
        f1 = {f"f1_{degree}": value for degree, value in zip(DEGREES, scores["f1"], strict=True)}
        row = {"mechanism": args.mechanism, "method": name, "macro_f1": scores["macro_f1"], **f1}
        table.append(row | {"accuracy": scores["accuracy"], "n": len(rows), "folds": args.folds})
        log.info("%s: macro F1 %.4f in %.0f s", name, scores["macro_f1"], time.perf_counter() - started)
    columns = ["mechanism", "method", "macro_f1", "f1_0", "f1_1", "f1_2", "accuracy", "n", "folds"]
    write_csv(args.output, table, columns)


if __name__ == "__main__":
    main()
