"""Posts of a subreddit that pass the filters, masked, sorted by id (paper A, section 4; A-011 to A-013).

Output (parquet): `id` BIGINT (base 36 read as a number), `author` BIGINT (salted hash), `title`, `body`,
`created_utc` BIGINT (s), `score` BIGINT, `upvote_ratio` DOUBLE (null where the month had no such field).

    python -m scripts -- reddit.ingest_submissions --dump offmychest_submissions.zst --output submissions.parquet \
        --report submissions.json --from 2019-01-01 --to 2023-12-31 --score 5 --upvote-ratio 0.8 \
        --absent-upvote-ratio keep --over-18 keep --least-words 20 --most-words 600 --salt … --max-bad 0.001
"""

import argparse

from scripts.reddit.filters import Limits, Submission, days, drop_post, drop_words, seconds
from scripts.reddit.ingest import Tally, ingest
from scripts.reddit.masks import clean, hashed_author, salt_key

COLUMNS = {
    "id": "int64",
    "author": "int64",
    "title": "string",
    "body": "string",
    "created_utc": "int64",
    "score": "int64",
    "upvote_ratio": "float64",
}


def sift_with(limits: Limits, salt: bytes):
    """A function from a submission to (month, record or reason)."""

    def sift(row: Submission, tally: Tally) -> tuple[str, tuple | str]:
        created = seconds(row.created_utc)
        month = tally.month(created)
        tally.absent[month]["rows"] += 1
        tally.absent[month]["absent"] += row.upvote_ratio is None
        if reason := drop_post(row, created, limits):
            return month, reason
        title, body = clean(row.title), clean(row.selftext or "")
        if reason := drop_words(f"{title} {body}", limits):
            return month, reason
        author = hashed_author(row.author, salt)
        return month, (int(row.id, 36), author, title, body, created, int(row.score), row.upvote_ratio)

    return sift


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dump", required=True, help="zst or plain JSON lines")
    parser.add_argument("--output", required=True)
    parser.add_argument("--report", required=True)
    parser.add_argument("--from", dest="first", required=True, help="first day, UTC")
    parser.add_argument("--to", dest="last", required=True, help="last day, UTC, counted in")
    parser.add_argument("--score", type=int, required=True, help="least score")
    parser.add_argument("--upvote-ratio", type=float, required=True, help="least upvote ratio")
    parser.add_argument("--absent-upvote-ratio", choices=("keep", "drop"), required=True)
    parser.add_argument("--over-18", choices=("keep", "drop"), required=True)
    parser.add_argument("--least-words", type=int, required=True, help="of title and body together")
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
        upvote_ratio=options.upvote_ratio,
        keep_absent_ratio=options.absent_upvote_ratio == "keep",
        drop_over_18=options.over_18 == "drop",
    )
    sift = sift_with(limits, salt_key(options.salt))
    ingest(options.dump, Submission, sift, COLUMNS, options.output, options.report, options.max_bad)


if __name__ == "__main__":
    main()
