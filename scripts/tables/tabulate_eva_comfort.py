"""The comfort survey of paper B: how many responses do not comfort (section 2; requirement B-011).

A row for all systems together, which the paper prints, and one for each: the share of judgements, in percent. Intervals
resample dialogues. Without ratings the rows are `needs_ratings`; those of stand-ins are `synthetic`.

python -m scripts -- tables.tabulate_eva_comfort --ratings ratings.csv --systems mistral gpt4o --raters human
--ranked-by none --sheet sheet.csv --data-dir resources/external --file ratings/b_prelim_comfort.csv --resamples 10000
--seed 42 --published resources/published/b_inline.csv --run paper --evidence real --output prelim_comfort.csv --text
prelim_comfort.md
"""

import argparse
import logging
from collections.abc import Mapping, Sequence

from scripts.stats.clustered import Units, mean
from scripts.tables.markdown import banner, grid, number
from scripts.tables.options import table_parser
from scripts.tables.people import NEEDS, add_people_options, note_of, read_judged, status_of
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import write_csv, write_text

log = logging.getLogger(__name__)

KEYS = ("system",)
METRIC, ALL = "not_comfortable_percent", "all"


def cells(rows: Sequence[Mapping[str, str]], systems: Sequence[str], units: Units, status: str) -> dict[Key, Cell]:
    built = {}
    for name in (ALL, *systems):
        own = [(row["dialogue_id"], 100.0 * (row["answer"] == "not")) for row in rows if name in (ALL, row["system"])]
        value, interval = mean(units, own)
        built[name, METRIC] = Cell(value, len(own), "", interval, status)
    return built


def render(rows: Sequence[dict], evidence: str, note: str) -> str:
    lines = [
        [row["system"], number(row["value"], 2), str(row["n"] or "-"), row["published"] or "-", row["status"]]
        for row in rows
    ]
    table = grid(["System", "not comfortable, %", "judgements", "published", "status"], lines)
    return f"# Comfort survey of paper B\n\n{banner(evidence)}{note}{table}"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("How many responses do not comfort (paper B, section 2).")
    add_people_options(parser)
    parser.add_argument("--systems", required=True, nargs="+", help="ids")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    printed = read_published(args.published, ("key",))["prelim", METRIC]
    rows = read_judged(args.ratings)
    if rows:
        units = Units([row["dialogue_id"] for row in rows], args.resamples, args.seed)
        built = cells(rows, args.systems, units, status_of(args.raters, args.ranked_by))
    else:
        built = {(name, METRIC): Cell(None, status=NEEDS) for name in (ALL, *args.systems)}
    found = tidy({(ALL, METRIC): printed}, built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, found, [*KEYS, *COLUMNS])
    write_text(args.text, render(found, args.evidence, note_of(args, bool(rows))))
    log.info("%d judgements", len(rows))


if __name__ == "__main__":
    main()
