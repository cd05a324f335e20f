"""What must not rerun: after edits that say nothing, a touch, a checkout and back, or with other means.

What must rerun is in test_matrix.py and test_matrix_config.py; here a literal `snakemake -n` is held to the same plans.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.graph.compare import closure
from tests.graph.edits import can_run, keys, silent_edit, text_of, tracked
from tests.graph.runs import LARGE
from tests.graph.tree import dry_run

BUILD = ("--profile", "demo", "all", "headline")
MODULE = "scripts/stats/bootstrap.py"
RUNS = ("demo", "paper", "laptop")


@pytest.fixture(scope="module")
def built(runs, tmp_path_factory) -> Path:
    """The finished builds in a git repository, for commands that people type."""
    tree = Path(shutil.copytree(runs, tmp_path_factory.mktemp("typed") / "affirm", symlinks=True))
    git(tree, "init", "-q")
    commit(tree, "as built")
    return tree


def git(tree: Path, *words: str) -> str:
    who = {
        name: "someone" for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
    }
    done = subprocess.run(["git", *words], cwd=tree, env=os.environ | who, capture_output=True, text=True, check=True)
    return done.stdout


def commit(tree: Path, message: str) -> None:
    git(tree, "add", "-A")
    git(tree, "commit", "-q", "-m", message)


def outputs(tree: Path, *words: str) -> set[frozenset[str]]:
    """The jobs, by their outputs, that `snakemake -n` would run."""
    return {frozenset(job.outputs) for job in dry_run(tree, *words)}


@pytest.mark.parametrize("run", RUNS)
def test_nothing_reruns_after_comments_docstrings_and_wrapping_in_every_module(planner, base, run):
    edited = {name: silent_edit(text_of(name)) for name in tracked("scripts/*.py") if text_of(name)}
    assert sum("Or: " in text and "# why" in text for text in edited.values()) > 100
    for name, text in edited.items():
        compile(text, name, "exec")
    assert planner.plan(run, edited) == base[run]


@pytest.mark.parametrize("run", RUNS)
def test_nothing_reruns_after_edits_of_what_no_job_reads(planner, base, run):
    """Comments and messages of rules, comments of environments and profiles, documents, the Makefile, the tests."""
    files = {
        name: text_of(name) + "\n# a note\n" for name in tracked("Snakefile", "Makefile", "*.yaml", "*.toml", "*.md")
    }
    files = {name: text for name, text in files.items() if not name.startswith("resources/")}
    files |= {name: text_of(name) + "\n# a note\n" for name in tracked("tests", "benchmarks") if name.endswith(".py")}
    for name in tracked("rules"):
        text = re.sub(r'^(rule \w+:\n +""")', r"\1Now: ", text_of(name), flags=re.MULTILINE)
        files[name] = re.sub(r'(message:\n[^"]*")', r"\1now: ", text) + "\n# a note\n"
    assert sum('"now: ' in text and '"""Now: ' in text for text in files.values()) > 10
    assert planner.plan(run, files) == base[run]


def test_nothing_reruns_after_a_touch_of_every_file_large_ones_included(planner, base, runs):
    made = {name for job in base["demo"].values() for name in job.outputs if (runs / name).is_file()}
    large = [name for name in made if (runs / name).stat().st_size == LARGE]
    read = {name for job in base["demo"].values() for name in job.inputs}
    assert len(large) == 2 and set(large) <= read
    assert (
        planner.plan("demo", dict.fromkeys([*tracked("scripts", "resources", "envs", "rules"), *made])) == base["demo"]
    )


def test_nothing_reruns_after_a_checkout_of_an_older_commit_and_back(built, base):
    prompt = "resources/prompts/compact/A-EMO.md"
    for name, more in ((prompt, "\nMind this.\n"), (MODULE, "\nEXTRA = 1\n")):
        (built / name).write_text(text_of(name) + more, encoding="utf-8")
    commit(built, "edited")
    jobs = base["demo"].values()
    roots = keys(job for job in jobs if prompt in job.inputs or can_run(job, MODULE))
    assert outputs(built, *BUILD) == closure(base["demo"], roots) != set()
    git(built, "checkout", "-q", "HEAD~1")
    assert outputs(built, *BUILD) == set()
    git(built, "checkout", "-q", "-")
    git(built, "reset", "-q", "--hard", "HEAD~1")


def test_nothing_reruns_with_other_cores(built):
    assert outputs(built, "--cores", "7", *BUILD) == outputs(built, "--cores", "1", *BUILD) == set()


def test_lost_intermediate_is_rebuilt_alone_when_it_is_asked_for(built):
    name = "results/demo/detector/adapter"
    (built / name).rename(built / "kept")
    assert outputs(built, "--profile", "demo", name) == {frozenset({name})}
    (built / "kept").rename(built / name)
