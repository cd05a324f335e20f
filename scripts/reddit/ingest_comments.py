"""Comments of a subreddit that pass the filters, masked, sorted by id (paper A, section 4; A-011 to A-013).

Output (parquet): `id` BIGINT (base 36 read as a number), `link` BIGINT (submission), `parent` BIGINT, `top`
(the parent is the submission, so `parent` is a submission's number), `author` BIGINT (salted hash), `body`,
`created_utc` BIGINT (s), `score` BIGINT.

    python -m scripts -- reddit.ingest_comments --dump offmychest_comments.zst --output comments.parquet \
        --report comments.json --from 2019-01-01 --to 2023-12-31 --score 1 --least-words 5 --most-words 400 \
        --salt … --max-bad 0.001
"""

import argparse

from scripts.reddit.filters import Comment, Limits, days, drop_comment, drop_words, seconds
from scripts.reddit.ingest import Tally, ingest
from scripts.reddit.masks import clean, hashed_author, salt_key

COLUMNS = {
    "id": "int64",
    "link": "int64",
    "parent": "int64",
    "top": "bool_",
    "author": "int64",
    "body": "string",
    "created_utc": "int64",
    "score": "int64",
}


def sift_with(limits: Limits, salt: bytes):
    """A function from a comment to (month, record or reason)."""

    def sift(row: Comment, tally: Tally) -> tuple[str, tuple | str]:
        created = seconds(row.created_utc)
        month = tally.month(created)
        if reason := drop_comment(row, created, limits):
            return month, reason
        body = clean(row.body)
        if reason := drop_words(body, limits):
            return month, reason
        kind, parent = row.parent_id[:3], int(row.parent_id[3:], 36)
        if kind not in ("t1_", "t3_"):
            raise ValueError(f"parent_id {row.parent_id!r} is neither a comment nor a submission")
        link, author = int(row.link_id.removeprefix("t3_"), 36), hashed_author(row.author, salt)
        return month, (int(row.id, 36), link, parent, kind == "t3_", author, body, created, int(row.score))

    return sift


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dump", required=True, help="zst or plain JSON lines")
    parser.add_argument("--output", required=True)
    parser.add_argument("--report", required=True)
    parser.add_argument("--from", dest="first", required=True, help="first day, UTC")
    parser.add_argument("--to", dest="last", required=True, help="last day, UTC, counted in")
    parser.add_argument("--score", type=int, required=True, help="least score of any comment, the poster's too")
    parser.add_argument("--least-words", type=int, required=True)
    parser.add_argument("--most-words", type=int, required=True)
    parser.add_argument("--salt", required=True, help="of the author hash; the same for both dumps")
    parser.add_argument("--max-bad", type=float, required=True, help="share of broken lines that is put up with")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    options = parse_args(argv)
    limits = Limits(
        *days(options.first, options.last),
        score=options.score,
        least_words=options.least_words,
        most_words=options.most_words,
    )
    sift = sift_with(limits, salt_key(options.salt))
    ingest(options.dump, Comment, sift, COLUMNS, options.output, options.report, options.max_bad)


if __name__ == "__main__":
    main()
