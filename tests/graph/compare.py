"""Compares what Snakemake plans with what edits are expected to make stale, several edits in one plan."""

from collections.abc import Iterable

import pytest

from tests.graph.edits import Edit, Keys, keys
from tests.graph.leaves import changed
from tests.graph.planner import Files, Job, Plan, Planner
from tests.graph.tree import descendants


def closure(plan: Plan, roots: Keys) -> Keys:
    """The jobs and all that follow from them, by declared inputs and outputs."""
    jobs = list(plan.values())
    return keys(descendants(jobs, [job for job in jobs if job.outputs in roots]))


LARGEST = 20  # edits of a group: what follows from them must not be everything


def batches(edits: list[Edit]) -> list[list[Edit]]:
    """The edits in few groups; no two of a group have a file in common, or a job of their own that cannot tell them."""
    groups: list[list[Edit]] = []
    for edit in sorted(edits, key=lambda edit: -len(edit.roots)):
        for group in groups:
            if len(group) < LARGEST and all(_apart(edit, other) for other in group):
                group.append(edit)
                break
        else:
            groups.append([edit])
    return groups


def _named(edit: Edit) -> bool:
    """Whether a plan tells which jobs the edit itself reaches, by the edited file's name."""
    return edit.own != "code" and not edit.leaves


def _apart(one: Edit, other: Edit) -> bool:
    shared = not one.roots.isdisjoint(other.roots) and not (one.own == other.own and _named(one) and _named(other))
    return not shared and one.files.keys().isdisjoint(other.files)


def faults(planner: Planner, run: str, base: Plan, edits: list[Edit]) -> list[str]:
    """What Snakemake plans otherwise than the edits say, one line each."""
    groups = batches(edits)
    plans = planner.plans([(run, files_of(run, group)) for group in groups])
    return [line for group, plan in zip(groups, plans, strict=True) for line in compared(run, base, plan, group)]


def tell(lines: Iterable[str]) -> None:
    """Fails with the first lines in full; pytest would cut them."""
    if lines := sorted(set(lines)):
        pytest.fail("\n".join([f"{len(lines)} differences", *lines[:60]]), pytrace=False)


def files_of(run: str, group: list[Edit]) -> Files:
    """All the group's changes, config leaves together in the run's own file."""
    files = {name: text for edit in group for name, text in edit.files.items()}
    values = {path: value for edit in group for path, value in edit.leaves.items()}
    return files | (changed(run, values) if values else {})


def _told(job: Job) -> tuple[str, str]:
    """A job's command, and the environment that it runs in."""
    return job.told, job.code.rpartition("@")[2]


def compared(run: str, base: Plan, plan: Plan, group: list[Edit]) -> list[str]:
    wanted = {key: {edit.own} for edit in group for key in edit.roots}
    retold = frozenset(key for edit in group for key in edit.roots if edit.leaves or edit.own == "code")
    lines = [f"{' '.join(key)} comes or goes" for key in plan.keys() ^ base.keys()]
    blamed: dict[frozenset[str], set[str]] = {}
    for edit in filter(_named, group):
        for key in edit.roots:
            blamed.setdefault(key, set()).update(edit.files)
    for key, job in plan.items():
        if (odd := job.blamed ^ blamed.get(key, set())) and all(map(_named, group)):
            lines.append(f"{job.rule} {' '.join(key)}: {sorted(odd)} reaches it, or should and does not")
        if job.own != wanted.get(key, set()):
            lines.append(f"{job.rule} {' '.join(key)}: {sorted(job.own)} instead of {sorted(wanted.get(key, ()))}")
        if (key in retold) != (key not in base or _told(job) != _told(base[key])):
            lines.append(f"{job.rule} {' '.join(key)}: its command is {'the same' if key in retold else 'another'}")
    lines += differing(plan, closure(base, frozenset(wanted)))
    names = ", ".join(edit.name for edit in group)
    return [f"{run}, {names}: {line}" for line in lines]


def differing(plan: Plan, expected: Keys) -> list[str]:
    """Jobs that are stale and should not be, or the other way round."""
    stale = keys(job for job in plan.values() if job.stale)
    missing, extra = expected - stale, stale - expected
    return [f"missing {' '.join(key)}" for key in missing] + [f"extra {' '.join(key)}" for key in extra]
