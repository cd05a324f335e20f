"""`make why`: which edit made what stale, in counts that agree with the declared inputs and the imports."""

import os
from pathlib import Path

import pytest

from scripts.provenance.signature import closure
from tests.graph.built import finished_demo, python
from tests.graph.tree import Job, descendants

WHY = ("-m", "scripts.provenance.why", "--run", "demo")
PROMPT = "resources/prompts/compact/A-EMO.md"
FINISHED = "scripts/judging/finished.py"


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    return finished_demo(tmp_path_factory)


@pytest.fixture
def why(built):
    """Edits files of the finished build, gives what `make why` prints, and puts the files back."""
    saved: dict[Path, bytes] = {}

    def lines(*edits: tuple[str, str, str], targets: tuple[str, ...] = ("all", "headline")) -> list[str]:
        for name, old, new in edits:
            path = built / name
            saved.setdefault(path, path.read_bytes())
            text = path.read_text(encoding="utf-8")
            assert old in text, f"{old!r} is no longer in {name}"
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
        done = python(built, *WHY, *targets)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
        return done.stdout.splitlines()

    yield lines
    for path, content in saved.items():
        path.write_bytes(content)


def counted(jobs: list[Job], roots: list[Job], words: tuple[str, str]) -> str:
    """`2 jobs read it, 18 follow`, by the declared inputs alone."""
    follow = len(descendants(jobs, roots)) - len(roots)
    return f"{len(roots)} job{'s' * (len(roots) > 1)} {words[len(roots) > 1]}, {follow} follow{'s' * (follow == 1)}"


def reached(jobs: list[Job], roots: list[Job]) -> str:
    return f"{len(descendants(jobs, roots))} of {len(jobs)} jobs are stale."


def snapshot(root: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file but caches, Snakemake's own and ours."""
    found = {}
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if name not in (".cache", ".snakemake", ".venv", "__pycache__")]
        for name in files:
            stat = os.stat(os.path.join(folder, name))
            found[os.path.relpath(os.path.join(folder, name), root)] = (stat.st_size, stat.st_mtime_ns)
    return found


def test_finished_build_has_nothing_stale_and_nothing_is_written(why, built, demo_jobs):
    before = snapshot(built)
    assert why() == [f"Nothing is stale: all {len(demo_jobs)} jobs are up to date."]
    assert snapshot(built) == before


def test_every_edit_is_named_with_its_jobs_also_below_other_stale_jobs(why, demo_jobs):
    lines = why(
        (PROMPT, "[user]\n", "[user]\nMind this. "),
        ("resources/demo.yaml", "  repeats: 10", "  repeats: 12"),
        (FINISHED, "", "EXTRA = 1\n"),
        ("envs/report.yaml", "pygments==", "pygments==9."),
    )
    by_rule = {rule: [job for job in demo_jobs if job.rule == rule] for rule in {job.rule for job in demo_jobs}}
    readers = [job for job in demo_jobs if PROMPT in job.inputs]
    told = by_rule["judging.judge_values"]
    runs = {rule for rule in by_rule if FINISHED in closure(f"scripts/{rule.replace('.', '/')}.py")}
    assert {"judging.judge_skills", "judging.judge_intensity", "judging.judge_values"} < runs
    judges = [job for rule in runs for job in by_rule[rule]]
    reports = [job for job in demo_jobs if job.code.endswith("@envs/report.yaml")]
    assert lines[0] == reached(demo_jobs, readers + judges + reports)
    assert f"{PROMPT} changed: {counted(demo_jobs, readers, ('reads it', 'read it'))}" in lines
    assert f"judging.repeats 10 -> 12: {counted(demo_jobs, told, ('is told', 'are told'))}" in lines
    module = f"{FINISHED} changed: {counted(demo_jobs, judges, ('runs it', 'run it'))}"
    told_rules = lines[lines.index(module) + 1].strip().partition(", and ")[0].split(", ")
    assert set(told_rules) <= {f"{rule} ({len(by_rule[rule])})" for rule in runs}
    pins = "envs/report.yaml pins changed: "
    assert [line for line in lines if line.startswith(pins)] == [
        (pins + counted(demo_jobs, reports, ("runs in it", "run in it"))).removesuffix(", 0 follow")
    ]
    assert f"{len(told):>8}  judging.judge_values" in lines


def test_lost_artifact_and_killed_job_are_told_apart_from_edits(why, built, demo_jobs):
    lost, killed = built / "results/demo/table4.csv", built / "results/demo/table9.csv"
    sidecar = built / next(job.sidecar for job in demo_jobs if job.rule == "tables.tabulate_table9")
    record = sidecar.read_bytes()
    lost.unlink()
    killed.unlink()
    sidecar.write_bytes(b"")
    try:
        lines = why()
        assert "an output is missing: 1 job, 2 follow" in lines
        assert "did not finish (killed): 1 job, 2 follow" in lines
        sidecar.unlink()
        assert "never built: 1 job, 2 follow" in why()
    finally:
        for path in (lost, killed):
            path.touch()
        sidecar.write_bytes(record)


def test_stale_job_that_no_record_explains_is_told_in_snakemakes_words(why, built, demo_jobs):
    (job,) = [job for job in demo_jobs if job.rule == "judging.judge_skills" and "/ours_dpo." in job.outputs[0]]
    sidecar = built / job.sidecar
    record = sidecar.read_bytes()
    sidecar.unlink()
    try:
        lines = why((FINISHED, "", "EXTRA = 1\n"), targets=job.outputs)
    finally:
        sidecar.write_bytes(record)
    assert [line for line in lines if line.startswith("no record tells why: 1 job. ") and "Params have changed" in line]


def test_target_that_cannot_be_planned_is_a_sentence_without_a_traceback(built):
    done = python(built, "-m", "scripts.provenance.why", "--run", "paper")
    assert done.returncode == 1
    assert done.stderr.startswith("There is no plan. ") and "Put them there" in done.stderr
    assert "Traceback" not in done.stderr
