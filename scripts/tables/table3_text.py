"""Table 3 as Markdown: ours and the published one in the paper's layout, completion, agreement."""

from collections.abc import Sequence

from scripts.tables.markdown import banner, emphasise, grid, number, with_sign

HEADS = {
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
    ("es_value", "seeker"): "ES-Value Seeker",
    ("es_value", "supporter"): "ES-Value Supporter",
}
NOTE = (
    "Best in bold, second best underlined, recomputed from the rounded numbers. \\* p < 0.05, † p < 0.1:\n"
    "Mann-Whitney U against the reference model (two-sided, ties corrected, not corrected for the number\n"
    "of tests). ES-Value: mean win ratio against the reference model.\n"
)


def render(rows: Sequence[dict], agreement: Sequence[dict], completion: Sequence[dict], evidence: str) -> str:
    """The whole page; `rows` are tidy rows in printed order."""
    built = [(row["value"], row["marker"]) for row in rows]
    printed = [(float(row["published"]) if row["published"] else None, row["published_marker"]) for row in rows]
    return (
        f"# Table 3: supporters compared\n\n{banner(evidence)}"
        f"{_layout(rows, built)}\n{NOTE}\n"
        f"## Published\n\n{_layout(rows, printed)}\n"
        "## Completion and n\n\n"
        "Only dialogues that ended in time are scored; ES-Value needs both dialogues of a persona.\n\n"
        f"{_completion(completion)}\n"
        f"## Agreement with the published table\n\n{_agreement(agreement)}"
    )


def _layout(rows: Sequence[dict], numbers: Sequence[tuple[float | None, str]]) -> str:
    """Systems down, metrics across, two decimals."""
    by_cell = {
        ((row["category"], row["model"]), (row["group"], row["metric"])): cell
        for row, cell in zip(rows, numbers, strict=True)
    }
    systems = list(dict.fromkeys(system for system, _ in by_cell))
    columns = []
    for metric in HEADS:
        found = [by_cell[system, metric] for system in systems]
        rounded = [None if value is None else round(value, 2) for value, _ in found]
        texts = emphasise([number(value, 2) for value in rounded], rounded, lower=metric[0] == "es_intensity")
        columns.append([with_sign(text, sign) for text, (_, sign) in zip(texts, found, strict=True)])
    lines = [[*system, *cells] for system, *cells in zip(systems, *columns, strict=True)]
    return grid(["Categories", "Models", *HEADS.values()], lines, left=2)


def _completion(rows: Sequence[dict]) -> str:
    head = [
        "Categories",
        "Models",
        "dialogues",
        "[END]",
        "gratitude",
        "limit",
        "failed",
        "finished",
        "ES-Value pairs",
    ]
    lines = []
    for row in rows:
        counts = [str(row[name]) for name in ("dialogues", "end_token", "gratitude", "limit", "failed")]
        share = "-" if row["finished_share"] is None else f"{row['finished_share']:.0%}"
        lines.append([row["category"], row["model"], *counts, share, number(row["value_pairs"], 0)])
    return grid(head, lines, left=2)


def _agreement(rows: Sequence[dict]) -> str:
    lines = [
        [
            HEADS[row["group"], row["metric"]],
            number(row["kendall_tau"], 2),
            f"{row['markers_equal']} of {row['markers_compared']}",
        ]
        for row in rows
    ]
    equal, compared = (sum(row[name] for row in rows) for name in ("markers_equal", "markers_compared"))
    return grid(["Metric", "Kendall's tau of systems", "same marker"], [*lines, ["All", "", f"{equal} of {compared}"]])
