"""A comparison of systems as Markdown: ours and the published table in the paper's layout, completion, agreement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scripts.tables.markdown import banner, emphasise, grid, number, with_sign

Column = tuple[str, str]  # what stands across the table (a metric's group, or a reference model), and the metric

SKILLS = {
    ("es_skills", "identification"): "Iden.",
    ("es_skills", "comforting"): "Conf.",
    ("es_skills", "suggestions"): "Sugg.",
    ("es_skills", "experience"): "Expe.",
    ("es_skills", "informativeness"): "Info.",
    ("es_skills", "consistency"): "Cons.",
    ("es_skills", "role_adherence"): "Role.",
    ("es_skills", "expression"): "Expr.",
    ("es_skills", "humanness"): "Huma.",
    ("es_skills", "overall"): "Over.",
    ("es_intensity", "es_intensity"): "ES-Intensity ↓",
}
VALUES = {("es_value", "seeker"): "ES-Value Seeker", ("es_value", "supporter"): "ES-Value Supporter"}
EMPHASIS = "Best in bold, second best underlined, recomputed from the rounded numbers. "
TEST = "Mann-Whitney U {tested} (two-sided, ties corrected, not corrected for the number\nof tests)."
RATIO = " ES-Value: mean win ratio against the reference model."


@dataclass(frozen=True)
class Page:
    """How a table is printed: its title, the names of the columns on the left, the columns, and what is said of it."""

    title: str
    left: Sequence[str]
    heads: Mapping[Column, str]
    note: str
    emphasised: bool = True
    lower: frozenset[str] = field(default_factory=lambda: frozenset({"es_intensity"}))  # groups whose lower is better


def against(references: Sequence[str]) -> dict[Column, str]:
    """The columns of a table of win ratios: both perspectives against each reference model."""
    names = {"seeker": "Seeker", "supporter": "Supporter"}
    return {(label, who): f"{label}: {name}" for label in references for who, name in names.items()}


def note(tested: str, daggers: bool = True, emphasised: bool = True, ratios: bool = True) -> str:
    """What the marks of a table mean."""
    signs = "\\* p < 0.05, † p < 0.1:\n" if daggers else "\\* p < 0.05:\n"
    return (EMPHASIS if emphasised else "") + signs + TEST.format(tested=tested) + (RATIO if ratios else "") + "\n"


def render(
    page: Page, rows: Sequence[dict], agreement: Sequence[dict], completion: Sequence[dict], evidence: str
) -> str:
    """The whole page; `rows` are tidy rows in printed order."""
    built = [(row["value"], row["marker"]) for row in rows]
    printed = [(float(row["published"]) if row["published"] else None, row["published_marker"] or "") for row in rows]
    return (
        f"# {page.title}\n\n{banner(evidence)}"
        f"{_layout(page, rows, built)}\n{page.note}\n"
        f"## Published\n\n{_layout(page, rows, printed)}\n"
        "## Completion and n\n\n"
        "Only dialogues that ended in time are scored; ES-Value needs both dialogues of a persona. Those that end are\n"
        "selected, so the last columns count every dialogue without a score as the worst there is.\n\n"
        f"{_completion(page, completion)}\n"
        f"## Agreement with the published table\n\n{_agreement(page, agreement)}"
    )


def _layout(page: Page, rows: Sequence[dict], numbers: Sequence[tuple[float | None, str]]) -> str:
    """Systems down, metrics across, two decimals."""
    across, metric = _names(rows)
    by_cell = {
        (tuple(row[name] for name in _row_names(row, across)), (row[across], row[metric])): cell
        for row, cell in zip(rows, numbers, strict=True)
    }
    systems = list(dict.fromkeys(system for system, _ in by_cell))
    columns = []
    for column in page.heads:
        found = [by_cell.get((system, column), (None, "")) for system in systems]
        rounded = [None if value is None else round(value, 2) for value, _ in found]
        texts = [number(value, 2) for value in rounded]
        if page.emphasised:
            texts = emphasise(texts, rounded, lower=column[0] in page.lower)
        columns.append([with_sign(text, sign) for text, (_, sign) in zip(texts, found, strict=True)])
    lines = [[*system, *cells] for system, *cells in zip(systems, *columns, strict=True)]
    return grid([*page.left, *page.heads.values()], lines, left=len(page.left))


def _names(rows: Sequence[dict]) -> tuple[str, str]:
    """The column that says what stands across, and the metric's."""
    across = "reference_model" if "reference_model" in rows[0] else "group"
    return across, "metric"


def _row_names(row: dict, across: str) -> list[str]:
    return list(row)[: list(row).index(across)]


def _completion(page: Page, rows: Sequence[dict]) -> str:
    names = list(rows[0])[: list(rows[0]).index("dialogues")]
    worst = [name for name in rows[0] if name in ("worst_overall", "worst_es_intensity", "worst_seeker")]
    head = [*page.left, *(["against"] if "reference_model" in names else [])]
    head += ["dialogues", "[END]", "gratitude", "limit", "failed", "finished", "ES-Value pairs"]
    head += [f"worst {name.removeprefix('worst_').replace('_', ' ')}" for name in worst]
    lines = []
    for row in rows:
        counts = [str(row[name]) for name in ("dialogues", "end_token", "gratitude", "limit", "failed")]
        share = "-" if row["finished_share"] is None else f"{row['finished_share']:.0%}"
        tail = [number(row["value_pairs"], 0), *(number(row[name], 2) for name in worst)]
        lines.append([*(row[name] for name in names), *counts, share, *tail])
    return grid(head, lines, left=len(names))


def _agreement(page: Page, rows: Sequence[dict]) -> str:
    across = next(iter(rows[0]))
    lines = [
        [
            page.heads[row[across], row["metric"]],
            number(row["kendall_tau"], 2),
            f"{row['markers_equal']} of {row['markers_compared']}",
        ]
        for row in rows
    ]
    equal, compared = (sum(row[name] for row in rows) for name in ("markers_equal", "markers_compared"))
    return grid(["Metric", "Kendall's tau of systems", "same marker"], [*lines, ["All", "", f"{equal} of {compared}"]])
