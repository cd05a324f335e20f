"""Table 14 of paper A: what the dialogues that reinforce values least lacked, by theme (section J; A-076).

Reads the themes of each dialogue. All eight themes are listed, also those of which the paper prints no count
(inconsistency I-A21). `n` counts dialogues; the interval of a frequency resamples them.

python -m scripts tables.tabulate_table14 --assigned results/judging/themes/ours_dpo.jsonl --themes
resources/taxonomy/themes.yaml --resamples 10000 --seed 42 --published resources/published/a_table14.csv --run demo
--evidence stand_in --output results/table14.csv --text results/table14.md
"""

import argparse
from collections.abc import Sequence

from scripts.provenance.errors import Problem
from scripts.stats.bootstrap import mean_intervals, resample_weights
from scripts.tables.markdown import banner, grid, number
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import read_jsonl, write_csv, write_text
from scripts.text.taxonomy import labels, load_taxonomy

KEYS = ("category",)


def cells(assigned: Sequence[dict], themes: Sequence[str], resamples: int, seed: int) -> dict[Key, Cell]:
    """How many dialogues each theme was named for."""
    weights = resample_weights(len(assigned), resamples, seed)
    named = [[float(theme in row["themes"]) for row in assigned] for theme in themes]
    intervals = mean_intervals(named, weights)
    built = {}
    for theme, column, interval in zip(themes, named, intervals, strict=True):
        low, high = interval or (0.0, 0.0)
        bounds = (low * len(assigned), high * len(assigned))
        built[theme, "frequency"] = Cell(int(sum(column)), len(assigned), interval=bounds)
    return built


def render(rows: Sequence[dict], dialogues: int, evidence: str) -> str:
    """The paper's layout with the published frequency beside ours."""
    lines = [
        [row["category"], number(row["value"], 0), number(float(row["published"]) if row["published"] else None, 0)]
        for row in rows
    ]
    table = grid(["Category", "Frequency", "published"], lines)
    return (
        f"# Table 14: areas for improvement in value reinforcement\n\n{banner(evidence)}{table}\n"
        f"Up to three themes each of {dialogues} dialogues, those of the lowest ratings (published: 40).\n"
    )


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("What dialogues of low value reinforcement lacked (paper A, table 14).")
    parser.add_argument("--assigned", required=True, help="themes of each dialogue")
    parser.add_argument("--themes", required=True, help="taxonomy of the themes")
    parser.add_argument("--resamples", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    themes, assigned = labels(load_taxonomy(args.themes)), read_jsonl(args.assigned)
    if not assigned:
        raise Problem(f"{args.assigned} holds no dialogue. Build it again, or let more dialogues end in time.")
    unknown = [theme for row in assigned for theme in row["themes"] if theme not in themes]
    if unknown:
        raise Problem(f"{args.assigned} names {unknown[0]!r}, which is no theme of {args.themes}. Build it again.")
    built = cells(assigned, themes, args.resamples, args.seed)
    rows = tidy(read_published(args.published, KEYS), built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_text(args.text, render(rows, len(assigned), args.evidence))


if __name__ == "__main__":
    main()
