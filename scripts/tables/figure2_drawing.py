"""Draws figure 2: values that differ on the left, the total count on the right."""

from collections.abc import Sequence

from scripts.provenance.drafts import publishing

COLOURS = {"high": "#2a6f97", "low": "#c9ada7"}
BAR = 0.38


def draw(
    rows: Sequence[dict], significant: Sequence[str], total_p: float, alpha: float, evidence: str, output: str
) -> None:
    """Writes the SVG; the same rows give the same bytes (fixed ids, no date)."""
    import matplotlib
    from matplotlib.figure import Figure

    bars = {(row["item"], row["group"]): row for row in rows}
    with matplotlib.rc_context({"svg.hashsalt": "affirm", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(6 + 0.5 * max(len(significant), 3), 4.2), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(max(len(significant), 3), 2))
        _panel(left, bars, significant)
        left.set_ylabel("mean probability per turn")
        left.set_title(f"values that differ (p < {alpha:g})")
        if not significant:
            left.set_yticks([])
            left.text(0.5, 0.5, f"no value differs at p < {alpha:g}", ha="center", transform=left.transAxes)
        _panel(right, bars, ["total"])
        right.set_ylabel("positive values in the last turns")
        right.set_title(f"total count (p = {total_p:.2g})")
        sizes = {group: bars["total", group]["n"] for group in COLOURS}
        right.legend([f"{group} effectiveness (n = {size})" for group, size in sizes.items()], frameon=False)
        right.set_ylim(top=right.get_ylim()[1] * 1.3)  # room for the legend
        if evidence == "stand_in":
            figure.suptitle("stand-in run: calibrates the pipeline, not comparable with the paper", color="#9d0208")
        with publishing(output) as draft:
            figure.savefig(draft, format="svg", metadata={"Date": None})


def _panel(axes, bars: dict, items: Sequence[str]) -> None:
    """Pairs of bars with their 95 % intervals."""
    for offset, (group, colour) in zip((-BAR / 2, BAR / 2), COLOURS.items(), strict=True):
        found = [bars[item, group] for item in items]
        heights = [row["value"] for row in found]
        spread = [
            [max(0.0, row["value"] - row["ci_low"]) for row in found],
            [max(0.0, row["ci_high"] - row["value"]) for row in found],
        ]
        places = [place + offset for place in range(len(items))]
        axes.bar(places, heights, BAR, yerr=spread if found else None, color=colour, capsize=2, label=group)
    axes.set_xticks(
        range(len(items)),
        items,
        rotation=40 if len(items) > 1 else 0,
        ha="right" if len(items) > 1 else "center",
    )
    axes.spines[["top", "right"]].set_visible(False)
