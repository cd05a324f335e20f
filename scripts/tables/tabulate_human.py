"""The human reference: what real supporters' turns score (no table of the paper; beside its tables 2 and 8).

Reads, for each set of turns, its scores, empathy, phrases, types and levels (stage scoring). Writes a tidy table with
the key `scored` and metrics
- `dist_2` (mean over dialogues, its interval resamples dialogues) and `dist_2_corpus` (pooled), times 100 as there;
- `epitome_er`, `epitome_ex`, `epitome_ip` (mean degree over turns; the interval resamples dialogues);
- `type_<type>` (share of utterances), `phrase <words>` (the most frequent ones of four words: share of dialogues);
- `level_<level>_quartile_<quartile>`: share of the level's turns that stand in that quartile of their dialogue; the
  interval resamples dialogues. They say as much of the level classifier as of the turns: `synthetic` where it learnt
  from a writer's orders or stand-ins' rankings, `needs_ratings` where there is none.

    python -m scripts -- tables.tabulate_human --sets esconv --scores scores.parquet --empathy empathy.parquet \
        --phrases phrases.csv --types types.csv --levels levels.jsonl --level-status synthetic --top 4 \
        --empathy-evidence real --level-evidence stand_in --resamples 10000 --seed 42 --run laptop --evidence real \
        --output human_reference.csv
"""

import argparse
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace

from scripts.stats.bootstrap import mean_intervals, resample_weights
from scripts.stats.positions import LEVELS, placed
from scripts.tables.level_shares import WITHIN_LEVEL, shares
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, tidy
from scripts.text.files import read_csv, read_jsonl, write_csv
from scripts.text.quartiles import QUARTILES

log = logging.getLogger(__name__)
KEYS = ["scored"]
PERCENT = ("dist_2", "dist_2_corpus")
ORDER = "4"  # words of the phrases that the paper shows


def by_dialogue(path: str) -> dict[str, dict[str | None, list[float]]]:
    """The values of each metric by dialogue (None: the system's)."""
    import pyarrow.parquet

    found: dict[str, dict[str | None, list[float]]] = {}
    for row in pyarrow.parquet.read_table(path).to_pylist():
        found.setdefault(row["metric"], {}).setdefault(row["dialogue_id"], []).append(row["value"])
    return found


def mean_cell(values: dict[str | None, list[float]], resamples: int, seed: int, evidence: str) -> Cell:
    """The mean over all values, its interval from resampled dialogues; n counts values."""
    sums = [sum(own) for own in values.values()]
    sizes = [len(own) for own in values.values()]
    every, n = sum(sums), sum(sizes)
    weights = resample_weights(len(sums), resamples, seed)
    if len(set(sizes)) == 1:
        (interval,) = mean_intervals([[one / sizes[0] for one in sums]], weights)
    else:
        import numpy

        drawn = (weights @ numpy.array(sums)) / (weights @ numpy.array(sizes, dtype=float))
        low, high = numpy.percentile(drawn, (2.5, 97.5))
        interval = float(low), float(high)
    return Cell(every / n, n, interval=interval, evidence=evidence)


def level_cells(name: str, path: str | None, args: argparse.Namespace) -> Mapping[Key, Cell]:
    """Where each level stands in the dialogues; cells without a value when nobody has told levels."""
    if path is None:
        found = {(str(q), str(k)): Cell(None) for k in LEVELS for q in range(1, QUARTILES + 1)}
    else:
        levels: dict[str, dict[int, int | None]] = {}
        for row in read_jsonl(path):
            levels.setdefault(row["dialogue_id"], {})[row["turn"]] = row["level"]
        items = [
            (dialogue, quartile, level)
            for dialogue, own in levels.items()
            for level, quartile in placed([own[turn] for turn in sorted(own)])
        ]
        built = shares(items, args.resamples, args.seed, args.level_status)
        found = {key[:2]: cell for key, cell in built.items() if key[2] == WITHIN_LEVEL}
    status, evidence = args.level_status, args.level_evidence
    return {
        (name, f"level_{k}_quartile_{q}"): replace(found[str(q), str(k)], status=status, evidence=evidence)
        for k in LEVELS
        for q in range(1, QUARTILES + 1)
    }


def cells(name: str, place: int, args: argparse.Namespace) -> Iterator[tuple[Key, Cell]]:
    """The cells of one set of turns."""
    for path, evidence in ((args.scores[place], args.evidence), (args.empathy[place], args.empathy_evidence)):
        found = by_dialogue(path)
        for metric, values in sorted(found.items()):
            if metric in PERCENT:
                values = {name: [100 * value for value in own] for name, own in values.items()}
            if list(values) == [None]:
                pooled = len(found[metric.removesuffix("_corpus")])  # dialogues
                yield (name, metric), Cell(values[None][0], pooled, evidence=evidence)
            else:
                yield (name, metric), mean_cell(values, args.resamples, args.seed, evidence)
    for row in read_csv(args.types[place]):
        yield (
            (name, f"type_{row['type']}"),
            Cell(float(row["share"]), int(row["of_utterances"]), evidence=args.evidence),
        )
    for row in read_csv(args.phrases[place]):
        if row["order"] == ORDER and int(row["rank"]) <= args.top:
            cell = Cell(float(row["share_dialogues"]), int(row["of_dialogues"]), evidence=args.evidence)
            yield (name, f"phrase {row['phrase']}"), cell
    yield from level_cells(name, args.levels[place] if args.levels else None, args).items()


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", required=True, nargs="+", help="names of the sets of turns")
    for name in ("scores", "empathy", "phrases", "types"):
        parser.add_argument(f"--{name}", required=True, nargs="+", help="a file a set")
    parser.add_argument("--levels", required=True, nargs="*", help="a file a set; none without a classifier of levels")
    parser.add_argument("--level-status", required=True, choices=("built", "synthetic", "needs_ratings"))
    parser.add_argument("--top", required=True, type=int, help="phrases shown")
    parser.add_argument("--resamples", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--run", required=True, help="paper, demo or laptop")
    parser.add_argument("--evidence", required=True, choices=("real", "stand_in"), help="of the turns")
    parser.add_argument("--empathy-evidence", required=True, choices=("real", "stand_in"), help="of turns and readers")
    parser.add_argument("--level-evidence", required=True, choices=("real", "stand_in"), help="of turns and readers")
    parser.add_argument("--output", required=True, help="CSV")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    found = {key: cell for place, name in enumerate(args.sets) for key, cell in cells(name, place, args)}
    rows = tidy({}, found, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    log.info("sets %d, rows %d", len(args.sets), len(rows))


if __name__ == "__main__":
    main()
