"""Panels of horizontal bars, shares in percent, side by side on one page."""

from collections.abc import Sequence
from dataclasses import dataclass

from scripts.tables import svg

COLOURS = ("#3f7fae", "#e0a458", "#8a5a83")
LABEL, SPAN, VALUE, GAP, MARGIN = (
    230.0,
    200.0,
    50.0,
    20.0,
    20.0,
)  # pixels: room for labels, bars, numbers; between panels
BAR, APART, TOP, SIZE = 12.0, 8.0, 84.0, 11.0  # height of a bar, room between labels, first bar, letters


@dataclass(frozen=True)
class Panel:
    """A heading; of each label its bars, one a colour (None: no bar); and what is said where there is none at all."""

    title: str
    bars: Sequence[tuple[str, Sequence[float | None]]]
    empty: str = ""


def draw(title: str, panels: Sequence[Panel], legend: Sequence[str], evidence: str) -> str:
    """The page; all panels share a scale: to 100 %, or to the longest bar where none reaches half of that."""
    longest = max((value or 0.0 for panel in panels for _, bars in panel.bars for value in bars), default=0.0)
    scale = 1.0 if longest > 0.5 or not longest else longest
    parts = [svg.lines(MARGIN, 24, [title], 14)]
    if evidence == "stand_in":
        parts.append(svg.lines(MARGIN, 40, [svg.NOTE], 10, fill=svg.ALERT))
    for place, name in enumerate(legend):
        x = MARGIN + place * 150
        parts += [svg.box(x, 48, 10, 10, COLOURS[place], "#333"), svg.lines(x + 16, 57, [name], SIZE)]
    end = TOP
    for place, panel in enumerate(panels):
        x = MARGIN + place * (LABEL + SPAN + VALUE + GAP)
        parts.append(svg.lines(x, TOP - 8, [panel.title], SIZE, font_weight="bold"))
        drawn, below = _bars(x + LABEL, panel, scale)
        parts += drawn
        end = max(end, below)
    width = 2 * MARGIN + len(panels) * (LABEL + SPAN + VALUE) + (len(panels) - 1) * GAP
    return svg.page(width, end + MARGIN, parts)


def _bars(x: float, panel: Panel, scale: float) -> tuple[list[str], float]:
    """The bars of a panel from `x` to the right, and where they end."""
    parts, y = [], TOP
    if panel.empty:
        return [svg.lines(x, y + BAR, [panel.empty], 13, fill=svg.ALERT)], y + 2 * BAR
    for label, bars in panel.bars:
        middle = y + len(bars) * BAR / 2 + SIZE / 3
        parts.append(svg.lines(x - 8, middle, [label], SIZE, text_anchor="end"))
        for place, value in enumerate(bars):
            if value is not None:
                wide = SPAN * value / scale
                parts.append(svg.box(x, y + 1, wide, BAR - 2, COLOURS[place], "#333"))
                parts.append(svg.lines(x + wide + 4, y + BAR - 2, [f"{value:.1%}"], 10))
            y += BAR
        y += APART
    return parts, y
