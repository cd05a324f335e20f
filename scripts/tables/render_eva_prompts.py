"""Tables 3 and 6 of paper B: prompts, from the templates in use (requirement B-046), as those of paper A.

python -m scripts tables.render_eva_prompts --table 3 --title supporter --prompts resources/prompts/B-BASE.md
--output results/eva/table3.md
"""

import argparse
from collections.abc import Sequence

from scripts.tables.render_prompts import page
from scripts.text.files import write_text


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A prompt table of paper B.", allow_abbrev=False)
    parser.add_argument("--table", required=True, help="its number")
    parser.add_argument("--title", required=True)
    parser.add_argument("--printed", required=True, type=int, help="how many templates the paper's table shows")
    parser.add_argument("--prompts", required=True, nargs="+", help="templates, the printed ones first")
    parser.add_argument("--output", required=True, help=".md")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    write_text(args.output, page(f"{args.table} of paper B", args.title, args.prompts, args.printed))


if __name__ == "__main__":
    main()
