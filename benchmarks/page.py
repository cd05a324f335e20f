"""A benchmark's part of benchmarks/README.md: between markers with its name, renewed as a whole."""

import re
from pathlib import Path

README = Path("benchmarks/README.md")


def renew(name: str, heading: str, text: str) -> None:
    """Writes the part of `name` into benchmarks/README.md."""
    README.write_text(renewed(README.read_text(encoding="utf-8"), name, heading, text), encoding="utf-8")


def renewed(page: str, name: str, heading: str, text: str) -> str:
    """The page with `text` between the markers of `name`; a page without them gets heading and markers at its end."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    if begin not in page:
        page = f"{page.rstrip()}\n\n## {heading}\n\n{begin}{end}\n"
    return re.sub(f"{begin}.*{end}", lambda _: f"{begin}\n{text.strip()}\n{end}", page, flags=re.DOTALL)


def table(columns: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, the first column to the left and the others to the right."""
    lines = [columns, [":--"] + ["--:"] * (len(columns) - 1), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
