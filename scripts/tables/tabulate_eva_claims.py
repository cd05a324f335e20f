"""Every number that paper B's prose quotes, recomputed beside the published one (requirement B-047).

A row for each of `published/b_inline.csv`: `value` where the build has it, and `basis`: what it was taken from, or why
there is none (`not_computable`). Numbers that rest on people say `needs_ratings` or `synthetic`; quoted settings are
those in use.

python -m scripts tables.tabulate_eva_claims --help
"""

import argparse
import json
import logging
from collections.abc import Sequence

from scripts.tables.claims import Claims, from_settings
from scripts.tables.eva_claims import (
    from_corpora,
    from_evad,
    from_evaeval,
    from_hours,
    from_level_classifier,
    from_lock,
    from_people,
    from_types,
    nowhere,
    waiting,
)
from scripts.tables.options import table_parser
from scripts.tables.quoting import ALL_COLUMNS, KEYS, quoted_page, quoted_rows
from scripts.tables.tidy import Origin, read_published
from scripts.text.files import write_csv, write_text

log = logging.getLogger(__name__)
SPLITS = ("train", "valid", "test")


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Numbers quoted in paper B's prose.")
    parser.add_argument("--settings", required=True, type=json.loads, help="{key.metric: {value, basis}}")
    for name in ("agreement", "comfort", "figure5", "table7", "lock"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--waiting", required=True, type=json.loads, help="{key.metric: what people have not given}")
    parser.add_argument("--evad-raters", required=True, choices=("human", "llm"), help="who ranked EVAD")
    parser.add_argument("--typed", required=True, nargs="+", help="systems whose types are quoted, by id")
    parser.add_argument("--types", required=True, nargs="+", help="types of each")
    parser.add_argument("--levels", required=True, nargs="*", help="the level classifier's splits, if they are there")
    parser.add_argument("--classifier", required=True, nargs="*", help="its folder, if it is there")
    parser.add_argument("--esconv-dialogues", required=True, nargs=3)
    parser.add_argument("--empathetic-dialogues", required=True, nargs=3)
    parser.add_argument("--scored", required=True, type=json.loads, help="JSON list of [key.metric, files]")
    parser.add_argument("--evaeval", required=True, nargs="*", help="files, as many as --scored says")
    parser.add_argument("--trainings", required=True, nargs="+", help="key.metric of each")
    parser.add_argument("--trained", required=True, nargs="+", help="folder of each training")
    return parser.parse_args(argv)


def collect(args: argparse.Namespace) -> Claims:
    """All claims of the build by name."""
    files, levels = iter(args.evaeval), {}
    for folder in args.classifier:
        levels = from_level_classifier(dict(zip(SPLITS, args.levels, strict=True)), folder)
    return {
        **from_settings(args.settings),
        **from_people(args.agreement, args.comfort, args.figure5),
        **from_evad(args.table7),
        **from_types(dict(zip(args.typed, args.types, strict=True)), args.evad_raters),
        **levels,
        **from_corpora(
            dict(zip(SPLITS, args.esconv_dialogues, strict=True)),
            dict(zip(SPLITS, args.empathetic_dialogues, strict=True)),
        ),
        **from_evaeval({name: [next(files) for _ in range(count)] for name, count in args.scored}, args.evad_raters),
        **from_hours(dict(zip(args.trainings, args.trained, strict=True))),
        **from_lock(args.lock),
        **nowhere(),
        **waiting(args.waiting),
    }


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    published, claims = read_published(args.published, KEYS), collect(args)
    rows = quoted_rows(published, claims, args.published, Origin(args.run, args.evidence))
    write_csv(args.output, rows, ALL_COLUMNS)
    write_text(args.text, quoted_page(rows, "B", args.evidence))
    log.info("%d quoted numbers, %d built", len(rows), sum(row["value"] is not None for row in rows))


if __name__ == "__main__":
    main()
