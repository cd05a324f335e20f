"""Support threads of posts: paths of poster and commenters, with sibling comments (A-014 to A-016, A-028).

The poster (OP) is the seeker, every other commenter a supporter. A thread is a path o1, c1, o2, …, ct, o(t+1)
from the post along reply links to an OP reply that no further (comment, OP reply) pair continues; so there is
one thread for each terminal OP reply. `single`: one pair. `multi`: several, within the stated number of
utterances. OP comments that answer OP comments continue the utterance they answer.

Outputs: threads.parquet `thread` (`<post>-<last OP reply>`, base 36), `post` BIGINT, `setting`, `path`
list<string>, `siblings` list<{comment, reply}>; utterances.parquet `id` (`t3_…`, `t1_…`), `text`: every
utterance that a thread or a sibling needs, once. A post's text is its title and its body.

    python -m scripts -- reddit.build_threads --submissions submissions.parquet --comments comments.parquet \
        --threads threads.parquet --utterances utterances.parquet --comment-score 2 --reply-score 1 \
        --same-commenter false --least 5 --most 15 --siblings 10
"""

import argparse
import logging

from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem
from scripts.reddit.store import database, write_sorted

log = logging.getLogger(__name__)

# Submissions and comments number their ids apart, so a parent is only compared with comments when not `top`.
LOAD = """
create table posts as select id, author from read_parquet('{submissions}');
create table raw as
    select c.id, c.link, c.parent, c.top, c.author, c.score, c.author = p.author as op
    from read_parquet('{comments}') c join posts p on p.id = c.link;
"""
# OP comments on OP comments: `root` is the first of such a run
RUNS = """
create table follow as
    select x.id, x.parent from raw x join raw y on y.id = x.parent and y.link = x.link
    where not x.top and x.op and y.op;
create table runs as with recursive run(id, root) as (
    select id, parent from follow where parent not in (select id from follow)
    union all select f.id, run.root from run join follow f on f.parent = run.id
) select * from run;
create table comments as
    select c.id, c.link, coalesce(r.root, c.parent) as parent, c.top, c.author, c.score, c.op
    from raw c left join runs r on r.id = c.parent and not c.top
    where c.id not in (select id from runs);
"""
PAIRS = """
create table pairs as
    select c.link as post, c.id as c, c.parent as cparent, c.top, c.author as a, r.id as r
    from comments c join comments r on r.parent = c.id and r.link = c.link and not r.top
    where not c.op and r.op and c.score >= {comment_score} and r.score >= {reply_score};
"""
# one step deeper than asked for, so that a longer path is seen to be too long
PATHS = """
create table paths as with recursive path(post, a, c, tip, depth, ids) as (
    select post, a, c, r, 1, [c, r] from pairs where top
    union all
    select path.post, p.a, p.c, p.r, path.depth + 1, path.ids || [p.c, p.r]
    from path join pairs p on p.cparent = path.tip and p.post = path.post and not p.top {same}
    where path.depth <= {depth}
) select * from path;
create table chains as
    select * from paths t where depth <= {depth} and (depth = 1 or 2 * depth + 1 >= {least})
    and not exists (select 1 from pairs p where p.cparent = t.tip and p.post = t.post and not p.top {same_tip});
"""
# the best few of each parent: a popular post has thousands of comments, and every thread would list them all
SIBLINGS = """
create table ranked as
    with answered as (
        select parent, min(id) as reply from comments where op and not top and score >= {reply_score} group by parent),
    numbered as (
        select c.id, c.link, c.parent, c.top, a.reply, row_number() over (
            partition by c.link, c.parent, c.top order by a.reply is null, c.score desc, c.id) as place
        from comments c left join answered a on a.parent = c.id
        where not c.op and c.parent in (select cparent from pairs))
    select link, parent, top, list({{'id': id, 'reply': reply}} order by place) as best
    from numbered where place <= {siblings} + 1 group by link, parent, top;
create table threads as
    select t.post, t.tip, t.depth, t.ids,
        coalesce(list_filter(r.best, lambda s: s.id <> t.c)[1:{siblings}], []) as siblings
    from chains t join comments c on c.id = t.c
    left join ranked r on r.link = c.link and r.parent = c.parent and r.top = c.top;
"""
THREADS = """
select lower(to_base(post, 36)) || '-' || lower(to_base(tip, 36)) as thread, post,
    case when depth = 1 then 'single' else 'multi' end as setting,
    ['t3_' || lower(to_base(post, 36))] || list_transform(ids, lambda i: 't1_' || lower(to_base(i, 36))) as path,
    list_transform(siblings, lambda s: {
        'comment': 't1_' || lower(to_base(s.id, 36)), 'reply': 't1_' || lower(to_base(s.reply, 36))}) as siblings
from threads
"""
UTTERANCES = """
with needed as (
    select unnest(ids) as id from threads
    union select unnest(list_transform(siblings, lambda s: s.id)) from threads
    union select unnest(list_transform(siblings, lambda s: s.reply)) from threads),
parts as (
    select id as root, id from needed where id is not null
    union all select r.root, r.id from runs r semi join needed n on n.id = r.root)
select 't1_' || lower(to_base(p.root, 36)) as id, string_agg(c.body, ' ' order by p.id) as text
from parts p join read_parquet('{comments}') c on c.id = p.id group by p.root
union all
select 't3_' || lower(to_base(s.id, 36)), trim(s.title || case
    when s.body = '' then '' when regexp_matches(s.title, '[.!?…:,;]\\s*$') then ' ' else '. ' end || s.body)
from read_parquet('{submissions}') s semi join threads t on t.post = s.id
"""


def build(options: argparse.Namespace, connection) -> dict[str, int]:
    """Leaves the tables `threads` and `runs` in the connection; returns counts for the log."""
    same = options.same_commenter == "true"
    values = {
        **vars(options),
        "depth": (options.most - 1) // 2,
        "same": "and p.a = path.a" if same else "",
        "same_tip": "and p.a = t.a" if same else "",
    }
    for statement in (LOAD, RUNS, PAIRS, PATHS, SIBLINGS):
        connection.execute(statement.format(**values))
    count = """select count(*), count(*) filter (depth = 1), (select count(*) from pairs),
        (select count(*) from paths where depth > {depth}) from threads"""
    threads, single, pairs, beyond = connection.execute(count.format(**values)).fetchone()
    return {
        "pairs": pairs,
        "threads": threads,
        "single": single,
        "multi": threads - single,
        "too_long_steps": beyond,
    }


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--submissions", required=True)
    parser.add_argument("--comments", required=True)
    parser.add_argument("--threads", required=True)
    parser.add_argument("--utterances", required=True)
    parser.add_argument("--comment-score", type=int, required=True, help="least score of a supporter's comment")
    parser.add_argument("--reply-score", type=int, required=True, help="least score of an OP reply")
    parser.add_argument("--same-commenter", choices=("true", "false"), required=True, help="one supporter a path")
    parser.add_argument("--least", type=int, required=True, help="utterances of a multi-turn thread, at least")
    parser.add_argument("--most", type=int, required=True, help="utterances of a multi-turn thread, at most")
    parser.add_argument("--siblings", type=int, required=True, help="kept a thread, answered and high scores first")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    options = parse_args(argv)
    with (
        publishing(options.threads) as threads,
        publishing(options.utterances) as utterances,
        database(options.threads) as connection,
    ):
        counts = build(options, connection)
        if not counts["threads"]:
            raise Problem(
                f"{options.submissions} and {options.comments} hold no thread (pairs of comment and OP reply: "
                f"{counts['pairs']}). Loosen the scores and word counts of the filter, or open its dates."
            )
        write_sorted(connection, THREADS, "post, thread", threads)
        write_sorted(connection, UTTERANCES.format(**vars(options)), "id", utterances)
    log.info("%s", counts)


if __name__ == "__main__":
    main()
