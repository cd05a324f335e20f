"""Figures 3, 7, 12 and 13 of paper B: what responses do, by type (sections 2, 7.2, M.2; B-014, B-044).

Reads types of stage scoring, responder by responder in the rows' order. Of each system and type the share of utterances
(what is drawn) and, where an utterance is split over types by its phrases, `share_fractional`; means over seeds with
`seeds` and `seed_sd`. `n` counts the utterances of a seed; one without a word is of no type and counts as Other. The
paper draws two figures of one model from the same dialogues with other numbers (inconsistency I-B05); ours agree.

python -m scripts -- tables.plot_eva_types --number 7 --rows '[{"model": "Mistral", "variant": "vanilla", "responders":
["mistral"], "aligned": false, "missing": ""}, …]' --types results/scoring/esconv/{mistral,…}/types.csv --raters human
--run paper --evidence real --output results/eva/figure7.svg --table results/eva/figure7.csv
"""

import argparse
import logging
from collections.abc import Mapping, Sequence

from scripts.tables.bars import Panel, draw
from scripts.tables.eva_rows import SPREAD, WHY_EMPTY, Row, averaged, dealt, figure_parser, heading, status_of
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, tidy
from scripts.text.files import read_csv, write_csv, write_text

log = logging.getLogger(__name__)

KEYS = ("model", "variant", "type", "type_name")
DRAWN, FRACTIONAL = "share", "share_fractional"
Built = dict[Key, tuple[Cell, dict]]  # a cell and its spread over seeds


def cells(row: Row, files: Sequence[str], raters: str) -> Built:
    """The shares of a system; a row that is not there has one empty cell that says why."""
    status, key = status_of(row, raters), (row.model, row.variant)
    seeds = [read_csv(path) for path in files]
    if not seeds:
        return {(*key, "", "", DRAWN): (Cell(None, status=status), dict.fromkeys(SPREAD))}
    built: Built = {}
    for own in zip(*seeds, strict=True):
        n = min(int(one["of_utterances"]) for one in own)
        for metric in (DRAWN, FRACTIONAL):
            value, spread = averaged([float(one[metric]) for one in own])
            built[*key, own[0]["type"], own[0]["type_name"], metric] = Cell(value, n, status=status), spread
    return built


def panel(row: Row, built: Mapping[Key, tuple[Cell, dict]], raters: str) -> Panel:
    bars = [(f"{key[3]} ({key[2]})", [cell.value]) for key, (cell, _) in built.items() if key[-1] == DRAWN]
    return Panel(heading(row, raters), bars, WHY_EMPTY.get(row.missing, ""))


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = figure_parser("Types of response (paper B, figures 3, 7, 12, 13).")
    parser.add_argument("--types", required=True, nargs="*", help="of each responder, CSV")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    found = [(row, cells(row, files, args.raters)) for row, files in dealt(args.rows, "types", args.types)]
    built = {key: own for _, part in found for key, own in part.items()}
    rows = tidy({}, {key: cell for key, (cell, _) in built.items()}, KEYS, Origin(args.run, args.evidence))
    for row, (_, spread) in zip(rows, built.values(), strict=True):
        row |= spread
    write_csv(args.table, rows, [*KEYS, *COLUMNS, *SPREAD])
    title = f"Figure {args.number} of paper B: types of response, share of utterances"
    write_text(args.output, draw(title, [panel(*one, args.raters) for one in found], [], args.evidence))
    log.info("systems %d, of them there %d", len(found), sum(not row.missing for row, _ in found))


if __name__ == "__main__":
    main()
