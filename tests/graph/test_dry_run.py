"""What the graph lists for each run, and what it answers when something is missing or mistaken."""

import subprocess
from collections import Counter

import yaml

from scripts.config.overlays import read_run
from tests.graph.tree import CONDA, LAPTOP, Job, dry_run, snakemake

WAY = {  # from the dumps to table 3: jobs of each rule at paper scale, which no overlay changes
    "reddit.ingest_submissions": 1,
    "reddit.ingest_comments": 1,
    "reddit.build_threads": 1,
    "reddit.select_threads": 1,
    "detector.train_detector": 1,
    "reference.train_reference_sft": 2,
    "reference.train_reference_dpo": 1,
    "personas.assemble_personas": 1,
    "supporter.train_baseline": 3,
    "supporter.train_supporter_sft": 2,
    "supporter.compute_rewards": 2,
    "supporter.score_emotions": 2,
    "supporter.train_supporter_dpo": 2,
    "judging.judge_skills": 9,
    "judging.judge_intensity": 9,
    "judging.judge_values": 8,
    "tables.tabulate_table3": 1,
}
LOCAL = ("detector.train", "reference.train", "supporter.train", "dialogues.", "labels.")


def counted(jobs: list[Job]) -> Counter:
    return Counter(job.rule for job in jobs)


def refused(done: subprocess.CompletedProcess, *words: str) -> str:
    """The text of a run that stopped before any job, which names all the words."""
    text = done.stdout + done.stderr
    assert done.returncode != 0 and "Shell command" not in text
    assert [word for word in words if word not in text] == []
    return text


def test_paper_run_lists_the_whole_way_to_table_3_with_gpus(paper_jobs, rules):
    found = counted(paper_jobs)
    assert {rule: found[rule] for rule in WAY} == WAY
    simulated = [job.outputs[0] for job in paper_jobs if job.rule == "dialogues.simulate_dialogues"]
    assert len([name for name in simulated if name.endswith("/test.jsonl")]) == 9
    for job in paper_jobs:
        if job.rule.startswith(LOCAL):
            assert "gpu" in rules[job.rule.split(".")[1]]["resources"], job.rule
    assert not any(job.rule.startswith("world.") or "tiny" in job.rule for job in paper_jobs)
    assert not any("world" in word or "offline" in word for job in paper_jobs for word in job.argv)


def test_demo_runs_the_same_rules_as_the_paper_on_the_way_to_table_3(paper_jobs, tree):
    demo = counted(dry_run(tree, "--profile", "demo", "results/demo/table3.csv"))
    assert {rule: demo[rule] for rule in WAY} == WAY
    of_the_raw = ("fetch_", "check_dump")  # real files are retrieved, or held to their sums
    shared = {
        name: count for name, count in counted(paper_jobs).items() if not name.split(".")[1].startswith(of_the_raw)
    }
    made_here = ("world.", "models.", "corpora.normalise_valueeval")
    assert {rule: count for rule, count in demo.items() if not rule.startswith(made_here)} == shared


def test_demo_and_laptop_write_only_below_their_own_folder(demo_jobs, laptop_jobs):
    for run, jobs in (("demo", demo_jobs), ("laptop", laptop_jobs)):
        for job in jobs:
            for path in (*job.outputs, job.log, job.sidecar):
                assert path.startswith(f"results/{run}/"), path


def test_slurm_profile_lists_the_same_jobs_as_a_bare_run(tree, paper_jobs):
    assert set(dry_run(tree, "--profile", "slurm", "results/table3.csv", path=CONDA)) == set(paper_jobs)


def test_two_runs_never_share_a_journal(paper_jobs, demo_jobs, laptop_jobs):
    written = [name for jobs in (paper_jobs, demo_jobs, laptop_jobs) for job in jobs for name in job.outputs]
    assert len(written) == len(set(written))


def test_table_of_another_run_is_answered_with_its_command(tree):
    done = snakemake(tree, "-n", "results/demo/table3.csv")
    refused(done, "snakemake --profile demo results/demo/table3.csv")


def test_unknown_config_key_is_told_with_the_nearest_name(tree):
    text = refused(snakemake(tree, "-n", "results/table3.csv", "--config", "sead=3"), "sead: unknown key", "mean seed")
    assert "Building DAG" not in text


def test_all_mistakes_of_a_config_are_told_at_once(scratch):
    mistaken = yaml.safe_load((scratch / "config.yaml").read_text(encoding="utf-8"))
    mistaken["judging"]["repeats"] = "ten"
    del mistaken["stats"]["resamples"]
    (scratch / "config.yaml").write_text(yaml.safe_dump(mistaken), encoding="utf-8")
    refused(snakemake(scratch, "-n", "results/table3.csv"), "2 problems", "judging.repeats = 'ten'", "stats.resamples")


def test_missing_dump_is_told_with_its_place_source_and_licence(tree, tmp_path):
    done = snakemake(tree, "-n", "results/table3.csv", "--config", f"data_dir={tmp_path}")
    dumps = [f"{tmp_path}/reddit/offmychest_{kind}.zst" for kind in ("submissions", "comments")]
    refused(done, *dumps, "are missing", "Academic Torrents", "Licence: Reddit content", "--config data_dir=DIR")


def test_corpus_that_is_not_at_hand_is_fetched_from_its_pinned_source(paper_jobs):
    fetched = {job.outputs[0]: job.argv for job in paper_jobs if job.rule == "corpora.fetch_dataset"}
    sums = {word for argv in fetched.values() for word in argv if word.startswith("--sha256=")}
    assert len(fetched) >= 4 and all("--licence" in argv and "--url" in argv for argv in fetched.values())
    assert len(sums - {"--sha256="}) >= 2


def test_corpus_at_hand_is_not_fetched(scratch):
    (scratch / "resources/external/esconv").mkdir(parents=True)
    (scratch / "resources/external/esconv/train.jsonl").touch()
    jobs = dry_run(scratch, "results/corpora/esconv/train.jsonl")
    assert [job.rule for job in jobs] == ["corpora.normalise_esconv"]
    assert jobs[0].inputs == ("resources/external/esconv/train.jsonl",)


def test_missing_further_dump_names_the_key_that_asks_for_it(scratch):
    asked = read_run("laptop", scratch)["ingest_only"]
    name = next(iter(asked))
    target = f"results/laptop/reddit/{name}/{asked[name]['kind']}.parquet"
    done = snakemake(scratch, "-n", "--profile", "laptop", target)
    refused(done, f"{asked[name]['file']} is missing", f"ingest_only.{name}")


def test_laptop_reads_real_corpora_and_the_packaged_encoder(laptop_jobs):
    rules = counted(laptop_jobs)
    assert rules["tables.plot_figure2"] == rules["corpora.check_corpora"] == rules["models.train_value_head"] == 1
    assert rules["models.train_value_encoder"] == 5
    assert rules["corpora.fetch_dataset"] == 7 and not any(rule.startswith("world.") for rule in rules)
    assert LAPTOP[0] in {name for job in laptop_jobs for name in job.outputs}
