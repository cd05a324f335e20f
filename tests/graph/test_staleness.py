"""What an edit makes stale: exactly the jobs that read, run or are told what changed, and all that follows from them.

The whole demo is built once by a front door that only makes the outputs (it is operational, so the graph's signatures
are the real ones); then files are edited and dry runs tell what Snakemake would run again.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.provenance.signature import BACKENDS, OPERATIONAL, closure
from tests.graph.tree import Job, copy_tree, descendants, dry_run, imports, snakemake

BUILD = ["--profile", "demo", "all", "headline"]
FILE_ENDINGS = {".csv", ".html", ".json", ".jsonl", ".md", ".parquet", ".svg", ".tsv", ".yaml", ".zst"}
FAST_DOOR = f"""
import os
import sys

words = sys.argv[1:]
for name in words[words.index("--out") + 1 : words.index("--")]:
    if os.path.splitext(name)[1] in {FILE_ENDINGS!r}:
        os.makedirs(os.path.dirname(name), exist_ok=True)
        open(name, "w").close()
    else:
        os.makedirs(name, exist_ok=True)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The project with a finished demo build."""
    tree = copy_tree(tmp_path_factory.mktemp("built") / "affirm")
    (tree / "scripts" / "__main__.py").write_text(FAST_DOOR)
    done = snakemake(tree, "--quiet", "all", *BUILD)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return tree


@pytest.fixture
def stale(built):
    """Edits a file of the finished build, gives the jobs that became stale, and puts the file back."""
    edited: dict[Path, bytes] = {}

    def edit(name: str, old: str, new: str) -> None:
        path = built / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is no longer in {name}"
        edited.setdefault(path, path.read_bytes())
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def after(*edits: tuple[str, str, str]) -> set[Job]:
        for name, old, new in edits:
            edit(name, old, new)
        return {unsigned(job) for job in dry_run(built, *BUILD)}

    yield after
    for path, text in edited.items():
        path.write_bytes(text)


def unsigned(job: Job) -> Job:
    """The job without what an edit changes in its command."""
    return Job(job.rule, (), job.inputs, job.outputs, job.log, job.sidecar, job.code.partition("@")[2])


@pytest.fixture(scope="module")
def expected(demo_jobs) -> Callable[[Callable[[Job], bool]], set[Job]]:
    """The jobs that a test on a job picks, and their descendants."""
    every = [unsigned(job) for job in demo_jobs]

    def follow(picks: Callable[[Job], bool]) -> set[Job]:
        roots = [short for job, short in zip(demo_jobs, every, strict=True) if picks(job)]
        assert 0 < len(roots) < len(every)
        return descendants(every, roots)

    return follow


def runs(job: Job, module: str) -> bool:
    """Whether the job's signature covers the module: reached without passing an operational or a backend module."""
    reached, todo = set(), [f"scripts/{job.rule.replace('.', '/')}.py"]
    while todo:
        path = todo.pop()
        if path not in reached and path not in OPERATIONAL and path not in BACKENDS.values():
            reached.add(path)
            todo += direct(path)
    return module in reached


def direct(path: str) -> list[str]:
    """Project files that the file's imports name."""
    named = []
    for module, _, names in imports(Path(path)):
        if module.startswith("scripts."):
            dotted = [module, *(f"{module}.{name}" for name in names)]
            named += [file for name in dotted if Path(file := name.replace(".", "/") + ".py").is_file()]
    return named


def test_finished_build_has_nothing_to_do_also_after_edits_that_say_nothing(stale, built):
    for name in ("resources/prompts/compact/A-SUP.md", "scripts/text/answers.py", "resources/world.yaml"):
        (built / name).touch()
    quiet = stale(
        ("scripts/text/draws.py", "import hashlib", "# a comment\n\nimport hashlib"),
        ("scripts/text/draws.py", '"""A generator', '"""Other words: a generator'),
        ("scripts/llm/journal.py", "SYNC_SECONDS = 0.5", "SYNC_SECONDS = 0.6"),
        ("envs/train.yaml", "# Local models", "# The local models"),
        ("resources/demo.yaml", "train_batch: 8", "train_batch: 4"),
        ("Makefile", "", "# a note\n"),
    )
    assert quiet == set()


def test_prompt_makes_its_readers_stale(stale, expected):
    name = "resources/prompts/compact/A-EMO.md"
    found = stale((name, "[user]\n", "[user]\nMind this. "))
    assert found == expected(lambda job: name in job.inputs)


def test_config_leaf_makes_stale_whom_it_is_told(stale, expected):
    found = stale(("resources/demo.yaml", "  repeats: 10", "  repeats: 12"))
    assert found == expected(lambda job: job.rule == "judging.judge_values")


def test_module_makes_stale_every_job_that_can_run_it(stale, expected):
    module = "scripts/stats/bootstrap.py"
    found = stale((module, "", "EXTRA = 1\n"))
    assert found == expected(lambda job: runs(job, module))


def test_training_code_of_the_base_reaches_every_adapter_and_table_3(stale, expected):
    module = "scripts/models/train_tiny_base.py"
    found = stale((module, "import argparse", "import argparse\nEXTRA = 1"))
    assert found == expected(lambda job: job.rule == "models.train_tiny_base")
    assert {"supporter.train_supporter_dpo", "detector.train_detector", "tables.tabulate_table3"} <= {
        job.rule for job in found
    }


def test_offline_responder_makes_stale_only_jobs_that_it_answers(stale, expected):
    module = "scripts/llm/offline_judges.py"
    assert module in closure(BACKENDS["offline"])
    found = stale((module, "", "EXTRA = 1\n"))
    assert found == expected(lambda job: any('"backend": "offline"' in word for word in job.argv) or runs(job, module))


def test_pin_makes_stale_the_rules_of_its_environment(stale, expected):
    found = stale(("envs/report.yaml", "pygments==", "pygments==9."))
    assert found == expected(lambda job: job.code.endswith("@envs/report.yaml"))


def test_lost_intermediate_is_rebuilt_alone_when_it_is_asked_for(built, demo_jobs):
    name = "results/demo/detector/adapter"
    shutil.rmtree(built / name)
    assert [job.outputs for job in dry_run(built, "--profile", "demo", name)] == [(name,)]
    (built / name).mkdir()
