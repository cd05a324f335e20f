"""Figure 2 of paper B: the phrases that systems say most often (section 2; requirements B-012, B-013).

Reads phrases of stage scoring, responder by responder in the rows' order. Of each system the `--top` phrases of
`--order` words: the share of dialogues that hold it (what is drawn) and of utterances; `--sweep` has the same of every
length of phrase (section 2, footnote 3).

python -m scripts -- tables.plot_eva_figure2 --number 2 --rows '[{"model": "Mistral", "variant": "vanilla",
"responders": ["mistral"], "aligned": false, "missing": ""}, …]' --phrases
results/scoring/esconv/{mistral,gpt4o}/phrases.csv --orders 2 3 4 5 6 --order 4 --top 9 --raters human --run paper
--evidence real --output results/eva/figure2.svg --table results/eva/figure2.csv --sweep results/eva/ngram_sweep.csv
"""

import argparse
import logging
from collections.abc import Sequence

from scripts.tables.bars import draw
from scripts.tables.eva_phrases import KEYS, SHARES, cells, panel, read_phrases
from scripts.tables.eva_rows import dealt, figure_parser
from scripts.tables.tidy import COLUMNS, Origin, tidy
from scripts.text.files import write_csv, write_text

log = logging.getLogger(__name__)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = figure_parser("The most frequent phrases (paper B, figure 2).")
    parser.add_argument("--phrases", required=True, nargs="*", help="of each responder, CSV")
    parser.add_argument("--orders", required=True, type=int, nargs="+", help="words of a phrase, of the sweep")
    parser.add_argument("--order", required=True, type=int, help="words of a phrase, of the figure")
    parser.add_argument("--top", required=True, type=int, help="phrases shown of a system")
    parser.add_argument("--sweep", required=True, help="phrases of every length, .csv")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    found = [read_phrases(row, files) for row, files in dealt(args.rows, "phrases", args.phrases)]
    origin = Origin(args.run, args.evidence)
    for path, orders in ((args.table, [args.order]), (args.sweep, args.orders)):
        parts = [cells(one, order, args.top, SHARES, args.raters) for one in found for order in orders]
        rows = tidy({}, {key: cell for part in parts for key, cell in part.items()}, KEYS, origin)
        write_csv(path, rows, [*KEYS, *COLUMNS])
    title = f"Figure {args.number} of paper B: most frequent phrases of {args.order} words, share of dialogues"
    panels = [panel(one, args.order, args.top, SHARES[:1], args.raters) for one in found]
    write_text(args.output, draw(title, panels, [], args.evidence))
    log.info("systems %d, of them there %d", len(found), sum(not one.row.missing for one in found))


if __name__ == "__main__":
    main()
