"""Table 3 of paper A: nine supporters by ES-Skills, ES-Intensity and ES-Value (section 6.4.2; A-071, A-073).

Reads, in the order of --systems, each system's dialogues, skill and intensity ratings, and (for all but the
reference model) its win ratios. Means are over finished dialogues (ES-Value: over personas whose both dialogues
ended); intervals resample personas; markers are the paper's, Mann-Whitney against the reference model. Beside the
tidy table and its Markdown form it writes

stats: a row a cell with n, U, p, rank-biserial effect, Holm-corrected p (over the whole table), the paired
difference from the reference model with its interval, and for ES-Value our own test (Wilcoxon against 0.5);
agreement: Kendall's tau between the published and our order of systems, and equal markers, by metric;
completion: dialogues by end reason and the finished share, by system.

python -m scripts tables.tabulate_table3 --systems '[{"id": "gpt", "category": "Prompt-based", "model": "GPT"}, …]'
--reference ours_dpo --dialogues results/dialogues/{gpt,…}/test.jsonl --skills results/judging/skills/{gpt,…}.jsonl
--intensity results/judging/intensity/{gpt,…}.jsonl --values results/judging/values/ours_dpo/{gpt,…}.jsonl
--resamples 10000 --seed 42 --published resources/published/a_table03.csv --run demo --evidence stand_in
--output results/table3.csv --text results/table3.md --stats results/table3_stats.csv
--agreement results/table3_agreement.csv --completion results/table3_completion.csv
"""

import argparse
import json
import logging
from collections.abc import Sequence

from scripts.provenance.errors import Problem
from scripts.stats.significance import marker
from scripts.tables.options import table_parser
from scripts.tables.scores import FINISHED, Found, System, end_reasons, load_scores, measure
from scripts.tables.table3_sides import (
    AGREEMENT,
    COMPLETION,
    KEYS,
    STATS,
    agreement_rows,
    completion_rows,
    stats_rows,
)
from scripts.tables.table3_text import render
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import write_csv, write_text

log = logging.getLogger(__name__)


def cells(found: Found, systems: Sequence[System], reference: str) -> dict[Key, Cell]:
    """The table's cells; the reference model's ES-Value is empty by construction."""
    built = {}
    for system in systems:
        for (owner, metric), cell in found.items():
            if owner != system.id:
                continue
            empty = owner == reference and metric[0] == "es_value"
            p = cell.test.p if cell.test else None
            built[system.category, system.model, *metric] = (
                Cell(None, status="reference") if empty else Cell(cell.mean, cell.n, marker(p), cell.interval)
            )
    return built


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Nine supporters by skills, intensity and values (paper A, table 3).")
    parser.add_argument("--systems", required=True, type=json.loads, help="JSON list of id, category, model")
    parser.add_argument("--reference", required=True, help="id of the system all others are tested against")
    parser.add_argument("--dialogues", required=True, nargs="+", help="dialogues of each system")
    parser.add_argument("--skills", required=True, nargs="+", help="skill ratings of each system")
    parser.add_argument("--intensity", required=True, nargs="+", help="intensity ratings of each system")
    parser.add_argument("--values", required=True, nargs="+", help="win ratios of each system but the reference")
    parser.add_argument("--resamples", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    for side in ("stats", "agreement", "completion"):
        parser.add_argument(f"--{side}", required=True, help="side file, .csv")
    return parser.parse_args(argv)


def files_of(args: argparse.Namespace, systems: Sequence[System]) -> list[tuple[str, str, str, str | None]]:
    """Dialogues, skills, intensity and values file of each system; a count that does not fit is a Problem."""
    lists = {
        "dialogues": args.dialogues,
        "skills": args.skills,
        "intensity": args.intensity,
        "values": args.values,
    }
    for name, files in lists.items():
        wanted = len(systems) - (name == "values")
        if len(files) != wanted:
            raise Problem(f"--{name} has {len(files)} files for {wanted} systems. Give one each, in --systems' order.")
    ratios = iter(args.values)
    values = [None if system.id == args.reference else next(ratios) for system in systems]
    return list(zip(args.dialogues, args.skills, args.intensity, values, strict=True))


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    systems = [System(**entry) for entry in args.systems]
    reference = next((system for system in systems if system.id == args.reference), None)
    if reference is None:
        raise Problem(f"--reference {args.reference} is none of --systems. Select that system too.")
    scores, ends = {}, {}
    for system, (dialogues, *judged) in zip(systems, files_of(args, systems), strict=True):
        ends[system.id] = end_reasons(dialogues, system.id)
        finished = {persona for persona, reason in ends[system.id].items() if reason in FINISHED}
        scores[system.id] = load_scores(*judged, finished)
    published = read_published(args.published, KEYS)
    metrics = list(dict.fromkeys((group, metric) for *_, group, metric in published))
    personas = sorted(set().union(*ends.values()))
    if not personas:
        raise Problem(f"{args.dialogues[0]} and the others hold no dialogue. Build the dialogues again.")
    found = measure(scores, args.reference, metrics, personas, args.resamples, args.seed)
    rows = tidy(published, cells(found, systems, args.reference), KEYS, Origin(args.run, args.evidence))
    agreement = agreement_rows(rows, (reference.category, reference.model))
    completion = completion_rows(ends, found, systems)
    write_csv(args.stats, stats_rows(found, systems), STATS)
    write_csv(args.agreement, agreement, AGREEMENT)
    write_csv(args.completion, completion, COMPLETION)
    write_text(args.text, render(rows, agreement, completion, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    log.info("%d systems, %d personas, %d cells", len(systems), len(personas), len(rows))


if __name__ == "__main__":
    main()
