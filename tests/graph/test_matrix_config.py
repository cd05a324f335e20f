"""The staleness matrix of the config: every leaf takes another valid value once.

A leaf that changes a job's command makes that job and what follows from it stale, and no other does; a leaf that
changes nothing in any of the three runs is dead. For most leaves tests/graph/roots.py says which rules they are about.
MATRIX_PART=k/n (k from 0) leaves it at every n-th leaf, chosen by the leaves' names.
"""

import csv
import io
import itertools
import os
import zlib

import pytest

from scripts.config.overlays import KeyPath, leaves
from tests.graph.compare import closure, differing, faults, tell
from tests.graph.edits import Keys, keys, leaf_edits, text_of
from tests.graph.leaves import PLACES, QUIET, accepted, changed, config_of, other, others, science
from tests.graph.planner import Plan, Planner, Refused
from tests.graph.roots import FIXED, ROOTS, fits, rules_told

RUNS = ("demo", "paper", "laptop")
PART, PARTS = map(int, os.environ.get("MATRIX_PART", "0/1").split("/"))


def moved(base: Plan, plan: Plan) -> Keys:
    """Jobs of the plan that are new, told something else, or read other files."""
    return keys(
        job
        for key, job in plan.items()
        if key not in base or (job.told, job.inputs) != (base[key].told, base[key].inputs)
    )


def faults_of(base: Plan, plan: Plan) -> list[str]:
    """Where what is stale is not what moved and all that follows from it."""
    roots = moved(base, plan)
    lines = differing(plan, closure(plan, roots))
    for key, job in plan.items():
        why = {"missing"} if key not in base else {"params", "input set"}
        why |= {"code"} if key in base and job.rule != base[key].rule else set()  # another rule makes it now
        if bool(job.own) != (key in roots) or not job.own <= why:
            lines.append(f"{job.rule} {' '.join(key)}: {sorted(job.own)}")
    return lines


def taken(run: str) -> dict[str, KeyPath]:
    """The run's leaves that are in this part."""
    return {name: path for name, path in science(run).items() if zlib.crc32(name.encode()) % PARTS == PART}


def planned(planner: Planner, run: str, path: KeyPath) -> list[Plan]:
    """The plan with the first other value that makes a graph, for a list with each; none if it takes no other value."""
    plans, refusals = [], []
    for values in itertools.islice(others(run, path), 4):
        try:
            plans.append(planner.plan(run, changed(run, values)))
        except Refused as refusal:
            refusals.append(str(refusal)[:300])
        if plans and not isinstance(values[path], list):
            break
    assert plans or not refusals, f"{run}, {'.'.join(path)}: {refusals}"
    return plans


@pytest.fixture(scope="module")
def heard(planner, base) -> dict[str, list[str]]:
    """Faults by leaf, each in the first run in which it changes anything; a dead leaf is not among them."""
    found: dict[str, list[str]] = {}
    for run, plan in base.items():
        known = leaf_edits(run, plan, [name for name in taken(run) if name not in found])
        lines = faults(planner, run, plan, known)
        found |= {edit.name: [line for line in lines if edit.name in line.split(":")[0]] for edit in known}
        asked = [name for name in taken(run) if name not in found and other(run, science(run)[name])]
        after = planner.pool.map(lambda name, run=run: planned(planner, run, science(run)[name]), asked)
        for name, plans in zip(asked, after, strict=True):
            if any(moved(plan, then) or then.keys() != plan.keys() for then in plans):
                found[name] = [f"{run}, {name}: {line}" for then in plans for line in faults_of(plan, then)]
    return found


def test_every_leaf_makes_stale_the_jobs_that_it_is_about(heard, base):
    tell(line for lines in heard.values() for line in lines)
    assert sum(1 for name in heard if rules_told(name)) > 400 // PARTS
    rules = {rule.split(" ")[0] for rules in ROOTS.values() for rule in rules}
    assert rules <= {job.rule for plan in base.values() for job in plan.values()}


def test_no_leaf_is_dead(heard):
    every = {name for run in RUNS for name in taken(run)}
    assert sorted(name for name in every - heard.keys() if not fits(name, FIXED)) == []


def test_only_leaves_with_a_reason_take_no_other_value():
    free = {name for run in RUNS for name, path in science(run).items() if other(run, path)}
    fixed = {name for run in RUNS for name in science(run)} - free
    assert sorted(name for name in fixed if not fits(name, FIXED)) == []
    assert [pattern for pattern in FIXED if not any(fits(name, {pattern: ""}) for name in fixed)] == []


@pytest.mark.parametrize("run", RUNS)
def test_operation_makes_nothing_stale(planner, base, run):
    quiet = [path for path in leaves(config_of(run)) if path[0] in QUIET or ".".join(path) in PLACES]
    values = {path: value for one in quiet for path, value in other(run, one).items()}
    alone = {"reference_dpo", "supporter_dpo", "ali"}  # where the loss is one over a whole batch, a GPU trains alone
    assert {path[-2] for path in quiet if path not in values} <= alone
    assert len(values) >= 8
    assert planner.plan(run, changed(run, values)) == base[run]


def test_two_settings_that_change_places_make_their_jobs_stale(planner, base):
    """Snakemake compares the values of a rule's params without their names; rules/common.smk makes the names count."""
    config = config_of("demo")
    pairs: dict[tuple, list[dict[KeyPath, object]]] = {}
    for (one, first), (two, second) in itertools.combinations(leaves(config).items(), 2):
        swap = {one: second, two: first}
        near = one[:-1] == two[:-1] and one[0] not in QUIET and type(first) is type(second) and first != second
        if near and isinstance(first, (int, float)) and accepted(config, swap):
            pairs.setdefault(one[:-1], []).append(swap)
    assert ("personas",) in pairs and ("reddit", "filter", "comment") in pairs
    rounds = zip(*((swaps[0], swaps[-1]) for swaps in pairs.values()), strict=True)
    for swaps in rounds:
        values = {path: value for swap in swaps for path, value in swap.items()}
        plan = planner.plan("demo", changed("demo", values))
        assert moved(base["demo"], plan)
        tell(faults_of(base["demo"], plan))


def test_registry_makes_stale_the_jobs_that_get_its_words(planner, base):
    rows = list(csv.DictReader(io.StringIO(text_of("resources/datasets.csv"))))
    columns = ("file", "url", "source", "licence", "bytes", "sha256", "records", "used_for")
    asked = [(run, column) for column in columns for run in RUNS]
    plans = planner.plans([(run, {"resources/datasets.csv": _other(rows, column)}) for run, column in asked])
    for (run, column), after in zip(asked, plans, strict=True):
        tell(f"{run}, {column}: {line}" for line in faults_of(base[run], after))
    reached = {column for (run, column), after in zip(asked, plans, strict=True) if moved(base[run], after)}
    assert reached == {"file", "url", "licence", "sha256"}


def _other(rows: list[dict[str, str]], column: str) -> str:
    """The registry with another word in each filled cell of the column."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    for row in rows:
        cell = row[column]
        other = cell[:-1] + ("0" if cell[-1:] != "0" else "1") if column == "sha256" else f"{cell}0"
        writer.writerow(row | {column: other if cell else cell})
    return stream.getvalue()
