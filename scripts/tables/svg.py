"""Plain SVG by hand: boxes, wrapped lines of text, curves. The same calls give the same bytes."""

import textwrap
from collections.abc import Sequence
from xml.sax.saxutils import escape

FONT = "Helvetica, Arial, sans-serif"
GLYPH = 0.54  # mean width of a glyph of this font, in font sizes
LEADING = 1.3  # height of a line, in font sizes
NOTE = "stand-in run: calibrates the pipeline, not comparable with the paper"
ALERT = "#9d0208"


def wrap(text: str, width: float, size: float) -> list[str]:
    """The text in lines that are about as long as `width` pixels."""
    return textwrap.wrap(" ".join(text.split()), max(8, int(width / (size * GLYPH))))


def lines(x: float, y: float, texts: Sequence[str], size: float, **style: str) -> str:
    """Lines of text below one another, the first one's base line at `y`."""
    given = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
    return "".join(
        f'<text x="{x:g}" y="{y + place * size * LEADING:g}" font-size="{size:g}"{given}>{escape(text)}</text>\n'
        for place, text in enumerate(texts)
    )


def height(texts: Sequence[str], size: float) -> float:
    return len(texts) * size * LEADING


def box(x: float, y: float, width: float, tall: float, fill: str, stroke: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{tall:g}" rx="4" fill="{fill}" stroke="{stroke}"/>\n'


def page(width: float, tall: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{tall:g}" '
        f'viewBox="0 0 {width:g} {tall:g}" font-family="{FONT}">\n'
        f'<rect width="{width:g}" height="{tall:g}" fill="white"/>\n{"".join(parts)}</svg>\n'
    )
