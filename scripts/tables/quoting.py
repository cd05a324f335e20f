"""Tables of the numbers that a paper's prose quotes: a row for each published one, and a page (A-083, B-047)."""

from collections.abc import Mapping, Sequence

from scripts.provenance.errors import Problem
from scripts.tables.claims import Claims
from scripts.tables.markdown import banner, grid
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, tidy

KEYS = ("key",)
ALL_COLUMNS = [*KEYS, *COLUMNS, "source", "basis"]


def quoted_rows(published: Mapping[Key, dict[str, str]], claims: Claims, path: str, origin: Origin) -> list[dict]:
    """Tidy rows with where a number is quoted and what ours is taken from; a claim that is not printed is a Problem."""
    if strange := sorted(claims.keys() - published.keys()):
        raise Problem(f"{path} lacks the row {', '.join(strange[0])}. Restore the file from the repository.")
    built = {
        name: Cell(
            claim.value,
            claim.n,
            status=claim.status or ("built" if claim.value is not None else "not_computable"),
        )
        for name, claim in claims.items()
    }
    rows = tidy(_comparable(published, claims), built, KEYS, origin)
    return [
        row
        | {"published": published[row["key"], row["metric"]]["value"]}
        | {"source": published[row["key"], row["metric"]]["source"], "basis": claims[row["key"], row["metric"]].basis}
        for row in rows
    ]


def _comparable(published: Mapping[Key, dict[str, str]], claims: Claims) -> dict[Key, dict[str, str]]:
    """The published rows, without a value where it is a list (`2|4|8`), of which no number can be taken off."""
    return {name: row | ({"value": ""} if "|" in row["value"] else {}) for name, row in published.items()}


def quoted_page(rows: Sequence[dict], paper: str, evidence: str) -> str:
    lines = []
    for row in rows:
        value = (
            row["value"] if isinstance(row["value"], str) else "-" if row["value"] is None else f"{row['value']:.4g}"
        )
        published = (row["published"] or "-").replace("|", "\\|")
        told = value.replace("|", "\\|")
        lines.append([row["key"], row["metric"], told, published, row["source"], row["basis"]])
    head = ["Key", "Metric", "built", "published", "quoted in", "taken from"]
    return f"# Numbers quoted in the text of paper {paper}\n\n{banner(evidence)}{grid(head, lines, left=2)}"
