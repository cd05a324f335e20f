"""What stands beside a comparison of systems: tests, agreement with the published table, completion."""

import collections
from collections.abc import Mapping, Sequence
from statistics import fmean

from scripts.stats.agreement import kendall, same_markers
from scripts.stats.significance import holm
from scripts.tables.scores import FINISHED, Block, Found, Metric, Scores, key_of

TESTED = ["n", "n_reference", "u", "p", "effect_size", "p_holm", "own_test", "own_p", "own_p_holm"]
TESTED += ["difference", "difference_ci_low", "difference_ci_high"]
AGREEMENT = ["metric", "systems", "kendall_tau", "markers_equal", "markers_compared"]
ENDED = ["dialogues", *FINISHED, "limit", "failed", "finished_share", "value_pairs"]
WORST = {"es_skills": 1.0, "es_intensity": 5.0, "es_value": 0.0}  # the worst score of a metric's group


def stats_rows(found: Sequence[Found], blocks: Sequence[Block], keys: Sequence[str]) -> list[dict]:
    """A row for each test, systems in the order given; cells without a test (a reference model's) have none.

    Corrected p-values are Holm's over the whole table.
    """
    tested = []
    for block, cells in zip(blocks, found, strict=True):
        names = {system.id: system for system in block.systems}
        tested += [
            (key_of(keys, block, names[owner], metric), cell) for (owner, metric), cell in cells.items() if cell.test
        ]
    corrected = holm([cell.test.p for _, cell in tested])
    own_corrected = holm([cell.own_p for _, cell in tested])
    rows = []
    for (key, cell), p_holm, own_p_holm in zip(tested, corrected, own_corrected, strict=True):
        low, high = cell.difference_interval or (None, None)
        test, own_test = cell.test, "wilcoxon" if cell.own_p is not None else None
        row = (cell.n, test.n_reference, test.u, test.p, test.effect, p_holm, own_test, cell.own_p, own_p_holm)
        row = (*key, *row, cell.difference, low, high)
        rows.append(dict(zip([*keys, "metric", *TESTED], row, strict=True)))
    return rows


def agreement_rows(rows: Sequence[dict], keys: Sequence[str], references: set[tuple[str, ...]]) -> list[dict]:
    """By what stands across the table: how the systems' order and markers agree with the published.

    `references` are the keys of the reference models' rows, which have no markers; rows that this run leaves out count
    for nothing.
    """
    across, out = keys[-1], []
    for column in dict.fromkeys((row[across], row["metric"]) for row in rows):
        own = [row for row in rows if (row[across], row["metric"]) == column and row["status"] != "not_selected"]
        printed = [float(row["published"]) if row["published"] else None for row in own]
        marked = [row for row in own if tuple(row[key] for key in (*keys, "metric")) not in references]
        row = (
            *column,
            sum(p is not None and r["value"] is not None for p, r in zip(printed, own, strict=True)),
            kendall(printed, [row["value"] for row in own]),
            same_markers([row["published_marker"] or "" for row in marked], [row["marker"] for row in marked]),
            len(marked),
        )
        out.append(dict(zip([across, *AGREEMENT], row, strict=True)))
    return out


def completion_columns(blocks: Sequence[Block], keys: Sequence[str], metrics: Sequence[Metric]) -> list[str]:
    """Row names, the reference model where there are several, end reasons, and each metric in the worst case."""
    return [*completion_keys(blocks, keys), *ENDED, *(f"worst_{name}" for _, name in metrics)]


def completion_keys(blocks: Sequence[Block], keys: Sequence[str]) -> list[str]:
    several = keys[-1] != "group"
    return [*keys] if several else [*keys[:-1]]


def completion_rows(
    ends: Mapping[str, Mapping[str, str]],
    scores: Mapping[str, Scores],
    blocks: Sequence[Block],
    keys: Sequence[str],
    metrics: Sequence[Metric],
    pairs: Sequence[Mapping[str, Scores]],
) -> list[dict]:
    """By system: dialogues by end reason, the finished share, the pairs judged for ES-Value (None where none are), and
    every metric's mean when each dialogue without a score counts as the worst there is: those that end are selected.

    `pairs` holds the win ratios of each block's systems.
    """
    rows = []
    for block, ratios in zip(blocks, pairs, strict=True):
        for system in block.systems:
            reasons = collections.Counter(ends[system.id].values())
            finished = sum(reasons[reason] for reason in FINISHED)
            own = {**scores[system.id], **ratios.get(system.id, {})}
            row = dict(zip(completion_keys(blocks, keys), (*system.keys, block.label), strict=False))
            row |= {"dialogues": reasons.total()}
            row |= {reason: reasons[reason] for reason in (*FINISHED, "limit", "failed")}
            row |= {"finished_share": finished / reasons.total() if reasons else None}
            row |= {"value_pairs": len(own.get(("es_value", "seeker"), {})) or None}
            for metric in metrics:
                given = own.get(metric) or {}
                compared = metric[0] != "es_value" or system.id != block.reference
                imputed = [given.get(persona, WORST[metric[0]]) for persona in sorted(ends[system.id])]
                row[f"worst_{metric[1]}"] = fmean(imputed) if imputed and compared else None
            rows.append(row)
    return rows
