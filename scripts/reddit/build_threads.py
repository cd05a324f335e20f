"""Support threads of posts: paths of poster and commenters, with sibling comments (A-014 to A-016, A-028).

The poster (OP) is the seeker, every other commenter a supporter. A thread is a path o1, c1, o2, …, ct, o(t+1)
from the post along reply links to an OP reply that no further (comment, OP reply) pair continues; so there is
one thread for each terminal OP reply. `single`: one pair. `multi`: several, within the stated number of
utterances. OP comments that answer OP comments continue the utterance they answer.

Outputs: threads.parquet `thread` (`<post>-<last OP reply>`, base 36), `post` BIGINT, `setting`, `path`
list<string>, `siblings` list<{comment, reply}>; utterances.parquet `id` (`t3_…`, `t1_…`), `text`: every
utterance that a thread or a sibling needs, once. A post's text is its title and its body. No output says who
wrote what but for the roles along a path. The report (JSON) counts each step.

    python -m scripts -- reddit.build_threads --submissions submissions.parquet --comments comments.parquet \
        --threads threads.parquet --utterances utterances.parquet --report threads.json --comment-score 2 \
        --reply-score 1 --same-commenter false --least 5 --most 15 --siblings 10
"""

import argparse
import logging

from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem
from scripts.reddit.store import database, write_sorted
from scripts.text.files import write_json

log = logging.getLogger(__name__)

# Texts stay in the files until the last step, and a table is dropped once nothing more needs it. Submissions and
# comments number their ids apart, so a parent is only compared with comments when not `top`.
OWN = """
create table posts as select id, author from read_parquet('{submissions}');
create table own as
    select c.id, c.link, c.parent, c.top, c.score
    from read_parquet('{comments}') c join posts p on p.id = c.link and p.author = c.author;
create table follow as
    select x.id, x.parent from own x join own y on y.id = x.parent and y.link = x.link where not x.top;
create table runs as with recursive run(id, root) as (
    select id, parent from follow where parent not in (select id from follow)
    union all select f.id, run.root from run join follow f on f.parent = run.id
) select * from run;
drop table follow;
create table replies as
    select id, link, parent from own where not top and score >= {reply_score} and id not in (select id from runs);
create table counted as select count(*) as by_poster from own;
drop table own;
"""
PAIRS = """
create table others as
    select c.id, c.link, coalesce(r.root, c.parent) as parent, c.top, c.author, c.score
    from read_parquet('{comments}') c join posts p on p.id = c.link and p.author <> c.author
    left join runs r on r.id = c.parent and not c.top;
create table pairs as
    select c.link as post, c.id as c, c.parent as cparent, c.top, c.author as a, r.id as r
    from others c join replies r on r.parent = c.id and r.link = c.link
    where c.score >= {comment_score};
"""
# one step deeper than asked for, so that a longer path is seen to be too long; `above` is the last comment's parent
PATHS = """
create table paths as with recursive path(post, a, above, c, tip, depth, ids) as (
    select post, a, cparent, c, r, 1, [c, r] from pairs where top
    union all
    select path.post, p.a, p.cparent, p.c, p.r, path.depth + 1, path.ids || [p.c, p.r]
    from path join pairs p on p.cparent = path.tip and p.post = path.post and not p.top {same}
    where path.depth <= {depth}
) select * from path;
create table chains as
    select post, above, c, tip, depth, ids from paths t where depth <= {depth}
    and not exists (select 1 from pairs p where p.cparent = t.tip and p.post = t.post and not p.top {same_tip});
"""
COUNTS = """
with many as (select count(*) as paths, count(*) filter (depth = 1) as single,
        count(*) filter (depth > 1 and 2 * depth + 1 < {least}) as too_short from chains),
    beyond as (select count(*) as too_long from paths where depth > {depth})
select (select count(*) from posts) as posts, (select count(*) from read_parquet('{comments}')) as comments,
    (select by_poster from counted) as by_poster, (select count(*) from others) as by_others,
    (select count(*) from runs) as continuing, (select count(*) from pairs) as pairs,
    paths + too_long as paths, too_long, too_short, single, paths - single - too_short as multi
from many, beyond
"""
# the best few of each parent: a popular post has thousands of comments, and every thread would list them all
SIBLINGS = """
drop table paths;
drop table pairs;
delete from chains where depth > 1 and 2 * depth + 1 < {least};
create table ranked as
    with answered as (select link, parent, min(id) as reply from replies group by link, parent),
    numbered as (
        select c.id, c.link, c.parent, c.top, a.reply, row_number() over (
            partition by c.link, c.parent, c.top order by a.reply is null, c.score desc, c.id) as place
        from others c semi join chains t on t.post = c.link and t.above = c.parent and (t.depth = 1) = c.top
        left join answered a on a.parent = c.id and a.link = c.link)
    select link, parent, top, list({{'id': id, 'reply': reply}} order by place) as best
    from numbered where place <= {siblings} + 1 group by link, parent, top;
drop table others;
drop table replies;
create table threads as
    select t.post, t.tip, t.depth, t.ids, list_filter(r.best, lambda s: s.id <> t.c)[1:{siblings}] as siblings
    from chains t join ranked r on r.link = t.post and r.parent = t.above and r.top = (t.depth = 1);
drop table chains;
drop table ranked;
"""
THREADS = """
select lower(to_base(post, 36)) || '-' || lower(to_base(tip, 36)) as thread, post,
    case when depth = 1 then 'single' else 'multi' end as setting,
    ['t3_' || lower(to_base(post, 36))] || list_transform(ids, lambda i: 't1_' || lower(to_base(i, 36))) as path,
    list_transform(siblings, lambda s: {
        'comment': 't1_' || lower(to_base(s.id, 36)), 'reply': 't1_' || lower(to_base(s.reply, 36))}) as siblings
from threads
"""
NEEDED = """
create table needed as
    select unnest(ids) as id from threads
    union select unnest(list_transform(siblings, lambda s: s.id)) from threads
    union select unnest(list_transform(siblings, lambda s: s.reply)) from threads;
create table tales as
    select r.root, r.id from runs r semi join needed n on n.id = r.root
    union all select distinct r.root, r.root from runs r semi join needed n on n.id = r.root;
create table told as select distinct post from threads;
drop table threads;
delete from needed where id is null or id in (select root from tales);
"""
UTTERANCES = """
select 't1_' || lower(to_base(c.id, 36)) as id, c.body as text
from read_parquet('{comments}') c semi join needed n on n.id = c.id
union all
select 't1_' || lower(to_base(p.root, 36)), string_agg(c.body, ' ' order by p.id)
from tales p join read_parquet('{comments}') c on c.id = p.id group by p.root
union all
select 't3_' || lower(to_base(s.id, 36)), trim(s.title || case
    when s.body = '' then '' when regexp_matches(s.title, '[.!?…:,;]\\s*$') then ' ' else '. ' end || s.body)
from read_parquet('{submissions}') s semi join told t on t.post = s.id
"""


def build(options: argparse.Namespace, connection) -> dict[str, int]:
    """Leaves the tables `threads` and `runs` in the connection; returns how many there are after each step."""
    same = options.same_commenter == "true"
    values = {
        **vars(options),
        "depth": (options.most - 1) // 2,
        "same": "and p.a = path.a" if same else "",
        "same_tip": "and p.a = t.a" if same else "",
    }
    for statement in (OWN, PAIRS, PATHS):
        connection.execute(statement.format(**values))
    counted = connection.execute(COUNTS.format(**values))
    counts = dict(zip([column[0] for column in counted.description], counted.fetchone(), strict=True))
    connection.execute(SIBLINGS.format(**values))
    return counts


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--submissions", required=True)
    parser.add_argument("--comments", required=True)
    parser.add_argument("--threads", required=True)
    parser.add_argument("--utterances", required=True)
    parser.add_argument("--report", required=True, help="counts of each step (JSON)")
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
        if not counts["single"] + counts["multi"]:
            raise Problem(
                f"{options.submissions} and {options.comments} hold no thread (pairs of comment and OP reply: "
                f"{counts['pairs']}). Loosen the scores and word counts of the filter, or open its dates."
            )
        write_sorted(connection, THREADS, "post, thread", threads)
        connection.execute(NEEDED)
        write_sorted(connection, UTTERANCES.format(**vars(options)), "id", utterances)
    write_json(options.report, counts)
    log.info("%s", counts)


if __name__ == "__main__":
    main()
