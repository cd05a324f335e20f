"""docs/blast.md is what the graph says, and the cost of the widest edits does not grow unnoticed."""

import re
from pathlib import Path

import pytest

from tests.graph.built import python
from tests.graph.tree import descendants, dry_run

CHECK = ("-m", "scripts.provenance.blast", "--check")
ROW = re.compile(r"\| `(\S+)` \| (\d+) \| (\d+) \| ([\d,.]+) \| ([\d,.]+) \|")
# Modules whose edit costs all, and more than half, of the GPU-hours of the whole build at paper scale.
COST_ALL = 6  # what makes the checkpoints of the hub open is before every training
COST_HALF = 26  # the longest is paper B's trainings, which the dumps are no part of
GREW = (
    "{} modules now cost {} of the build's GPU-hours when they are edited; {} did before. Look at docs/blast.md: if a "
    "new import did it, move what is imported into a module of its own; if it must be, raise the bound in this file."
)


def rows(text: str, heading: str) -> dict[str, tuple[int, int, float, float]]:
    """Jobs by themselves, jobs in all, GPU-hours and USD by name, from one section of the page."""
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    numbers = {
        found[1]: [float(word.replace(",", "")) for word in found.groups()[1:]] for found in ROW.finditer(section)
    }
    return {name: (int(direct), int(total), hours, usd) for name, (direct, total, hours, usd) in numbers.items()}


@pytest.fixture(scope="module")
def text(tree) -> str:
    return (tree / "docs/blast.md").read_text(encoding="utf-8")


def test_page_is_current(tree):
    done = python(tree, *CHECK)
    assert done.returncode == 0, done.stderr


def test_new_import_and_new_estimate_are_noticed(scratch):
    module = scratch / "scripts/text/draws.py"
    source = module.read_text(encoding="utf-8")
    module.write_text(
        source + "\n\ndef late():\n    from scripts.stats.bootstrap import interval\n\n    return interval\n"
    )
    done = python(scratch, *CHECK)
    assert done.returncode == 1 and "scripts.provenance.blast --write" in done.stderr
    module.write_text(source + "\n\nEXTRA = 1  # an edit that imports nothing changes no cost\n", encoding="utf-8")
    assert python(scratch, *CHECK).returncode == 0
    estimates = scratch / "resources/estimates.csv"
    estimates.write_text(
        estimates.read_text(encoding="utf-8").replace("train_detector,*,,1,10", "train_detector,*,,1,90")
    )
    assert python(scratch, *CHECK).returncode == 1


def test_page_agrees_with_declared_inputs_and_their_descendants(tree, text):
    jobs = dry_run(tree, "all")
    prompts = rows(text, "Prompts")
    for path in sorted(Path(tree, "resources/prompts").glob("*.md")):
        name = path.relative_to(tree).as_posix()
        readers = [job for job in jobs if name in job.inputs]
        assert prompts[name][:2] == (len(readers), len(descendants(jobs, readers))), name
    modules = rows(text, "Modules")
    assert modules["scripts/text/files.py"][1] == len(jobs)
    for rule in ("judging.judge_values", "supporter.train_supporter_dpo", "reddit.build_threads"):
        own = [job for job in jobs if job.rule == rule]
        assert modules[f"scripts/{rule.replace('.', '/')}.py"][:2] == (len(own), len(descendants(jobs, own)))
    assert "scripts/llm/journal.py" not in modules  # operational
    assert "scripts/llm/offline.py" not in modules  # answers in the demo only


def test_widest_edits_have_not_grown(text):
    modules = rows(text, "Modules")
    whole = max(hours for _, _, hours, _ in modules.values())
    every = sum(hours == whole for _, _, hours, _ in modules.values())
    half = sum(hours > whole / 2 for _, _, hours, _ in modules.values())
    assert every <= COST_ALL, GREW.format(every, "all", COST_ALL)
    assert half <= COST_HALF, GREW.format(half, "more than half", COST_HALF)
    assert every >= COST_ALL - 2 and half >= COST_HALF - 10, "The costs shrank: lower the bounds in this file."
