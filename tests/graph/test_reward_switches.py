"""The switches of the rewards, supporter.rollouts.fresh and supporter.reward.count: what jobs and inputs they add."""

from pathlib import Path

import pytest

from tests.graph.planned import planned
from tests.graph.tree import Job, dry_run

SOURCES = ("gpt", "ours_sft", "emotion_gpt")
SPLITS = ("train", "dev")
Jobs = dict[tuple[str, ...], Job]  # by what they write


@pytest.fixture(scope="module")
def paper(tree) -> Jobs:
    return {job.outputs: job for job in planned(tree, "--", "all")[0]}


def switched(tree: Path, before: str, after: str) -> Jobs:
    """The jobs of the paper run with these words of the config changed."""
    path = tree / "config.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")
    return {job.outputs: job for job in dry_run(tree, "--", "all")}


def files(jobs: Jobs) -> set[str]:
    return {name.removeprefix("results/") for outputs in jobs for name in outputs}


def read_more(base: Jobs, jobs: Jobs) -> dict[str, set[str]]:
    """What jobs that were there before read besides, by their first output."""
    both = [(jobs[outputs], base[outputs]) for outputs in jobs if outputs in base]
    more = {job.outputs[0]: {*job.inputs} - {*before.inputs} for job, before in both}
    return {
        name.removeprefix("results/"): {path.removeprefix("results/") for path in more[name]}
        for name in more
        if more[name]
    }


def test_fresh_rollouts_of_initial_answers_are_jobs_of_their_own_that_the_rewards_read(scratch, paper):
    jobs = switched(scratch, "fresh: false", "fresh: true")
    rolled = {f"dialogues/{name}/{split}_fresh_rollouts.jsonl" for name in SOURCES for split in SPLITS}
    labels = {f"labels/dialogues/{name}/{split}_fresh_rollouts.parquet" for name in SOURCES[:2] for split in SPLITS}
    assert files(jobs) - files(paper) == rolled | labels and files(paper) <= files(jobs)
    wanted = {
        f"supporter/value/rewards/{name}/{split}.parquet": {
            f"dialogues/{name}/{split}_fresh_rollouts.jsonl",
            f"labels/dialogues/{name}/{split}_fresh_rollouts.parquet",
        }
        for name in SOURCES[:2]
        for split in SPLITS
    }
    for split in SPLITS:
        wanted[f"supporter/emotion/rewards/emotion_gpt/{split}.parquet"] = {
            f"dialogues/emotion_gpt/{split}_fresh_rollouts.jsonl"
        }
    assert read_more(paper, jobs) == wanted
    afresh = [job for job in jobs.values() if "_fresh_" in job.outputs[0] and job.rule.startswith("dialogues.")]
    told = {job.argv[job.argv.index("--candidates") + 1 : job.argv.index("--seed")] for job in afresh}
    assert told == {("initial", "--draw", "1")}


def test_mentions_are_counted_in_labels_of_sentences_and_no_others_are_made(scratch, paper):
    jobs = switched(scratch, "count: presence", "count: count")
    takes = [f"{split}{take}" for split in SPLITS for take in ("", "_rollouts")] + ["dev_second_rollouts"]
    tables = {f"dialogues/{name}/{take}.parquet" for name in SOURCES[:2] for take in takes}
    assert files(jobs) - files(paper) == {f"labels/sentences/{table}" for table in tables}
    assert files(paper) - files(jobs) == {f"labels/{table}" for table in tables}
    read = read_more(paper, jobs)
    assert set().union(*read.values()) == files(jobs) - files(paper)
    assert {jobs[(f"results/{name}",)].rule for name in read} == {"supporter.compute_rewards"}
    units = {job.argv[job.argv.index("--unit") + 1] for job in jobs.values() if "/sentences/" in job.outputs[0]}
    assert units == {"sentence"}
