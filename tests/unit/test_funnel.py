"""The Reddit funnel: every row is counted once, by month, and nothing but counts moves the table and its figure."""

import csv
import json
import re

import pytest

from scripts.provenance.errors import Problem
from scripts.reddit import ingest_comments, ingest_submissions
from scripts.tables import plot_reddit_funnel, tabulate_reddit_funnel
from scripts.tables.funnel_steps import REASONS

POSTS = {
    "dump": "some_submissions.zst",
    "lines": 101,
    "kept": 60,
    "bad": 1,
    "dropped": {"too_short": 7, "outside_dates": 10, "low_upvote_ratio": 3, "deleted": 20},
    "by_month": {
        "2018-12": {"outside_dates": 10},
        "2020-04": {"deleted": 5, "kept": 40, "too_short": 7},
        "2020-05": {"deleted": 15, "kept": 20, "low_upvote_ratio": 3},
    },
    "upvote_ratio_absent": {
        "2018-12": {"rows": 10, "absent": 10},
        "2020-04": {"rows": 52, "absent": 50},
        "2020-05": {"rows": 38, "absent": 0},
    },
    "timing": {"seconds": 1.5, "mb_per_second": 30.0},
}
COMMENTS = {
    "dump": "some_comments.zst",
    "lines": 300,
    "kept": 250,
    "bad": 0,
    "dropped": {"bot": 50},
    "by_month": {"2020-04": {"bot": 50, "kept": 250}},
}
THREADS = {"posts": 60, "comments": 250, "by_poster": 90, "by_others": 150, "continuing": 4, "pairs": 80, "paths": 50}
THREADS |= {"too_long": 2, "too_short": 1, "single": 30, "multi": 17}
SELECTED = {
    "single": {"threads": 30, "no_label": 1, "not_positive": 9, "no_value": 2, "kept": 18}
    | {"train": 10, "dev": 5, "test": 3},
    "multi": {"threads": 17, "no_label": 0, "not_positive": 5, "no_value": 2, "kept": 10}
    | {"train": 6, "dev": 2, "test": 2},
}


def funnel(folder, posts=(POSTS,), comments=(COMMENTS,), threads=(THREADS,), selected=(SELECTED,)):
    """(Rows of the table, its text, the figure)."""
    words: list[str] = []
    for name, reports in {
        "submissions": posts,
        "comments": comments,
        "threads": threads,
        "selected": selected,
    }.items():
        paths = [folder / f"{name}{place}.json" for place, _ in enumerate(reports)]
        for path, report in zip(paths, reports, strict=True):
            path.write_text(json.dumps(report))
        words += [f"--{name}", *map(str, paths)]
    words += ["--run", "demo", "--evidence", "stand_in"]
    tabulate_reddit_funnel.main([*words, "--output", str(folder / "f.csv"), "--text", str(folder / "f.md")])
    plot_reddit_funnel.main(
        ["--table", str(folder / "f.csv"), "--evidence", "stand_in", "--output", str(folder / "f.svg")]
    )
    with open(folder / "f.csv", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream)), (folder / "f.md").read_text(), (folder / "f.svg").read_text()


def counts(rows: list[dict], kind: str, month: str) -> dict[str, int]:
    return {row["step"]: int(row["value"]) for row in rows if (row["kind"], row["month"]) == (kind, month)}


def test_every_row_of_a_month_is_kept_or_dropped_by_one_filter(tmp_path):
    rows, _, _ = funnel(tmp_path)
    for kind, month in {(row["kind"], row["month"]) for row in rows if row["source"] != "threads"}:
        found = counts(rows, kind, month)
        assert found.pop("no_ratio_field", 0) <= found["read"]
        assert found.pop("read") == sum(found.values()), (kind, month)
    assert counts(rows, "posts", "2020-05") == {
        **{"read": 38, "outside_dates": 0, "deleted": 15, "low_upvote_ratio": 3, "too_short": 0, "kept": 20},
        "no_ratio_field": 0,
    }


def test_filters_stand_in_the_order_in_which_a_row_meets_them(tmp_path):
    odd = COMMENTS | {"dropped": {"a_new_reason": 20, "duplicate": 10, "bot": 20}}
    rows, text, _ = funnel(tmp_path, comments=[odd])
    assert list(counts(rows, "posts", "all")) == [
        *("read", "bad", "outside_dates", "deleted", "low_upvote_ratio", "too_short", "kept"),
        "no_ratio_field",
    ]
    assert list(counts(rows, "comments", "all")) == ["read", "bot", "duplicate", "a_new_reason", "kept"]
    assert "| a new reason | 20 | 6.7% | 250 |" in text


def test_steps_after_ingest_are_counted_by_setting(tmp_path):
    rows, text, _ = funnel(tmp_path)
    assert counts(rows, "all", "all")["pairs"] == 80
    assert counts(rows, "multi", "all") == SELECTED["multi"]
    assert "| threads |  | 30 | 17 |" in text and "| selected |  | 18 | 10 |" in text
    assert all((row["run"], row["evidence"], row["status"]) == ("demo", "stand_in", "built") for row in rows)


def test_dumps_without_threads_have_a_funnel_of_their_own(tmp_path):
    rows, text, figure = funnel(tmp_path, comments=[], threads=[], selected=[])
    assert {row["source"] for row in rows} == {"some_submissions.zst"}
    assert "## Threads" not in text and "posts: some_submissions.zst" in figure


def test_seconds_of_the_reports_move_no_byte(tmp_path):
    first = funnel(tmp_path)
    slow = POSTS | {"timing": {"seconds": 99.0, "mb_per_second": 0.1}, "bad_lines": [{"offset": 5, "reason": "x"}]}
    assert funnel(tmp_path, posts=[slow]) == first


def test_another_count_moves_table_text_and_figure(tmp_path):
    first = funnel(tmp_path)
    months = POSTS["by_month"] | {"2020-05": {"deleted": 16, "kept": 19, "low_upvote_ratio": 3}}
    second = funnel(tmp_path, posts=[POSTS | {"by_month": months}])
    assert all(one != other for one, other in zip(first, second, strict=True))


def test_figure_names_what_was_dropped_and_leaves_out_months_outside_the_dates(tmp_path):
    _, text, figure = funnel(tmp_path)
    shown = set(re.findall(r">([^<>]+)</text>", figure))
    assert {"2020-04", "2020-05", "kept", REASONS["deleted"], REASONS["too_short"], "selected, single"} <= shown
    assert {"2018-12", REASONS["outside_dates"]}.isdisjoint(shown) and "| 2018-12 |" not in text


def test_a_dump_of_other_years_is_told_what_to_do(tmp_path):
    outside = COMMENTS | {"dropped": {"outside_dates": 300}, "kept": 0, "by_month": {"2015-01": {"outside_dates": 300}}}
    with pytest.raises(Problem, match="no row within the dates"):
        funnel(tmp_path, posts=[], comments=[outside], threads=[], selected=[])


GOOD = {"author": "ann", "created_utc": 1_600_000_000, "score": 9, "distinguished": None}
POST = GOOD | {"title": "I need a friend tonight", "selftext": "", "upvote_ratio": 0.9, "is_self": True}
COMMENT = GOOD | {"link_id": "t3_1", "parent_id": "t3_1", "body": "You are not alone in this."}
FAULTS = {
    "outside_dates": {"created_utc": 1},
    "deleted": {"author": "[deleted]"},
    "bot": {"author": "AutoModerator"},
    "no_score": {"score": None},
    "low_score": {"score": 0},
    "too_short": {"body": "No.", "title": "No"},
    "too_long": {"body": "so " * 50, "title": "so " * 50},
}
POST_FAULTS = {
    "removed": {"removed_by_category": "moderator"},
    "not_text": {"is_self": False},
    "over_18": {"over_18": True},
    "no_upvote_ratio": {"upvote_ratio": None},
    "low_upvote_ratio": {"upvote_ratio": 0.1},
}


@pytest.mark.parametrize(
    ("module", "good", "faults", "more"),
    [
        (ingest_comments, COMMENT, FAULTS, ""),
        (
            ingest_submissions,
            POST,
            FAULTS | POST_FAULTS,
            "--upvote-ratio 0.8 --absent-upvote-ratio drop --over-18 drop",
        ),
    ],
)
def test_every_reason_that_ingest_gives_has_its_place_in_the_funnel(tmp_path, module, good, faults, more):
    rows = [good, *(good | fault for fault in faults.values())]
    lines = [json.dumps(row | {"id": f"a{place}"}) for place, row in enumerate(rows)]
    (tmp_path / "dump").write_text("\n".join([*lines, lines[0], "{broken"]) + "\n")
    (tmp_path / "salt").write_text("pepper")
    words = f"--from 2019-01-01 --to 2023-12-31 --score 2 --least-words 3 --most-words 40 --max-bad 0.5 {more}".split()
    files = {"dump": "dump", "output": "o", "report": "r.json", "salt-file": "salt"}
    module.main([*words, *(word for name, file in files.items() for word in (f"--{name}", str(tmp_path / file)))])
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["dropped"] == dict.fromkeys([*faults, "duplicate"], 1) and report["bad"] == 1
    assert {*report["dropped"], "bad"} <= set(REASONS)
    kind = "posts" if module is ingest_submissions else "comments"
    found, _, _ = funnel(tmp_path, **({"posts": (), "comments": ()} | {kind: [report]}), threads=(), selected=())
    assert counts(found, kind, "all") == {"read": len(rows) + 2, **dict.fromkeys(report["dropped"], 1), "bad": 1} | {
        "kept": 1,
        **({"no_ratio_field": 1} if kind == "posts" else {}),
    }
