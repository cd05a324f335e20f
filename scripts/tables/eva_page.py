"""Paper B's comparisons of systems as Markdown: ours and the published table, what stands beside, the order."""

from collections.abc import Sequence

from scripts.stats.agreement import kendall
from scripts.tables.eva_rows import WHY_EMPTY
from scripts.tables.eva_scores import EVAEVAL, METRICS, WORDS
from scripts.tables.markdown import banner, grid, number

HEADS = {
    **{"bleu_2": "B-2", "rouge_l": "R-L", "dist_2": "D-2"},
    **{"epitome_ip": "IP", "epitome_ex": "EX", "epitome_er": "ER"},
    **{f"evaeval_level{level}": f"LEVEL {level} ↓" for level in (1, 2, 3, 4)},
    "evaeval_avg": "Avg. ↓",
}
NOTE = (
    "Of each model with several rows the best is bold, recomputed from the rounded numbers; ↓: lower is better. B-2,\n"
    "R-L and D-2 are times 100; D-2 is a mean over dialogues. LEVEL 1 to 4 and Avg. are EVAEval as the sum over\n"
    "quartiles, the only scale on which the printed numbers are possible; Eq. 1, their quarter, stands below.\n"
)
SYNTHETIC = (
    "Rows that are `synthetic` have a model in the raters' place, or levels by a classifier that learnt from the\n"
    "level which the writer was asked for.\n"
)
TO_RATE = "`snakemake rating_sheets` makes what people fill in; docs/rating.md says where their files belong.\n"
BESIDE = (  # what is said, of which metrics, column
    ("Pooled: all turns as one corpus.", ("bleu_2", "dist_2"), "pooled"),
    ("EVAEval by Eq. 1.", EVAEVAL, "eq1"),
    ("EVAEval by Eq. 1, by position only: free of how often a level is used (-: never).", EVAEVAL, "position_only"),
    ("Standard deviation between seeds.", METRICS, "seed_sd"),
)
Cells = dict[tuple[str, str, str], float | None]  # by model, variant and metric


def render(title: str, rows: Sequence[dict], evidence: str) -> str:
    """The whole page; `rows` are tidy rows in printed order."""
    built, printed = _cells(rows, "value"), _cells(rows, "published")
    return "".join(
        [
            f"# {title}\n\n{banner(evidence)}{_layout(built)}\n{NOTE}{_said(rows)}\n",
            f"## Published\n\n{_layout(printed)}",
            *(f"{line}\n" for line in _notes(rows)),
            f"\n## Beside them\n\n{_beside(rows)}\n",
            f"## Order of the systems beside the published one\n\n{_order(built, printed)}",
        ]
    )


def best(texts: Sequence[str], values: Sequence[float | None], lower: bool) -> list[str]:
    """The texts with the best value bold, where there is another to be better than; equal ones share it."""
    there = [value for value in values if value is not None]
    if len(there) < 2:
        return list(texts)
    first = (min if lower else max)(there)
    return [f"**{text}**" if value == first else text for text, value in zip(texts, values, strict=True)]


def decimals(metric: str) -> int:
    return 2 if metric in WORDS else 4


def _cells(rows: Sequence[dict], column: str) -> Cells:
    found = {}
    for row in rows:
        value = None if row[column] in (None, "") else round(float(row[column]), decimals(row["metric"]))
        found[row["model"], row["variant"], row["metric"]] = value
    return found


def _systems(cells: Cells) -> list[tuple[str, str]]:
    return list(dict.fromkeys(key[:2] for key in cells))


def _layout(cells: Cells) -> str:
    """Systems down, metrics across; bold within a model's rows."""
    systems = _systems(cells)
    texts = {key: number(value, decimals(key[2])) for key, value in cells.items()}
    for model in dict.fromkeys(model for model, _ in systems):
        for metric in METRICS:
            family = [(*system, metric) for system in systems if system[0] == model]
            marked = best([texts[key] for key in family], [cells[key] for key in family], metric in EVAEVAL)
            texts.update(zip(family, marked, strict=True))
    lines = [[*system, *(texts[*system, metric] for metric in METRICS)] for system in systems]
    return grid(["Model", "", *(HEADS[metric] for metric in METRICS)], lines, left=2)


def _said(rows: Sequence[dict]) -> str:
    """What the statuses of the rows mean, those that occur."""
    found = {row["status"] for row in rows}
    said = SYNTHETIC if "synthetic" in found else ""
    for status, why in WHY_EMPTY.items():
        names = [f"{row['model']} {row['variant']}" for row in rows if row["status"] == status]
        said += f"Empty, `{status}` ({why}): {', '.join(dict.fromkeys(names))}.\n" if names else ""
    return said + (TO_RATE if "needs_ratings" in found else "")


def _notes(rows: Sequence[dict]) -> list[str]:
    return [f"\n{row['model']} {row['variant']}, {HEADS[row['metric']]}: {row['note']}." for row in rows if row["note"]]


def _beside(rows: Sequence[dict]) -> str:
    """Pooled scores, Eq. 1, EVAEval by position only, and the spread between seeds; what is empty is left out."""
    parts = []
    for said, metrics, column in BESIDE:
        cells = _cells(rows, column)
        lines = [[*system, *_numbers(cells, system, metrics)] for system in _systems(cells)]
        lines = [line for line in lines if set(line[2:]) != {"-"}]
        if lines:
            parts.append(f"{said}\n\n{grid(['Model', '', *(HEADS[metric] for metric in metrics)], lines, left=2)}")
    return "\n".join(parts)


def _numbers(cells: Cells, system: tuple[str, str], metrics: Sequence[str]) -> list[str]:
    return [number(cells[*system, metric], decimals(metric)) for metric in metrics]


def _order(built: Cells, printed: Cells) -> str:
    lines = []
    for metric in METRICS:
        both = [(printed[*system, metric], built[*system, metric]) for system in _systems(built)]
        tau = kendall([one for one, _ in both], [other for _, other in both])
        lines.append([HEADS[metric], str(sum(None not in pair for pair in both)), number(tau, 2)])
    return grid(["Metric", "systems", "Kendall's tau"], lines)
