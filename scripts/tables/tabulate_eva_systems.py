"""Tables 2, 8, 10, 11 and 12 of paper B: systems by likeness, variety, empathy and levels (sections 6, J, L.1).

Reads, responder by responder in the rows' order, scores, empathy and EVAEval of stage scoring (one responder a seed;
requirements B-005, B-036 to B-038). A cell is the mean over seeds, its interval resamples the test dialogues, `n`
counts turns, of Dist-2 and EVAEval dialogues. `scripts/tables/eva_scores.py` says what `value`, `pooled`, `eq1` and
`position_only` are. `seeds`, `seed_sd`: how many, and their standard deviation; `--seeds` has each one's value.
`note`: a printed average that is not the mean of the printed levels (inconsistency I-B06).

`status`: `synthetic` where a model ranked in the raters' place what the row learnt from or is measured by, or where
the level classifier learnt from the writer's levels; `needs_ratings` while nobody has ranked; `not_selected`.

python -m scripts -- tables.tabulate_eva_systems --number 2 --dataset ESConv --rows '[{"model":
"Mistral", "variant": "EVA", "responders": ["mistral_eva_s42", …], "aligned": true, "missing": ""}, …]' --scores
results/scoring/esconv/{…}/scores.parquet --empathy …/empathy.parquet --evaeval …/evaeval.csv --evad train.jsonl
dev.jsonl --normalisation per_level --raters human --resamples 10000 --seed 42 --published
resources/published/b_table02.csv --run paper --evidence real --output results/eva/table2.csv --text
results/eva/table2.md --seeds results/eva/table2_seeds.csv
"""

import argparse
import logging
from collections.abc import Mapping, Sequence

from scripts.stats.positions import LEVELS, NORMALISATIONS, Table, counts, shares
from scripts.tables.eva_page import render
from scripts.tables.eva_rows import SPREAD, Row, averaged, dealt, read_rows, status_of
from scripts.tables.eva_scores import BESIDE, EVAEVAL, METRICS, Resamples, Score, eva_scores, interval, word_scores
from scripts.tables.options import table_parser
from scripts.tables.tabulate_human import by_dialogue
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import read_jsonl, write_csv, write_text

log = logging.getLogger(__name__)

KEYS = ("dataset", "model", "variant")
SEEDS = [*KEYS, "metric", "responder", "value", "n"]
ROUNDED = 1.001e-4  # most that four levels and their average, each to four decimals, can be apart by rounding
Scored = dict[str, Score]  # by metric


def gold_shares(paths: Sequence[str], normalisation: str) -> Table:
    items = [item for path in paths for item in read_jsonl(path)]
    return shares(counts((item["chosen"]["level"], item["quartile"]) for item in items), normalisation)


def scored(args: argparse.Namespace, rows: Sequence[Row]) -> tuple[dict[str, Scored], set[str]]:
    """The scores of each responder, and whose labels the level classifier learnt from (none without rankings)."""
    dialogues = sorted({name for path in args.scores for own in by_dialogue(path).values() for name in own if name})
    resamples = Resamples(dialogues, args.resamples, args.seed)
    found: dict[str, Scored] = {}
    pairs = zip(dealt(rows, "scores", args.scores), dealt(rows, "empathy", args.empathy), strict=True)
    for (row, scores), (_, empathy) in pairs:
        for name, *files in zip(row.responders, scores, empathy, strict=True):
            found[name] = word_scores(*files, resamples)
    labels = set()
    if args.evad:
        gold = gold_shares(args.evad, args.normalisation)
        for row, files in dealt(rows, "evaeval", args.evaeval):
            for name, path in zip(row.responders, files, strict=True):
                levels, learnt = eva_scores(path, gold, resamples)
                found[name] |= levels
                labels.add(learnt)
    return found, labels


def cell(row: Row, metric: str, own: Sequence[Score], raters: str, labels: set[str]) -> tuple[Cell, dict]:
    """A cell, the mean over seeds, and its further columns."""
    status = status_of(row, raters)
    if metric in EVAEVAL and not row.missing:
        synthetic = raters == "llm" or "synthetic" in labels
        status = "needs_ratings" if not labels else "synthetic" if synthetic else "built"
    value, spread = averaged([score.value for score in own])
    beside = {name: averaged([score.beside.get(name) for score in own])[0] for name in BESIDE}
    draws = [score.draws for score in own if score.draws is not None]
    n = min((score.n for score in own), default=None)
    return Cell(value, n, interval=interval(sum(draws) / len(draws)) if draws else None, status=status), beside | spread


def notes(published: Mapping[Key, dict[str, str]]) -> dict[Key, str]:
    """What is to be known of the printed averages, by key."""
    found = {}
    for key, row in published.items():
        if key[-1] == "evaeval_avg":
            levels = [float(published[*key[:-1], f"evaeval_level{level}"]["value"]) for level in LEVELS]
            mean = sum(levels) / len(levels)
            if abs(mean - float(row["value"])) > ROUNDED:
                found[key] = f"printed {row['value']}, the mean of its printed levels is {mean:.4f} (I-B06)"
    return found


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Systems of paper B compared (tables 2, 8, 10, 11, 12).")
    parser.add_argument("--number", required=True, help="of the table in the paper")
    parser.add_argument("--dataset", required=True, help="as printed")
    parser.add_argument("--rows", required=True, type=read_rows, help="JSON list, scripts/tables/eva_rows.py")
    parser.add_argument("--scores", required=True, nargs="*", help="words of each responder, parquet")
    parser.add_argument("--empathy", required=True, nargs="*", help="EPITOME of each responder, parquet")
    parser.add_argument("--evaeval", required=True, nargs="*", help="of each responder, CSV; none without rankings")
    parser.add_argument("--evad", required=True, nargs="*", help="EVAD's splits, JSONL; none without rankings")
    parser.add_argument("--normalisation", required=True, choices=NORMALISATIONS)
    parser.add_argument("--raters", choices=("human", "llm"), required=True, help="who ranked EVAD")
    parser.add_argument("--resamples", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--seeds", required=True, help="values of each seed, CSV")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    published = read_published(args.published, KEYS)
    found, labels = scored(args, args.rows)
    nothing = dict.fromkeys([*BESIDE, *SPREAD])
    built = {key: (Cell(None, status="not_selected"), nothing) for key in published}
    single = []
    for row in args.rows:
        for metric in METRICS:
            key = (args.dataset, row.model, row.variant, metric)
            own = {name: found[name][metric] for name in row.responders if metric in found[name]}
            built[key] = cell(row, metric, list(own.values()), args.raters, labels)
            for name, score in own.items():
                single.append(dict(zip(SEEDS, (*key, name, score.value, score.n), strict=True)))
    rows = tidy(published, {key: one for key, (one, _) in built.items()}, KEYS, Origin(args.run, args.evidence))
    said = notes(published)
    for row in rows:
        key = (*(row[name] for name in KEYS), row["metric"])
        row |= built[key][1] | {"note": said.get(key, "")}
    write_csv(args.seeds, single, SEEDS)
    write_csv(args.output, rows, [*KEYS, *COLUMNS, *BESIDE, *SPREAD, "note"])
    title = f"Table {args.number} of paper B: systems compared on {args.dataset}"
    write_text(args.text, render(title, rows, args.evidence))
    log.info("rows %d, responders %d, cells %d", len(args.rows), len(found), len(rows))


if __name__ == "__main__":
    main()
