"""Comments of a subreddit that pass the filters, masked, sorted by id (paper A, section 4; A-011 to A-013).

Output (parquet): `id` BIGINT (base 36 read as a number), `link` BIGINT (submission), `parent` BIGINT, `top`
(the parent is the submission, so `parent` is a submission's number), `author` BIGINT (salted hash), `body`,
`created_utc` BIGINT (s), `score` BIGINT.

A filter that is not named is not applied; deleted, removed and bots' comments are always dropped.

    python -m scripts.reddit.ingest_comments --dump offmychest_comments.zst --output comments.parquet \
        --report comments.json --from 2019-01-01 --to 2023-12-31 --score 1 --least-words 5 --most-words 400 \
        --salt-file resources/external/reddit/salt.txt --max-bad 0.001
"""

import argparse

from scripts.provenance.errors import run_typed
from scripts.reddit.authors import Authors
from scripts.reddit.filters import Comment, Limits, limits_of, numbers, row_filter, scores, times
from scripts.reddit.ingest import Kind, ingest
from scripts.reddit.options import add_options, key_of
from scripts.reddit.tally import Tally
from scripts.reddit.texts import cleaned, of_bots, word_drops

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


def comments(limits: Limits, key: bytes) -> Kind:
    """How comments are filtered, and tabulated with authors hashed under `key`."""
    authors = Authors(key)

    def settle(columns: dict) -> dict[int, str]:
        bots = dict.fromkeys(of_bots(columns["body"]), "bot")
        columns["body"] = cleaned(columns["body"])
        return word_drops(columns["body"], limits) | bots

    return Kind(Comment, COLUMNS, row_filter(limits), lambda rows: tabulate(rows, authors), settle)


def tabulate(rows: list[Comment], authors: Authors) -> dict[str, list]:
    kinds = [row.parent_id[:3] for row in rows]
    if not {"t1_", "t3_"}.issuperset(kinds):
        raise ValueError("parent_id is neither a comment's nor a submission's")
    return {
        "id": numbers([row.id for row in rows]),
        "link": numbers([row.link_id.removeprefix("t3_") for row in rows]),
        "parent": numbers([row.parent_id[3:] for row in rows]),
        "top": [kind == "t3_" for kind in kinds],
        "author": authors.numbers([row.author for row in rows]),
        "body": [row.body for row in rows],
        "created_utc": times([row.created_utc for row in rows]),
        "score": scores([row.score for row in rows]),
    }


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser, score="least score of any comment, the poster's too", words="of the body")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    options = parse_args(argv)
    kind = comments(limits_of(options), key_of(options))
    ingest(options.dump, kind, options.output, options.report, options.max_bad, Tally())


if __name__ == "__main__":
    run_typed("ingest_comments", main)
