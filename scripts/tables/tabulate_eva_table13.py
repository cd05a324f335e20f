"""Table 13 of paper B: general benchmarks before and after alignment, zero-shot (section L.2; requirement B-039).

Reads the scores of benchmarks.run_benchmarks, a file a model and seed: a model's number is the mean of its seeds.
Shares are given in percent, WikiText as word perplexity. The column `better` says which way is up (the paper's table
does not, and there WikiText improves, I-B21), `harness_metric` which of the harness's metrics it is. Intervals are the
harness's standard errors times 1.96, of one seed alone; perplexity has none. `n` counts questions. `status`: as the
option says, `needs_ratings` of a model that waits for rankings; `not_selected`: another model or task.

python -m scripts -- tables.tabulate_eva_table13 --benchmarks resources/benchmarks.csv --models '[["Mistral", 1,
"built"], …]' --scores mistral.json mistral_eva_s42.json --pages --published resources/published/b_table13.csv --run
paper --evidence real --output table13.csv --text table13.md
"""

import argparse
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from scripts.tables.markdown import banner, grid, number
from scripts.tables.options import table_parser
from scripts.tables.people import NEEDS
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import read_csv, read_json, write_csv, write_text

log = logging.getLogger(__name__)

KEYS = ("task", "model")
METRIC = "zero_shot_score"
NOT_SELECTED = "not_selected"
Z = 1.96  # of a 95 % interval
ARROWS = {"higher": "↑", "lower": "↓"}


def cell(entries: Sequence[Mapping], percent: bool) -> Cell:
    """The mean over seeds; the interval of a single one."""
    scale = 100.0 if percent else 1.0
    value = scale * fmean(entry["value"] for entry in entries)
    error = entries[0]["stderr"] if len(entries) == 1 else None
    interval = None if error is None else (value - Z * scale * error, value + Z * scale * error)
    return Cell(value, entries[0]["n"], "", interval)


def cells(
    benchmarks: Mapping[str, Mapping[str, str]],
    models: Mapping[str, Sequence[Mapping[str, Mapping]]],
    statuses: Mapping[str, str],
) -> dict[Key, Cell]:
    """By benchmark and model as printed; `models` holds the scores of each seed, none of a model that there is not."""
    found = {}
    for model, seeds in models.items():
        for task, entry in benchmarks.items():
            own = [scores[task] for scores in seeds if task in scores]
            one = cell(own, entry["better"] == "higher") if own else Cell(None)
            status = statuses[model] if own or not seeds else NOT_SELECTED  # its task was not asked for
            found[entry["printed"], model, METRIC] = replace(one, status=status)
    return found


def note_of(statuses: Mapping[str, str], pages: Sequence[str]) -> str:
    """What is to be known of models that learn from rankings."""
    waiting, synthetic = ([name for name, own in statuses.items() if own == what] for what in (NEEDS, "synthetic"))
    note = f"A language model's rankings taught {', '.join(synthetic)}: `synthetic`.\n\n" if synthetic else ""
    if waiting:
        told = f"rank on the exported pages (`{' '.join(pages)}`), as docs/rating.md says"
        note += f"{', '.join(waiting)}: `{NEEDS}`, as nobody has ranked yet: {told}.\n\n"
    return note


def render(rows: Sequence[dict], evidence: str, note: str) -> str:
    models = list(dict.fromkeys(row["model"] for row in rows))
    found = {(row["task"], row["model"]): row for row in rows}
    lines = []
    for task in dict.fromkeys(row["task"] for row in rows):
        own = [found[task, model] for model in models]
        built, printed = ([number(row["value"], 2) for row in own], [row["published"] or "-" for row in own])
        lines.append([f"{task} {ARROWS[own[0]['better']]}", own[0]["harness_metric"], *built, *printed])
    head = ["Benchmark", "Metric", *models, *(f"{model}, published" for model in models)]
    title = "# Table 13 of paper B: general benchmarks, zero-shot"
    return f"{title}\n\n{banner(evidence)}{note}{grid(head, lines, left=2)}\n↑: more is better, ↓: less is better.\n"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("General benchmarks (paper B, table 13).")
    parser.add_argument("--benchmarks", required=True, help="the list of benchmarks, .csv")
    parser.add_argument("--models", required=True, type=json.loads, help="JSON list of [as printed, seeds, status]")
    parser.add_argument("--scores", required=True, nargs="*", help="of each model and seed, in this order, .json")
    parser.add_argument("--pages", required=True, nargs="*", help="to rank on, where a model waits for rankings")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    benchmarks, files = {row["task"]: row for row in read_csv(args.benchmarks)}, iter(args.scores)
    models = {name: [read_json(next(files)) for _ in range(seeds)] for name, seeds, _ in args.models}
    statuses = {name: status for name, _, status in args.models}
    published = read_published(args.published, KEYS)
    built = {key: Cell(None, status=NOT_SELECTED) for key in published} | cells(benchmarks, models, statuses)
    told = {entry["printed"]: entry for entry in benchmarks.values()}
    rows = tidy(published, built, KEYS, Origin(args.run, args.evidence))
    rows = [
        row | {"better": told[row["task"]]["better"], "harness_metric": told[row["task"]]["metric"]} for row in rows
    ]
    write_csv(args.output, rows, [*KEYS, *COLUMNS, "better", "harness_metric"])
    write_text(args.text, render(rows, args.evidence, note_of(statuses, args.pages)))
    log.info("%d benchmarks of %d models", len(benchmarks), len(models))


if __name__ == "__main__":
    main()
