"""Figure of the Reddit funnel: shares dropped by each filter by month, and the steps from pairs to splits.

Reads reddit_funnel.csv. For posts and for comments of each dump: above the rows within the dates, below the share that
each filter drops of them; the line is the share of posts without `upvote_ratio`.

python -m scripts tables.plot_reddit_funnel --table results/reddit_funnel.csv --evidence stand_in
--output results/reddit_funnel.svg
"""

import argparse
from collections.abc import Sequence

from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem
from scripts.tables.funnel_steps import ALL, KEPT, NO_FIELD, READ, THREAD_STEPS, in_order, name_of
from scripts.text.files import read_csv

KEPT_COLOUR, OTHER = "#2a6f97", "#adb5bd"
COLOURS = {
    "deleted": "#6c757d",
    "bot": "#b08968",
    "no_score": "#ffd6a5",
    "low_score": "#e9a03b",
    "removed": "#343a40",
    "not_text": "#9d4edd",
    "over_18": "#ffadad",
    "no_upvote_ratio": "#d90429",
    "low_upvote_ratio": "#f28482",
    "too_short": "#84a98c",
    "too_long": "#354f52",
    "duplicate": "#cdb4db",
}
BARS = ("posts", "by_others", "by_poster", "pairs", "paths", "threads", "kept")
WIDTH, TOP, BLOCK, STEPS = 10.0, 0.35, 3.15, 3.0  # inches
Months = dict[str, dict[str, int]]  # month -> step -> rows


def by_month(rows: Sequence[dict[str, str]]) -> Months:
    """Rows of one dump within the dates; months that lie outside are left out."""
    months: Months = {}
    for row in rows:
        if row["month"] != ALL and row["step"] != "outside_dates":
            months.setdefault(row["month"], {})[row["step"]] = int(row["value"])
    within = {month: sum(steps.values()) - steps[READ] - steps.get(NO_FIELD, 0) for month, steps in months.items()}
    return {month: {**steps, READ: within[month]} for month, steps in months.items() if within[month]}


def draw(rows: Sequence[dict[str, str]], evidence: str, output: str) -> None:
    """Writes the SVG; the same rows give the same bytes (fixed ids, no date)."""
    import matplotlib
    from matplotlib.figure import Figure

    dumps = dict.fromkeys((row["kind"], row["source"]) for row in rows if row["source"] != "threads")
    found = {key: by_month([row for row in rows if (row["kind"], row["source"]) == key]) for key in dumps}
    found = {key: months for key, months in found.items() if months}
    threads = [row for row in rows if row["source"] == "threads" and row["step"] in BARS]
    if not found:
        raise Problem("reddit_funnel.csv has no row within the dates. Open reddit.from and reddit.to in the config.")
    with matplotlib.rc_context({"svg.hashsalt": "affirm", "svg.fonttype": "none", "font.size": 9}):
        height = TOP + len(found) * BLOCK + (STEPS if threads else 0)
        figure = Figure(figsize=(WIDTH, height))
        for place, ((kind, source), months) in enumerate(found.items()):
            _filters(figure, height - TOP - place * BLOCK, f"{kind}: {source}", months)
        if threads:
            _steps(_axes(figure, (3.0, 0.5, WIDTH - 4, STEPS - 0.9)), threads)
        if evidence == "stand_in":
            note = "stand-in run: calibrates the pipeline, not comparable with the paper"
            figure.text(0.5, 1 - 0.2 / height, note, ha="center", color="#9d0208")
        with publishing(output) as draft:
            figure.savefig(draft, format="svg", metadata={"Date": None})


def _axes(figure, inches: tuple[float, float, float, float]):
    """Axes at (left, bottom, width, height). A solver's layout differs in the last bits from run to run."""
    left, bottom, width, height = inches
    whole = figure.get_figheight()
    return figure.add_axes((left / WIDTH, bottom / whole, width / WIDTH, height / whole))


def _filters(figure, top: float, title: str, months: Months) -> None:
    """Rows by month, and below the share that each filter drops, what is kept at the bottom."""
    upper = _axes(figure, (0.8, top - 0.8, WIDTH - 3.1, 0.5))
    lower = _axes(figure, (0.8, top - 2.55, WIDTH - 3.1, 1.6))
    places = range(len(months))
    upper.bar(places, [steps[READ] for steps in months.values()], 0.85, color="#ced4da")
    upper.set_ylabel("rows")
    upper.set_title(title, loc="left")
    floor = [0.0] * len(months)
    reasons = {step for steps in months.values() for step, count in steps.items() if count} - {READ, KEPT, NO_FIELD}
    for step in (KEPT, *in_order(reasons)):
        shares = [steps[step] / steps[READ] for steps in months.values()]
        colour = KEPT_COLOUR if step == KEPT else COLOURS.get(step, OTHER)
        lower.bar(places, shares, 0.85, bottom=floor, color=colour, label=name_of(step))
        floor = [low + share for low, share in zip(floor, shares, strict=True)]
    if any(NO_FIELD in steps for steps in months.values()):
        absent = [steps.get(NO_FIELD, 0) / steps[READ] for steps in months.values()]
        lower.plot(places, absent, "k.-", linewidth=0.8, markersize=3, label="without upvote ratio (line)")
    lower.set_ylabel("share of them")
    lower.set_ylim(0, 1.02)
    for axes in (upper, lower):
        axes.set_xlim(-0.7, max(len(months), 12) - 0.3)
        axes.spines[["top", "right"]].set_visible(False)
    upper.set_xticks([])
    step = max(1, len(months) // 15)
    lower.set_xticks(places[::step], list(months)[::step], rotation=40, ha="right")
    handles, labels = lower.get_legend_handles_labels()
    upper.legend(handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1, 1.2), frameon=False)


def _steps(axes, rows: Sequence[dict[str, str]]) -> None:
    """Bars from posts to selected threads, on a log scale."""
    names = [f"{THREAD_STEPS[row['step']]}{'' if row['kind'] == ALL else ', ' + row['kind']}" for row in rows]
    counts = [int(row["value"]) for row in rows]
    colours = [KEPT_COLOUR if row["step"] == KEPT else "#a9bcd0" for row in rows]
    axes.barh(range(len(rows)), [max(count, 0.8) for count in counts], color=colours)
    for place, count in enumerate(counts):
        axes.text(max(count, 0.8) * 1.08, place, f"{count:,}", va="center")
    axes.set_yticks(range(len(rows)), names)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlim(left=0.8, right=max(counts) * 4)
    axes.set_title("from pairs to selected threads", loc="left")
    axes.spines[["top", "right"]].set_visible(False)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Figure of the Reddit funnel.", allow_abbrev=False)
    parser.add_argument("--table", required=True, help="reddit_funnel.csv")
    parser.add_argument("--evidence", required=True, choices=("real", "stand_in"))
    parser.add_argument("--output", required=True, help="figure, .svg")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    draw(read_csv(args.table), args.evidence, args.output)


if __name__ == "__main__":
    main()
