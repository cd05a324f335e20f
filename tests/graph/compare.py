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


def batches(edits: list[Edit]) -> list[list[Edit]]:
    """The edits in few groups; no two of a group have a file or a job of their own in common."""
    groups: list[list[Edit]] = []
    for edit in sorted(edits, key=lambda edit: -len(edit.roots)):
        for group in groups:
            if all(
                edit.roots.isdisjoint(other.roots) and not edit.files.keys() & other.files.keys() for other in group
            ):
                group.append(edit)
                break
        else:
            groups.append([edit])
    return groups


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
    for key, job in plan.items():
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
