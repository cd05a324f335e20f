"""How near each test persona is to its nearest train persona, and which test personas are hard (design, section 4).

Supporters learn from dialogues of train personas, so a test persona much like one of these measures memory beside
skill. Likeness is the cosine of the two situations' sentence vectors. Hard are the test personas whose nearest train
persona is less alike than the median one's; with ties at the median these are fewer than half.

Writes `kind, name, nearest, value, hard, evidence, run`, ids and numbers alone, no persona's text:

summary: `test` and `train` (personas); `minimum`, `q25`, `median`, `q75`, `maximum`, `mean` (of the cosines);
`near_from` (the bound of `--near`), `near_share` (test personas at or above it), `hard` (how many are);
persona: a row a test persona, in the order of ids: its nearest train persona, their cosine, yes or no.

python -m scripts -- audit.compare_personas --train results/personas/train.jsonl --test results/personas/test.jsonl
--sentences-kind tfidf --near 0.8 --run demo --evidence stand_in --output results/audit/persona_similarity.csv
"""

import argparse
import itertools
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from scripts.classifiers.sentences import open_sentences
from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_csv

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

COLUMNS = ["kind", "name", "nearest", "value", "hard", "evidence", "run"]
QUANTILES = {"minimum": 0.0, "q25": 0.25, "median": 0.5, "q75": 0.75, "maximum": 1.0}
ROWS = 256  # test personas set against all of train at once: memory grows with train alone
DIGITS = 6  # of a cosine: further ones are rounding errors of float32, which differ between machines
TIE = 1e-6  # cosines no further apart are equal: float32 products differ that much by a row's place


def nearest(test: "np.ndarray", train: "np.ndarray") -> tuple["np.ndarray", "np.ndarray"]:
    """Of each test row (unit vectors): the place of the most alike train row, of equal ones the first, and the cosine.

    A product of all rows is made in blocks of `ROWS` test rows.
    """
    import numpy as np

    places, cosines = [np.empty(0, dtype=int)], [np.empty(0)]
    for start in range(0, len(test), ROWS):
        block = test[start : start + ROWS] @ train.T
        best = block.max(1)
        places.append((block >= best[:, None] - TIE).argmax(1))
        cosines.append(np.minimum(best.astype(float).round(DIGITS), 1.0))
    return np.concatenate(places), np.concatenate(cosines)


def summary(cosines: "np.ndarray", trained: int, near: float) -> dict[str, float]:
    """The summary rows by name."""
    import numpy as np

    found: dict[str, float] = {"test": len(cosines), "train": trained}
    found |= {name: float(np.quantile(cosines, share)) for name, share in QUANTILES.items()}
    found |= {"mean": float(cosines.mean()), "near_from": near, "near_share": float((cosines >= near).mean())}
    return found | {"hard": int((cosines < found["median"]).sum())}


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Likeness of test and train personas.", allow_abbrev=False)
    parser.add_argument("--train", required=True, help="train personas")
    parser.add_argument("--test", required=True, help="test personas")
    parser.add_argument("--sentences-kind", choices=("encoder", "tfidf"), required=True)
    parser.add_argument("--sentences-model", help="folder (none for tfidf)")
    parser.add_argument("--near", required=True, type=float, help="cosine from which a test persona counts as near")
    parser.add_argument("--run", required=True, help="paper, demo or laptop")
    parser.add_argument("--evidence", required=True, choices=("real", "stand_in"))
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def load(path: str) -> list[dict]:
    """Personas in the order of their ids; none, or an id that stands twice, is a Problem."""
    personas = sorted(read_jsonl(path), key=lambda row: row["id"])
    if not personas:
        raise Problem(f"{path} holds no persona. Raise personas.train and personas.test, and build it again.")
    for one, other in itertools.pairwise(personas):
        if one["id"] == other["id"]:
            raise Problem(f"{path} holds the persona {one['id']} twice. Build it again.")
    return personas


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    train, test = load(args.train), load(args.test)
    if shared := {row["id"] for row in train} & {row["id"] for row in test}:
        raise Problem(f"{args.test} and {args.train} share the persona {min(shared)}. Build the split again.")
    # All at once, as the stand-in weighs words by rarity among the very texts given.
    vectors = open_sentences(args.sentences_kind, args.sentences_model)([row["situation"] for row in train + test])
    places, cosines = nearest(vectors[len(train) :], vectors[: len(train)])
    found = summary(cosines, len(train), args.near)
    rows: list[dict] = [{"kind": "summary", "name": name, "value": value} for name, value in found.items()]
    for persona, place, cosine in zip(test, places, cosines, strict=True):
        hard = "yes" if cosine < found["median"] else "no"
        near = train[place]["id"]
        rows.append({"kind": "persona", "name": persona["id"], "nearest": near, "value": float(cosine), "hard": hard})
    write_csv(args.output, [row | {"evidence": args.evidence, "run": args.run} for row in rows], COLUMNS)
    log.info("%d test personas, median cosine %.3f, %d hard", len(test), found["median"], found["hard"])


if __name__ == "__main__":
    main()
