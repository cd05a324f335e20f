"""The staleness matrix: after a finished build, each thing that it stands on is edited once.

What Snakemake would run again is compared with the jobs that read, run or are told what changed, and all that follow
from them: none missing, none extra, each for the right reason (tests/graph/edits.py says how they are found).
"""

from tests.graph.compare import faults, tell
from tests.graph.edits import file_edits, module_edits, pin_edits, rule_edits, tracked
from tests.graph.planner import Plan, Planner

# Files below resources/ that no job reads: read by people or while the graph is planned, where other tests look.
UNREAD = {
    "resources/published/README.md",
    "resources/captions/cost.rst",  # of a ledger that is made on request alone
    "resources/demo.yaml",
    "resources/laptop.yaml",
    "resources/datasets.csv",
    "resources/targets.csv",
}


def every_run(planner: Planner, base: dict[str, Plan], make) -> list[str]:
    """Faults of the edits that `make` gives for a plan: all in the demo; in another run those without effect before."""
    found, reached = [], set()
    for run, plan in base.items():
        edits = [edit for edit in make(plan) if edit.name not in reached]
        reached |= {edit.name for edit in edits if edit.roots}
        found += faults(planner, run, plan, edits)
    return found


def test_every_prompt_makes_its_readers_stale_and_no_prompt_of_the_other_set_anything(planner, base):
    compact, full = tracked("resources/prompts/compact"), tracked("resources/prompts/*.md")
    full = [name for name in full if name not in compact]
    assert len(compact) == len(full) >= 16
    for run, used, unused in (("demo", compact, full), ("paper", full, compact)):
        edits = file_edits(base[run], [*used, *unused])
        assert {edit.name for edit in edits if edit.roots} == set(used)
        tell(faults(planner, run, base[run], edits))


def test_every_resource_makes_its_readers_stale(planner, base):
    names = [name for name in tracked("resources") if "/prompts/" not in name and name not in UNREAD]
    tell(every_run(planner, base, lambda plan: file_edits(plan, names)))
    read = {name for plan in base.values() for job in plan.values() for name in job.inputs}
    assert [name for name in names if name not in read] == []
    assert [name for name in UNREAD if name in read] == []


def test_every_module_makes_stale_the_jobs_that_can_run_it(planner, base):
    tell(every_run(planner, base, module_edits))
    assert sum(1 for edit in module_edits(base["demo"]) if edit.roots) > 90


def test_every_environment_makes_stale_the_jobs_in_it(planner, base):
    tell(every_run(planner, base, pin_edits))
    assert {edit.name for edit in pin_edits(base["demo"]) if not edit.roots} == {"envs/serve.yaml"}


def test_every_command_makes_its_rule_stale(planner, base):
    tell(every_run(planner, base, rule_edits))
