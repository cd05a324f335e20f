"""Every number that paper A's prose quotes, recomputed beside the published one (requirement A-083).

A row for each of `published/a_inline.csv`: `value` where the build has it, and `basis`: what it was taken from, or why
there is none (`not_computable`). Quoted settings are those in use.

python -m scripts tables.tabulate_claims --help
"""

import argparse
import json
import logging
from collections.abc import Sequence

from scripts.tables.claims import (
    Claim,
    Claims,
    from_corpus,
    from_labels,
    from_lengths,
    from_low_values,
    from_personas,
    from_settings,
    from_tables,
    from_teacher,
    from_trainings,
)
from scripts.tables.options import table_parser
from scripts.tables.quoting import ALL_COLUMNS, KEYS, quoted_page, quoted_rows
from scripts.tables.tidy import Origin, read_published
from scripts.text.files import read_jsonl, write_csv, write_text
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)

SPLITS = ("train", "dev", "test")
NOWHERE = {("experts", "years_experience_more_than"): "a fact about the paper's raters; no rating says it"}


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Numbers quoted in paper A's prose.")
    parser.add_argument("--settings", required=True, type=json.loads, help="{key.metric: {value, basis}}")
    parser.add_argument("--figure2", required=True)
    parser.add_argument("--table11", required=True)
    parser.add_argument("--table13", required=True)
    parser.add_argument("--corpus", required=True, nargs=3, help="ESConv's train, dev and test dialogues")
    parser.add_argument("--labels", required=True, help="labels of ESConv")
    parser.add_argument("--threads", required=True, nargs="+", help="train threads of both settings")
    parser.add_argument("--situations", required=True)
    parser.add_argument("--rated", required=True)
    parser.add_argument("--personas", required=True, nargs=3, help="train, dev and test personas")
    parser.add_argument("--teacher", required=True, nargs="+", help="the SFT teacher's dialogues")
    parser.add_argument("--systems", required=True, type=json.loads, help="JSON list of ids")
    parser.add_argument("--dialogues", required=True, nargs="+", help="test dialogues of each system")
    parser.add_argument("--longest", required=True, help="the system whose turns are quoted as long")
    parser.add_argument("--low-ratings", required=True, help="value ratings of the low-value analysis")
    parser.add_argument("--low-count", required=True, type=int)
    for name in ("problems", "values", "emotions"):
        parser.add_argument(f"--{name}", required=True, help="taxonomy")
    parser.add_argument("--trainings", required=True, type=json.loads, help="JSON list of [key, metric]")
    parser.add_argument("--trained", required=True, nargs="+", help="adapter folder of each training")
    return parser.parse_args(argv)


def vocabularies(args: argparse.Namespace) -> Claims:
    problems = load_taxonomy(args.problems)
    counts = {
        ("taxonomy", "problem_categories"): len(problems),
        ("taxonomy", "problem_subcategories"): sum(len(entry["subcategories"]) for entry in problems),
        ("taxonomy", "values"): len(load_taxonomy(args.values)),
        ("personas", "emotion_labels"): len(load_taxonomy(args.emotions)),
    }
    return {name: Claim(count, None, "the taxonomies") for name, count in counts.items()}


def collect(args: argparse.Namespace) -> Claims:
    """All claims of the build by name."""
    threads = sum(len(read_jsonl(path)) for path in args.threads)
    dialogues = dict(zip(args.systems, map(read_jsonl, args.dialogues), strict=True))
    folders = dict(zip(map(tuple, args.trainings), args.trained, strict=True))
    return {
        **from_settings(args.settings),
        **vocabularies(args),
        **from_tables(args.figure2, args.table11, args.table13),
        **from_corpus(dict(zip(SPLITS, map(read_jsonl, args.corpus), strict=True))),
        **from_labels(args.labels),
        ("reddit", "samples_lower_bound"): Claim(threads, threads, "train threads of both settings"),
        **from_personas(args.situations, args.rated, dict(zip(SPLITS, args.personas, strict=True))),
        **from_teacher(row for path in args.teacher for row in read_jsonl(path)),
        **from_lengths(dialogues, args.longest),
        **from_low_values(args.low_ratings, args.low_count),
        **from_trainings(folders),
        **{name: Claim(None, None, why) for name, why in NOWHERE.items()},
    }


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    published, claims = read_published(args.published, KEYS), collect(args)
    rows = quoted_rows(published, claims, args.published, Origin(args.run, args.evidence))
    write_csv(args.output, rows, ALL_COLUMNS)
    write_text(args.text, quoted_page(rows, "A", args.evidence))
    log.info("%d quoted numbers, %d built", len(rows), sum(row["value"] is not None for row in rows))


if __name__ == "__main__":
    main()
