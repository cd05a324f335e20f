"""What stands beside table 3: tests, agreement with the published table, completion of the dialogues."""

import collections
from collections.abc import Mapping, Sequence

from scripts.stats.agreement import kendall, same_markers
from scripts.stats.significance import holm
from scripts.tables.scores import FINISHED, Found, System

KEYS = ("category", "model", "group")
STATS = [
    *(
        *KEYS,
        "metric",
        "n",
        "n_reference",
        "u",
        "p",
        "effect_size",
        "p_holm",
        "own_test",
        "own_p",
        "own_p_holm",
    ),
    *("difference", "difference_ci_low", "difference_ci_high"),
]
AGREEMENT = ["group", "metric", "systems", "kendall_tau", "markers_equal", "markers_compared"]
COMPLETION = ["category", "model", "dialogues", *FINISHED, "limit", "failed", "finished_share", "value_pairs"]


def stats_rows(found: Found, systems: Sequence[System]) -> list[dict]:
    """A row for each test, systems in the order given; cells without a test (the reference model's) have none."""
    names = {system.id: system for system in systems}
    tested = [(names[owner], metric, cell) for (owner, metric), cell in found.items() if cell.test]
    corrected = holm([cell.test.p for _, _, cell in tested])
    own_corrected = holm([cell.own_p for _, _, cell in tested])
    rows = []
    for (system, metric, cell), p_holm, own_p_holm in zip(tested, corrected, own_corrected, strict=True):
        low, high = cell.difference_interval or (None, None)
        row = (
            *(
                system.category,
                system.model,
                *metric,
                cell.n,
                cell.test.n_reference,
                cell.test.u,
                cell.test.p,
            ),
            *(
                cell.test.effect,
                p_holm,
                "wilcoxon" if cell.own_p is not None else None,
                cell.own_p,
                own_p_holm,
            ),
            *(cell.difference, low, high),
        )
        rows.append(dict(zip(STATS, row, strict=True)))
    return rows


def agreement_rows(rows: Sequence[dict], reference: tuple[str, str]) -> list[dict]:
    """By metric: how the systems' order and markers agree with the published; the reference has no markers."""
    out = []
    for metric in dict.fromkeys((row["group"], row["metric"]) for row in rows):
        own = [row for row in rows if (row["group"], row["metric"]) == metric]
        printed = [float(row["published"]) if row["published"] else None for row in own]
        marked = [row for row in own if (row["category"], row["model"]) != reference]
        row = (
            *(
                *metric,
                sum(p is not None and r["value"] is not None for p, r in zip(printed, own, strict=True)),
            ),
            kendall(printed, [row["value"] for row in own]),
            same_markers([row["published_marker"] for row in marked], [row["marker"] for row in marked]),
            len(marked),
        )
        out.append(dict(zip(AGREEMENT, row, strict=True)))
    return out


def completion_rows(ends: Mapping[str, Mapping[str, str]], found: Found, systems: Sequence[System]) -> list[dict]:
    """Dialogues by end reason, the finished share, and the pairs judged for ES-Value (None for the reference)."""
    rows = []
    for system in systems:
        reasons = collections.Counter(ends[system.id].values())
        finished = sum(reasons[reason] for reason in FINISHED)
        pairs = found[system.id, ("es_value", "seeker")].n
        rows.append(
            {"category": system.category, "model": system.model, "dialogues": reasons.total()}
            | {reason: reasons[reason] for reason in (*FINISHED, "limit", "failed")}
            | {
                "finished_share": finished / reasons.total() if reasons else None,
                "value_pairs": pairs or None,
            }
        )
    return rows
