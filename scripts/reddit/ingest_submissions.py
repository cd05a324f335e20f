"""Posts of a subreddit that pass the filters, masked, sorted by id (paper A, section 4; A-011 to A-013).

Output (parquet): `id` BIGINT (base 36 read as a number), `author` BIGINT (salted hash), `title`, `body`,
`created_utc` BIGINT (s), `score` BIGINT, `upvote_ratio` DOUBLE (null where the month had no such field).

A filter that is not named is not applied; deleted, removed and bots' posts and links are always dropped.

    python -m scripts.reddit.ingest_submissions --dump offmychest_submissions.zst --output submissions.parquet \
        --report submissions.json --from 2019-01-01 --to 2023-12-31 --score 5 --upvote-ratio 0.8 \
        --absent-upvote-ratio keep --over-18 keep --least-words 20 --most-words 600 \
        --salt-file resources/external/reddit/salt.txt --max-bad 0.001
"""

import argparse

from scripts.provenance.errors import run_typed
from scripts.reddit.authors import Authors
from scripts.reddit.filters import Limits, Submission, limits_of, numbers, post_filter, scores, times
from scripts.reddit.ingest import Kind, ingest
from scripts.reddit.options import add_options, key_of
from scripts.reddit.tally import PostTally
from scripts.reddit.texts import cleaned, word_drops

COLUMNS = {
    "id": "int64",
    "author": "int64",
    "title": "string",
    "body": "string",
    "created_utc": "int64",
    "score": "int64",
    "upvote_ratio": "float64",
}


def submissions(limits: Limits, key: bytes) -> Kind:
    """How submissions are filtered, and tabulated with authors hashed under `key`."""
    authors = Authors(key)

    def settle(columns: dict) -> dict[int, str]:
        import pyarrow.compute as pc

        columns["title"], columns["body"] = cleaned(columns["title"]), cleaned(columns["body"])
        return word_drops(pc.binary_join_element_wise(columns["title"], columns["body"], " "), limits)

    return Kind(Submission, COLUMNS, post_filter(limits), lambda rows: tabulate(rows, authors), settle)


def tabulate(rows: list[Submission], authors: Authors) -> dict[str, list]:
    return {
        "id": numbers([row.id for row in rows]),
        "author": authors.numbers([row.author for row in rows]),
        "title": [row.title for row in rows],
        "body": [row.body or "" for row in rows],
        "created_utc": times([row.created_utc for row in rows]),
        "score": scores([row.score for row in rows]),
        "upvote_ratio": [row.upvote_ratio for row in rows],
    }


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser, score="least score", words="of title and body together")
    parser.add_argument("--upvote-ratio", type=float, help="least upvote ratio")
    parser.add_argument("--absent-upvote-ratio", choices=("keep", "drop"), help="rows without the field")
    parser.add_argument("--over-18", choices=("keep", "drop"), help="posts marked so")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    options = parse_args(argv)
    limits = limits_of(
        options,
        upvote_ratio=options.upvote_ratio,
        keep_absent_ratio=options.absent_upvote_ratio != "drop",
        drop_over_18=options.over_18 == "drop",
    )
    kind = submissions(limits, key_of(options))
    ingest(options.dump, kind, options.output, options.report, options.max_bad, PostTally())


if __name__ == "__main__":
    run_typed("ingest_submissions", main)
