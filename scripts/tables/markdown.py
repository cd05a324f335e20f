"""Tables as Markdown in the paper's own layout."""

from collections.abc import Sequence

SIGNS = {"": "", "*": "*", "dagger": "†"}
BANNER = (
    "> **Stand-in run.** Demo numbers calibrate the pipeline: tiny models, an offline language model or the made-up\n"
    "> world stand behind them. They are not comparable with the published ones and say nothing about the paper.\n"
)


def banner(evidence: str) -> str:
    """The warning that goes above every table of a run that is no evidence, empty for a real one."""
    return BANNER + "\n" if evidence == "stand_in" else ""


def grid(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """A Markdown table; the first `left` columns are aligned left, the others right."""
    rule = [":--" if place < left else "--:" for place in range(len(head))]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in (head, rule, *rows))


def number(value: float | None, decimals: int) -> str:
    """The number as the paper prints it, thousands separated; a dash when there is none."""
    return "-" if value is None else f"{value:,.{decimals}f}"


def with_sign(text: str, marker: str) -> str:
    return text + SIGNS[marker].replace("*", "\\*")


def emphasise(texts: Sequence[str], values: Sequence[float | None], lower: bool = False) -> list[str]:
    """The texts with the best value bold and the second best underlined.

    `values` are compared as given (round them as printed before); equal ones share their place, None has none.
    """
    places = sorted({value for value in values if value is not None}, reverse=not lower)
    best, second = [*places, None, None][:2]
    marked = []
    for text, value in zip(texts, values, strict=True):
        if value is not None and value == best:
            text = f"**{text}**"
        elif value is not None and value == second:
            text = f"<u>{text}</u>"
        marked.append(text)
    return marked
