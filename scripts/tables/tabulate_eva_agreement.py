"""How far raters of paper B agree: Fleiss' kappa of its four studies (requirement B-041).

Reads the checked ratings of the three studies and the agreement of EVAD's rankings (evad.vote_rankings). A row for each
study and what is judged. Empty `judged` is the paper's number: of the responses' comfort, of the level picked first
before the filter, of all four criteria together, of the dialogues' scores. Where items have unequal numbers of raters,
those with the most frequent number count. `n` counts items, `raters` those of an item. A study without ratings is
`needs_ratings`.

python -m scripts -- tables.tabulate_eva_agreement --comfort comfort/ratings.csv --pairwise pairwise/ratings.csv
--validity validity/ratings.csv --evad evad/agreement.csv --raters human --evad-raters human --published
resources/published/b_inline.csv --run paper --evidence real --output agreement.csv --text agreement.md
"""

import argparse
import logging
from collections.abc import Mapping, Sequence

from scripts.stats.fleiss import fleiss_kappa, modal_raters
from scripts.tables.markdown import banner, grid, number
from scripts.tables.options import table_parser
from scripts.tables.people import NEEDS, answers_by_item, read_judged, status_of
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import read_csv, write_csv, write_text

log = logging.getLogger(__name__)

KEYS = ("study", "judged")
METRIC = "fleiss_kappa"
STUDIES = {"prelim": "comfort", "human_eval": "pairwise", "validity": "validity"}  # as b_inline.csv calls them
PRINTED = ("prelim", "evad", "human_eval", "validity")
Found = dict[Key, tuple[Cell, int | None]]  # with the raters of an item


def kappa(rows: Sequence[Mapping[str, str]], status: str) -> tuple[Cell, int | None]:
    """Kappa of the items with the most frequent number of raters, and that number."""
    items = modal_raters(answers_by_item(rows))
    raters = len(items[0]) if items else None
    value = fleiss_kappa(items) if raters and raters > 1 else None
    return Cell(value, len(items) if items else None, status=status if items else NEEDS), raters


def of_study(name: str, rows: Sequence[Mapping[str, str]], status: str) -> Found:
    """Of all ratings together and, where there are criteria, of each."""
    found = {(name, "", METRIC): kappa(rows, status)}
    for criterion in sorted({row["criterion"] for row in rows} - {""}):
        found[name, criterion, METRIC] = kappa([row for row in rows if row["criterion"] == criterion], status)
    return found


def of_evad(rows: Sequence[Mapping[str, str]], status: str) -> Found:
    """What evad.vote_rankings found; the paper's number is of the level picked first, all items."""
    found: Found = {}
    for row in rows:
        printed = (row["picked"], row["when"]) == ("chosen", "before")
        key = ("evad", "" if printed else f"{row['picked']}, {row['when']} the filter", METRIC)
        value = float(row["kappa"]) if row["kappa"] else None
        items = int(row["items"]) or None
        cell = Cell(value, items, status=status if items else NEEDS)
        found[key] = cell, int(row["raters"]) if row["raters"] else None
    return found


def render(rows: Sequence[dict], evidence: str) -> str:
    lines = [
        [
            *(row["study"], row["judged"], number(row["value"], 3)),
            *(str(row["n"] or "-"), str(row["raters"] or "-"), row["published"] or "-", row["status"]),
        ]
        for row in rows
    ]
    head = ["Study", "Judged", "Fleiss' kappa", "items", "raters", "published", "status"]
    return f"# Agreement of raters (paper B)\n\n{banner(evidence)}{grid(head, lines, left=2)}"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Agreement of raters (paper B).")
    for study in STUDIES.values():
        parser.add_argument(
            f"--{study}", required=True, nargs="*", help="as scoring.import_ratings writes them, if there"
        )
    parser.add_argument("--evad", required=True, help="agreement of evad.vote_rankings")
    parser.add_argument("--raters", required=True, choices=("human", "llm"))
    parser.add_argument("--evad-raters", required=True, choices=("human", "llm"))
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    inline = read_published(args.published, ("key",))
    published = {(study, "", METRIC): inline[study, METRIC] for study in PRINTED}
    found = of_evad(read_csv(args.evad), status_of(args.evad_raters))
    for name, study in STUDIES.items():
        found |= of_study(name, read_judged(getattr(args, study)), status_of(args.raters))
    cells = {key: cell for key, (cell, _) in found.items()}
    rows = tidy(published, cells, KEYS, Origin(args.run, args.evidence))
    rows = sorted(rows, key=lambda row: PRINTED.index(row["study"]))
    rows = [row | {"raters": found[row["study"], row["judged"], METRIC][1]} for row in rows]
    write_csv(args.output, rows, [*KEYS, *COLUMNS, "raters"])
    write_text(args.text, render(rows, args.evidence))
    log.info("%s", {(row["study"], row["judged"]): row["value"] for row in rows})


if __name__ == "__main__":
    main()
