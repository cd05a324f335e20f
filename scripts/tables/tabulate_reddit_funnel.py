"""What each filter drops from the dumps, month by month, and what becomes of the rest (section 4; A-011 to A-016).

Reads the ingest reports of submissions and of comments, and, where threads were built, their report and that of the
selection. Row keys: `source` (the dump, or `threads`), `kind` (posts, comments, single, multi, all), `month` (of the
row, UTC, or `all`), `step`; metric `rows`, out of the `n` rows that were there before any filter. A row is counted
under the first filter that drops it; lines that cannot be read have no month. `no_ratio_field` counts the posts without
`upvote_ratio`, which most months before 2020-04 do not have. The reports' seconds are not read.

python -m scripts tables.tabulate_reddit_funnel --submissions results/reddit/offmychest/submissions.json --comments
results/reddit/offmychest/comments.json --threads results/reddit/threads.json --selected results/reddit/select.json
--run demo --evidence stand_in --output results/reddit_funnel.csv --text results/reddit_funnel.md
"""

import argparse
from collections.abc import Iterator, Sequence

from scripts.tables.funnel_steps import ALL, KEPT, KEYS, NO_FIELD, READ, THREAD_STEPS, in_order, name_of
from scripts.tables.markdown import banner, grid, number
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, tidy
from scripts.text.files import read_json, write_csv, write_text


def ingest_cells(kind: str, report: dict) -> Iterator[tuple[Key, Cell]]:
    """Cells of one dump: totals, then each month."""
    source, dropped = report["dump"], {**report["dropped"], "bad": report["bad"]}
    totals = {READ: report["lines"], **dropped, KEPT: report["kept"]}
    absent = report.get("upvote_ratio_absent", {})
    if absent:
        totals[NO_FIELD] = sum(counts["absent"] for counts in absent.values())
    months = {ALL: totals}
    for month, counts in sorted(report["by_month"].items()):
        months[month] = {READ: sum(counts.values()), KEPT: counts.get(KEPT, 0), **counts}
        if month in absent:
            months[month][NO_FIELD] = absent[month]["absent"]
    steps = [READ, *in_order({step for step, rows in dropped.items() if rows}), KEPT, *([NO_FIELD] if absent else [])]
    for month, counts in months.items():
        for step in steps:
            if month == ALL or step != "bad":
                yield (source, kind, month, step, "rows"), Cell(counts.get(step, 0), n=counts[READ])


def thread_cells(built: dict, selected: dict) -> Iterator[tuple[Key, Cell]]:
    """Cells of the steps after ingest; `n` is what the step before it began with."""
    before = {"by_others": "comments", "by_poster": "comments", "continuing": "by_poster", "pairs": "by_others"}
    before |= {"too_long": "paths", "too_short": "paths"}
    for step in ("posts", "by_others", "by_poster", "continuing", "pairs", "paths", "too_long", "too_short"):
        yield ("threads", ALL, ALL, step, "rows"), Cell(built[step], n=built[before[step]] if step in before else None)
    for setting, counts in sorted(selected.items(), reverse=True):
        for step in ("threads", "no_label", "not_positive", "no_value", "kept", "train", "dev", "test"):
            n = built["paths"] if step == "threads" else counts["threads"]
            yield ("threads", setting, ALL, step, "rows"), Cell(counts[step], n=n)


def render(rows: list[dict], evidence: str) -> str:
    """Each dump's filters in order and by month, then the steps from pairs to splits."""
    parts = ["# Funnel: from the dumps to threads\n\n" + banner(evidence)]
    for source, kind in dict.fromkeys((row["source"], row["kind"]) for row in rows if row["source"] != "threads"):
        own = [row for row in rows if (row["source"], row["kind"]) == (source, kind)]
        parts.append(f"## {kind.capitalize()}: {source}\n\n{_totals(own)}\n{_by_month(own)}")
    threads = [row for row in rows if row["source"] == "threads"]
    if threads:
        parts.append(f"## Threads\n\n{_threads(threads)}")
    return "\n".join(parts)


def _totals(rows: list[dict]) -> str:
    lines, left = [], 0
    for row in (row for row in rows if row["month"] == ALL):
        step = row["step"]
        left = row["value"] if step in (READ, KEPT) else left - row["value"] if step != NO_FIELD else None
        name = {READ: "read", KEPT: "**kept**", NO_FIELD: "(no upvote ratio in the dump)"}.get(step) or name_of(step)
        lines.append([name, number(row["value"], 0), f"{row['value'] / row['n']:.1%}", number(left, 0)])
    return grid(["Step", "Rows", "Share", "Left"], lines)


def _by_month(rows: list[dict]) -> str:
    """Months in which any row lies within the dates."""
    by_month: dict[str, dict[str, int]] = {}
    for row in rows:
        if row["month"] != ALL:
            by_month.setdefault(row["month"], {})[row["step"]] = row["value"]
    shown = {month: steps for month, steps in by_month.items() if steps[READ] > steps.get("outside_dates", 0)}
    steps = [step for step in next(iter(shown.values()), {}) if any(counts[step] for counts in shown.values())]
    head = ["Month", *({NO_FIELD: "(no ratio)"}.get(step) or name_of(step) for step in steps)]
    return grid(head, [[month, *(number(counts[step], 0) for step in steps)] for month, counts in shown.items()])


def _threads(rows: list[dict]) -> str:
    cells = {(row["step"], row["kind"]): row["value"] for row in rows}
    lines = [
        [name, *(number(cells[step, kind], 0) if (step, kind) in cells else "" for kind in (ALL, "single", "multi"))]
        for step, name in THREAD_STEPS.items()
    ]
    return grid(["Step", "", "Single-turn", "Multi-turn"], lines)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What the filters drop, by month.", allow_abbrev=False)
    parser.add_argument("--submissions", required=True, nargs="*", help="ingest reports of submissions")
    parser.add_argument("--comments", required=True, nargs="*", help="ingest reports of comments")
    parser.add_argument("--threads", required=True, nargs="*", help="the report of the threads, or nothing")
    parser.add_argument("--selected", required=True, nargs="*", help="the report of their selection, or nothing")
    parser.add_argument("--run", required=True, help="paper, demo or laptop")
    parser.add_argument("--evidence", required=True, choices=("real", "stand_in"))
    parser.add_argument("--output", required=True, help="tidy table, .csv")
    parser.add_argument("--text", required=True, help="the same to read, .md")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    cells: dict[Key, Cell] = {}
    for kind, paths in (("posts", args.submissions), ("comments", args.comments)):
        for path in paths:
            cells.update(ingest_cells(kind, read_json(path)))
    for built, selected in zip(args.threads, args.selected, strict=True):
        cells.update(thread_cells(read_json(built), read_json(selected)))
    rows = tidy({}, cells, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_text(args.text, render(rows, args.evidence))


if __name__ == "__main__":
    main()
