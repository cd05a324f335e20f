"""Table 11 of paper A: models of the final emotion intensity on ESConv's test dialogues (section F.2; A-068, A-072).

Reads the dialogues with their seekers' own ratings and, in the order of --models, what each model answered. The first
row is a constant; it has no correlation. Every row says how many dialogues stand behind it (unusable answers are
dropped), with 95 % bootstrap intervals over dialogues. Rows that this run does not select are `not_selected`.

python -m scripts tables.tabulate_table11 --dialogues results/corpora/esconv/test.jsonl --constant 2
--corpus-evidence real --models '[{"id": "gpt4o_zero", "model": "GPT-4o", "method": "Zero-shot"}, …]' --answers
results/judging/intensity_models/{gpt4o_zero,…}.jsonl --resamples 10000 --seed 42 --published
resources/published/a_table11.csv --run demo --evidence stand_in --output results/table11.csv --text results/table11.md
"""

import argparse
import json
import logging
import math
from collections.abc import Sequence

from scripts.provenance.errors import Problem
from scripts.stats.classes import accuracy, one_hot, spearman, squared_error, tables, weighted_f1
from scripts.stats.clustered import Units
from scripts.tables.markdown import banner, emphasise, grid, number
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import read_jsonl, write_csv, write_text

log = logging.getLogger(__name__)

KEYS = ("model", "method")
METRICS = {  # as printed: is lower better, and the score of a table of counts
    "accuracy": (False, accuracy),
    "f1_weighted": (False, weighted_f1),
    "mse": (True, squared_error),
    "spearman": (False, spearman),
}
CONSTANT = ("Baseline", "")


def real_ratings(path: str) -> dict[str, int]:
    """Final intensity by dialogue, of those that have one."""
    found = {row["id"]: row["meta"]["final_intensity"] for row in read_jsonl(path)}
    return {name: rating for name, rating in found.items() if rating is not None}


def joined(real: dict[str, int], path: str) -> list[tuple[str, int, int]]:
    """(dialogue, real, predicted) of the dialogues that a model answered; one about another dialogue is a Problem."""
    answers = {row["id"]: row["intensity"] for row in read_jsonl(path)}
    if strange := sorted(answers.keys() - real.keys()):
        raise Problem(f"{path} rates {strange[0]}, which is no rated test dialogue. Build that file again.")
    return [(name, real[name], answers[name]) for name in sorted(answers)]


def cells(key: tuple[str, str], pairs: list[tuple[str, int, int]], units: Units, evidence: str) -> dict[Key, Cell]:
    """The four metrics of a row from (dialogue, real, predicted); empty where nothing was answered or has no spread."""
    rows = one_hot([pair for _, *pair in pairs])
    built: dict[Key, Cell] = {}
    for metric, (_, score) in METRICS.items():
        if key == CONSTANT and metric == "spearman":
            built[*key, metric] = Cell(None, len(pairs), status="reference", evidence=evidence)
            continue
        value = float(score(tables(rows.sum(0)))) if pairs else math.nan
        if math.isnan(value):
            built[*key, metric] = Cell(None, len(pairs), evidence=evidence)
            continue
        around = units.interval([name for name, *_ in pairs], rows, lambda sums, score=score: score(tables(sums)))
        built[*key, metric] = Cell(value, len(pairs), interval=around, evidence=evidence)
    return built


def render(rows: Sequence[dict], evidence: str) -> str:
    own = {(row["model"], row["method"], row["metric"]): row for row in rows}
    names = list(dict.fromkeys((row["model"], row["method"]) for row in rows))
    columns = []
    for metric, (lower, _) in METRICS.items():
        values = [own[*name, metric]["value"] for name in names]
        rounded = [None if value is None else round(value, 3) for value in values]
        columns.append(emphasise([number(value, 3) for value in rounded], rounded, lower))
    printed = [" / ".join(own[*name, metric]["published"] or "-" for metric in METRICS) for name in names]
    counts = [str(own[*name, "accuracy"]["n"] or "-") for name in names]
    head = ["Model", "Method", "Accuracy", "Weighted F1", "MSE", "Spearman", "n", "published"]
    lines = [[*name, *line] for name, *line in zip(names, *columns, counts, printed, strict=True)]
    return f"# Table 11: models of emotion intensity\n\n{banner(evidence)}{grid(head, lines, left=2)}"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Models of the final emotion intensity (paper A, table 11).")
    parser.add_argument("--dialogues", required=True, help="normalised ESConv test dialogues")
    parser.add_argument("--constant", type=int, required=True, help="the baseline's answer")
    parser.add_argument("--corpus-evidence", required=True, choices=("real", "stand_in"), help="of the dialogues")
    parser.add_argument("--models", required=True, type=json.loads, help="JSON list of id, model, method")
    parser.add_argument("--answers", required=True, nargs="*", help="ratings of each model")
    parser.add_argument("--resamples", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    if len(args.answers) != len(args.models):
        raise Problem(f"--answers has {len(args.answers)} files for {len(args.models)} models. Give one each.")
    published, real = read_published(args.published, KEYS), real_ratings(args.dialogues)
    if not real:
        raise Problem(f"{args.dialogues} holds no dialogue with a final intensity. Check how ESConv was read.")
    units = Units(sorted(real), args.resamples, args.seed)
    constant = [(name, rating, args.constant) for name, rating in sorted(real.items())]
    built = cells(CONSTANT, constant, units, args.corpus_evidence)
    for entry, path in zip(args.models, args.answers, strict=True):
        key = entry["model"], entry["method"]
        built |= cells(key, joined(real, path), units, args.evidence)
    missing = {key: Cell(None, status="not_selected") for key in published if key not in built}
    rows = tidy(published, built | missing, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_text(args.text, render(rows, args.evidence))
    log.info("%d rated dialogues, %d models", len(real), len(args.models))


if __name__ == "__main__":
    main()
