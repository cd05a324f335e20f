"""Pages for raters: an introduction, and for each group a page to rank candidates on (paper B, E; B-016, B-022).

Reads items, candidates, levels and the pages' templates. Writes `introduction.html` and `group<n>.html`, to be opened
from a folder or put on any web space together. What the page saves (`evad<n>-<name>.csv`) is dropped into the folder
that the config names (evad.rating.folder of data_dir) and read by evad.import_rankings.

python -m scripts -- evad.write_rating_pages --items results/evad/items.jsonl --candidates results/evad/candidates.jsonl
--levels resources/taxonomy/levels.yaml --introduction-template resources/pages/introduction.html --ranking-template
resources/pages/ranking.html --style resources/pages/style.css --script resources/pages/ranking.js --people 12 --seed 42
--introduction results/evad/pages/introduction.html --pages results/evad/pages/group1.html
"""

import argparse
import logging
from collections.abc import Sequence

from scripts.evad.items import read_items
from scripts.evad.pages import Templates, introduction_page, ranking_page, read_templates
from scripts.provenance.errors import Problem
from scripts.text.files import write_text
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)


def page_parser(description: str) -> argparse.ArgumentParser:
    """A parser with what every step that writes pages is given."""
    parser = argparse.ArgumentParser(description=description, allow_abbrev=False)
    parser.add_argument("--items", required=True)
    parser.add_argument("--candidates", required=True)
    parser.add_argument("--levels", required=True, help="taxonomy of the levels")
    parser.add_argument("--introduction-template", required=True)
    parser.add_argument("--ranking-template", required=True)
    parser.add_argument("--style", required=True, help="CSS of both")
    parser.add_argument("--script", required=True, help="JavaScript of the ranking page")
    parser.add_argument("--people", type=int, required=True, help="raters of a group")
    parser.add_argument("--seed", type=int, required=True, help="of the order that raters see, and of the codes")
    return parser


def templates_of(args: argparse.Namespace) -> Templates:
    return read_templates(args.introduction_template, args.ranking_template, args.style, args.script)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = page_parser("Write the pages for raters.")
    parser.add_argument("--introduction", required=True, help="output, .html")
    parser.add_argument("--pages", required=True, nargs="+", help="output of each group, .html")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    templates, items = templates_of(args), read_items(args.items, args.candidates)
    levels = load_taxonomy(args.levels)
    write_text(args.introduction, introduction_page(templates, levels, len(args.pages), args.people, ""))
    for group, path in enumerate(args.pages, 1):
        own = [item for item in items if item["group"] == group]
        if not own:
            raise Problem(f"Group {group} has no item to rank. Raise evad.items or lower evad.rating.groups.")
        write_text(path, ranking_page(templates, own, group, args.seed, "", False))
        log.info("group %d: %d items", group, len(own))


if __name__ == "__main__":
    main()
