"""The salt of author numbers (A-013): drawn once on this machine, or a public text for runs whose bytes must repeat.

Output (text, one line, mode 0600). A drawn salt that lies there already is never replaced.

    python -m scripts -- reddit.draw_salt --salt "" --output resources/external/reddit/salt.txt
"""

import argparse
import os

from scripts.reddit.salt import draw_salt
from scripts.text.files import write_text


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--salt", required=True, help="a public text; empty: drawn")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    options = parse_args(argv)
    if not options.salt:
        draw_salt(options.output)
        return
    write_text(options.output, f"{options.salt}\n")
    os.chmod(options.output, 0o600)


if __name__ == "__main__":
    main()
