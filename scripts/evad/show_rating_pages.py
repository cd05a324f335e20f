"""Figures 8 and 9 of paper B: the raters' introduction and their ranking page (requirement B-022).

The pages are those that raters get; the ranking page shows one item, the first of group 1, begins without a name and
keeps nothing.

python -m scripts -- evad.show_rating_pages --items results/evad/items.jsonl --candidates results/evad/candidates.jsonl
--levels resources/taxonomy/levels.yaml --introduction-template resources/pages/introduction.html --ranking-template
resources/pages/ranking.html --style resources/pages/style.css --script resources/pages/ranking.js --people 12 --seed 42
--groups 1 --figure8 results/eva/figure8.html --figure9 results/eva/figure9.html
"""

import argparse
import logging
from collections.abc import Sequence

from scripts.evad.items import read_items
from scripts.evad.pages import introduction_page, ranking_page
from scripts.evad.write_rating_pages import page_parser, templates_of
from scripts.text.files import write_text
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)

PAGES = "../evad/pages/"  # from the figures' folder


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = page_parser("Show the pages for raters.")
    parser.add_argument("--groups", type=int, required=True, help="groups of raters")
    parser.add_argument("--figure8", required=True, help="introduction, .html")
    parser.add_argument("--figure9", required=True, help="ranking page, .html")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    templates, items = templates_of(args), read_items(args.items, args.candidates)
    own = [item for item in items if item["group"] == 1][:1]
    levels = load_taxonomy(args.levels)
    write_text(args.figure8, introduction_page(templates, levels, args.groups, args.people, PAGES))
    write_text(args.figure9, ranking_page(templates, own, 1, args.seed, PAGES, True))
    log.info("shown: %s", [item["item_id"] for item in own])


if __name__ == "__main__":
    main()
