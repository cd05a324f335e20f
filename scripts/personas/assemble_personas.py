"""Step 5 of the personas: the fields of each and the split into train, dev and test (paper A, section 5.4; A-041).

Test and dev take one persona of each (category, value) pair that has at least three, in a seeded order of the pairs,
until they are full; what they still lack is drawn at random from the rest, and so is train, which takes what is left up
to its size (how many situations pass the rating is not known before they are paid for). Columns: `id, category,
value, situation, emotion, age_range, gender, occupation`, sorted by id.

python -m scripts personas.assemble_personas --personas results/personas/described.jsonl --train 1796 --dev 120
--test 120 --seed 42 --train-output results/personas/train.jsonl --dev-output results/personas/dev.jsonl
--test-output results/personas/test.jsonl
"""

import argparse
import collections
import itertools
import logging
from collections.abc import Sequence

from scripts.provenance.errors import Problem
from scripts.text.draws import seeded
from scripts.text.files import write_jsonl
from scripts.text.personas import read_personas

log = logging.getLogger(__name__)

LEAST_IN_CELL = 3  # so that the pair keeps one for train (requirement A-041)


def check_ids(personas: list[dict], path: str) -> None:
    """A Problem when an id stands twice: dialogues are joined by it."""
    twice = [name for name, count in collections.Counter(row["id"] for row in personas).items() if count > 1]
    if twice:
        raise Problem(
            f"{path}: the persona id {twice[0]!r} stands more than once ({len(twice)} ids do). Make ids unique."
        )


def split_personas(personas: list[dict], train: int, dev: int, test: int, seed: int) -> dict[str, list[dict]]:
    """Disjoint lists of the three sizes (train: at most), the same whatever the order of `personas`."""
    shuffled = sorted(personas, key=lambda row: (seeded(seed, "persona", row["id"]).random(), row["id"]))
    cells: dict[tuple[str, str], list[dict]] = {}
    for row in shuffled:
        cells.setdefault((row["category"], row["value"]), []).append(row)
    large = sorted(cell for cell, rows in cells.items() if len(rows) >= LEAST_IN_CELL)
    order = sorted(large, key=lambda cell: seeded(seed, "cell", *cell).random())
    chosen = {
        "test": [cells[cell][0] for cell in order[:test]],
        # Dev begins at the other end, so that small splits cover different pairs.
        "dev": [cells[cell][1] for cell in order[::-1][:dev]],
        "train": [],
    }
    taken = {row["id"] for rows in chosen.values() for row in rows}
    rest = iter([row for row in shuffled if row["id"] not in taken])
    for name, size in (("test", test), ("dev", dev), ("train", train)):
        chosen[name] += itertools.islice(rest, size - len(chosen[name]))
    return {name: sorted(rows, key=lambda row: row["id"]) for name, rows in chosen.items()}


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--personas", required=True, help="situations with emotion and demographics")
    for split in ("train", "dev", "test"):
        parser.add_argument(f"--{split}", type=int, required=True, help=f"personas in {split}")
        parser.add_argument(f"--{split}-output", required=True)
    parser.add_argument("--seed", type=int, required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    personas = read_personas(args.personas)
    check_ids(personas, args.personas)
    if len(personas) <= args.dev + args.test:
        raise Problem(
            f"{args.personas} holds {len(personas)} personas, which dev {args.dev} and test {args.test} use up before "
            "train has one. Ask for more situations (personas.cells, least, most) or lower the sizes."
        )
    splits = split_personas(personas, args.train, args.dev, args.test, args.seed)
    write_jsonl(args.train_output, splits["train"])
    write_jsonl(args.dev_output, splits["dev"])
    write_jsonl(args.test_output, splits["test"])
    sizes = {name: len(rows) for name, rows in splits.items()}
    log.info("%d personas, %s, %d left over", len(personas), sizes, len(personas) - sum(sizes.values()))
    if sizes["train"] < args.train:
        log.warning("train has %d personas of %d wanted", sizes["train"], args.train)


if __name__ == "__main__":
    main()
