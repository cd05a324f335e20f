"""Trains EPITOME's classifier of one mechanism on all rows (paper B, appendix G; requirement B-035).

Reads the mechanism's rows (corpora.normalise_epitome). Writes a folder that `scripts.classifiers.grades` opens, with
training.json. How well such a classifier does on rows it has not seen: scoring.check_empathy, the same recipe.

    python -m scripts -- scoring.train_empathy --rows ex.jsonl --model roberta --recipe '{…}' --seed 42 --output ex
"""

import argparse
import logging

from scripts.classifiers.grades import save_reader
from scripts.classifiers.grading import train_reader
from scripts.provenance.drafts import publishing
from scripts.scoring.recipes import training_parser
from scripts.text.files import read_jsonl, write_json

log = logging.getLogger(__name__)
DEGREES = [0, 1, 2]


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = training_parser(__doc__)
    parser.add_argument("--rows", required=True, help="JSONL id, seeker, response, level")
    parser.add_argument("--output", required=True, help="folder")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    rows = read_jsonl(args.rows)
    texts, grades = [(row["seeker"], row["response"]) for row in rows], [row["level"] for row in rows]
    reader, tokenizer, report = train_reader(args.model, texts, grades, DEGREES, True, args.recipe, args.seed)
    with publishing(args.output) as draft:
        save_reader(reader, tokenizer, draft)
        write_json(draft / "training.json", report | {"recipe": vars(args.recipe)})
    log.info("%d rows, losses %s", len(rows), report["losses"])


if __name__ == "__main__":
    main()
