"""The options that both ingest commands take. They are also typed by hand: a filter that is not named is none."""

import argparse

from scripts.reddit.salt import local_salt, read_salt


def add_options(parser: argparse.ArgumentParser, score: str, words: str) -> None:
    parser.add_argument("--dump", required=True, help="zst or plain JSON lines")
    parser.add_argument("--output", required=True, help="table (parquet)")
    parser.add_argument("--report", required=True, help="counts (JSON)")
    parser.add_argument("--from", dest="first", help="first day, UTC")
    parser.add_argument("--to", dest="last", help="last day, UTC, counted in")
    parser.add_argument("--score", type=int, help=score)
    parser.add_argument("--least-words", type=int, help=words)
    parser.add_argument("--most-words", type=int, help=words)
    parser.add_argument("--salt-file", help="of author numbers, the same for both dumps; absent: this machine's own")
    parser.add_argument("--max-bad", type=_share, help="share of broken lines that is put up with; absent: 0.001")


def key_of(options: argparse.Namespace) -> bytes:
    """The key of author numbers."""
    return read_salt(options.salt_file) if options.salt_file else local_salt()


def _share(text: str) -> float:
    if not 0 <= (share := float(text)) <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no share of 0 to 1")
    return share
