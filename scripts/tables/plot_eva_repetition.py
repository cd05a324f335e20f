"""Figures 6, 10 and 11 of paper B: how often phrases come back within a dialogue (sections 7.1, M.1; B-043).

Reads phrases of stage scoring, responder by responder in the rows' order. Of each system's `--top` phrases of `--order`
words the share of dialogues in which more than each threshold of the utterances hold it (inconsistency I-B19). Drawn is
the first seed, whose phrases other seeds need not have; the table has every seed's, and of each system (no phrase) the
mean over phrases, averaged over seeds, with `seeds` and `seed_sd`.

python -m scripts -- tables.plot_eva_repetition --number 6 --rows '[{"model": "Mistral", "variant": "vanilla",
"responders": ["mistral"], "aligned": false, "missing": ""}, …]' --phrases
results/scoring/esconv/{mistral,…}/phrases.csv --order 4 --top 4 --thresholds 0.1 0.2 0.3 --raters human --run paper
--evidence real --output results/eva/figure6.svg --table results/eva/figure6.csv
"""

import argparse
import logging
from collections.abc import Sequence
from statistics import fmean

from scripts.tables.bars import draw
from scripts.tables.eva_phrases import KEYS, Phrased, cells, panel, read_phrases
from scripts.tables.eva_rows import SPREAD, averaged, dealt, figure_parser, status_of
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, tidy
from scripts.text.files import write_csv, write_text

log = logging.getLogger(__name__)


def repeated(threshold: float) -> str:
    """The column of a threshold, as scoring.find_phrases names it."""
    return f"repeated_{100 * threshold:g}"


def means(found: Phrased, order: int, top: int, metrics: Sequence[str], raters: str) -> dict[Key, tuple[Cell, dict]]:
    """The mean over a system's phrases, averaged over seeds; nothing for one that is not there or repeats nothing."""
    own = [phrases for phrases in found.shown(order, top) if phrases]
    key = (found.row.model, found.row.variant, "", str(order), "", "")
    built: dict[Key, tuple[Cell, dict]] = {}
    for metric in metrics if own else ():
        value, spread = averaged([fmean(float(one[metric]) for one in phrases) for phrases in own])
        n = int(own[0][0]["of_dialogues"])
        built[*key, metric] = Cell(value, n, status=status_of(found.row, raters)), spread
    return built


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = figure_parser("Phrases that come back within a dialogue (paper B, figures 6, 10, 11).")
    parser.add_argument("--phrases", required=True, nargs="*", help="of each responder, CSV")
    parser.add_argument("--order", required=True, type=int, help="words of a phrase")
    parser.add_argument("--top", required=True, type=int, help="phrases shown of a system")
    parser.add_argument("--thresholds", required=True, type=float, nargs="+", help="shares of a dialogue's utterances")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    metrics, shown = [repeated(one) for one in args.thresholds], (args.order, args.top)
    found = [read_phrases(row, files) for row, files in dealt(args.rows, "phrases", args.phrases)]
    built: dict[Key, tuple[Cell, dict]] = {}
    for one in found:
        single = cells(one, *shown, metrics, args.raters)
        built |= {key: (cell, dict.fromkeys(SPREAD)) for key, cell in single.items()}
        built |= means(one, *shown, metrics, args.raters)
    rows = tidy({}, {key: cell for key, (cell, _) in built.items()}, KEYS, Origin(args.run, args.evidence))
    for row, (_, spread) in zip(rows, built.values(), strict=True):
        row |= spread
    write_csv(args.table, rows, [*KEYS, *COLUMNS, *SPREAD])
    title = f"Figure {args.number} of paper B: dialogues in which more than a share of the utterances hold a phrase"
    legend = [f"more than {one:.0%}" for one in args.thresholds]
    write_text(
        args.output, draw(title, [panel(one, *shown, metrics, args.raters) for one in found], legend, args.evidence)
    )
    log.info("systems %d, of them there %d", len(found), sum(not one.row.missing for one in found))


if __name__ == "__main__":
    main()
