"""The scaled-down graph through Slurm: the same bytes, and nothing left to do for any other command."""

import pytest

from tests.graph.tree import CONDA
from tests.slurm.conftest import TABLE

DATA = (".csv", ".md", ".jsonl", ".parquet", ".safetensors", ".zst", ".yaml")
LOCAL = {"tabulate_table4"}


def data_files(build) -> dict[str, bytes]:
    """Artifacts by path; reports and logs hold seconds and are left out."""
    root = build.folder / "results" / "demo"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.suffix in DATA}


def test_cluster_builds_from_dumps_to_table_what_one_machine_builds(built, alone):
    ours, theirs = data_files(built.build), data_files(alone)
    assert {name for name in ours if theirs.get(name) != ours[name]} == set()
    assert {"table4.csv", "models/tiny/values/model.safetensors", "labels/reddit.parquet"} <= set(ours)


def test_every_rule_but_the_local_ones_ran_as_one_slurm_job(built):
    jobs = built.build.jobs()
    assert {job.state for job in jobs} == {"COMPLETED"}
    assert sorted(job.rule for job in jobs) == sorted(name for name in built.done.finished if name not in LOCAL)
    assert len(jobs) >= 10
    assert built.build.live() == []


def test_partition_account_and_gpu_model_are_all_that_the_site_gave(built):
    for job in built.build.jobs():
        assert "-A group7" in job.submitted and "-p night" in job.submitted
        assert ("--gpus=h100:1" in job.submitted) == (job.rule == "label_utterances"), job.submitted


def test_gpu_job_is_given_its_device_and_sees_it(built, watch):
    (job,) = built.build.jobs("label_utterances")
    assert "gres/gpu:h100=1" in job.resources and job.memory == "32000M"
    (seen,) = watch.of(built.build, "labels.label_utterances")
    assert seen.environment["CUDA_VISIBLE_DEVICES"] in ("0", "1")
    for other in ("models.train_tiny_values", "models.train_tiny_sentiment"):
        assert [seen.environment.get("CUDA_VISIBLE_DEVICES") for seen in watch.of(built.build, other)] == [None]


def test_job_runs_in_its_environment_with_the_frozen_plan(built, watch):
    plans = {str(path) for path in (built.build.folder / ".cache" / "plans").glob("*.json")}
    (seen,) = watch.of(built.build, "labels.label_utterances")
    assert {seen.environment["AFFIRM_PLAN"]} == plans
    assert seen.environment["CONDA_PREFIX"].startswith(str(built.build.folder / ".snakemake" / "conda"))
    assert str(CONDA) in seen.environment["PATH"].split(":")


@pytest.mark.parametrize("profile", ["demo", "slurm"])
def test_nothing_reruns_with_either_command_after_a_build_with_the_other(built, alone, profile):
    assert built.build.says_nothing_to_do("--", TABLE, profile=profile)
    assert alone.says_nothing_to_do("--", TABLE, profile=profile)
