"""What one target runs, and what it must leave alone: each table, figure and score by itself.

The closures are followed through the commands' inputs and outputs, without Snakemake; a dry run of two of them shows
that Snakemake plans the same.
"""

import re

import pytest

from scripts.text.files import read_csv
from tests.graph.planned import planned
from tests.graph.tree import ROOT, Job, dry_run

TRAINING = re.compile(r"\.train_")
# Options whose value is a model that answers requests (an endpoint, or the offline world).
ASKING = {"--model", "--seeker", "--supporter", "--rephrase-model"}


def needed(jobs: list[Job], *targets: str) -> list[Job]:
    """The jobs that make the targets, and what those read, and so on."""
    maker = {name: job for job in jobs for name in job.outputs}
    found: dict[Job, None] = {}
    todo = [maker[name] for name in targets]
    while todo:
        job = todo.pop()
        if job not in found:
            found[job] = None
            todo += [maker[name] for name in job.inputs if name in maker]
    return list(found)


def stages(jobs: list[Job]) -> set[str]:
    return {job.rule.split(".")[0] for job in jobs}


def trained(jobs: list[Job]) -> set[str]:
    """Adapters and models that the jobs train."""
    return {name for job in jobs if TRAINING.search(job.rule) for name in job.outputs}


def simulated(jobs: list[Job]) -> set[str]:
    """`<system>/<split>` of the dialogues and `<system>/<split>_rollouts` of the rollouts."""
    return {
        name.split("/dialogues/")[1].removesuffix(".jsonl")
        for job in jobs
        if job.rule.startswith("dialogues.")
        for name in job.outputs
    }


def asking(jobs: list[Job]) -> set[str]:
    """Rules that ask a model which is no checkpoint of ours."""
    return {
        job.rule
        for job in jobs
        for option, value in zip(job.argv, job.argv[1:], strict=False)
        if option in ASKING and '"backend"' in value and '"local"' not in value
    }


@pytest.fixture(scope="module")
def paper(tree) -> list[Job]:
    return planned(tree, "--", "all")[0]


@pytest.fixture
def closure(paper):
    """The paper-scale jobs behind targets in results/."""
    return lambda *names: needed(paper, *(f"results/{name}" for name in names))


@pytest.mark.parametrize("name", ["table10.csv", "detector/scores.json"])
def test_closure_through_commands_is_what_snakemake_plans(tree, closure, name):
    assert set(closure(name)) == set(dry_run(tree, f"results/{name}"))


@pytest.mark.parametrize("name", ["table9.csv", "table10.csv"])
def test_sft_tables_train_no_supporter_judge_nothing_and_simulate_only_their_source(closure, name):
    jobs = closure(name)
    assert simulated(jobs) == {"gpt/train", "gpt/dev"}
    assert stages(jobs).isdisjoint({"judging", "audit"})
    assert not any("/supporter/" in name for name in trained(jobs))
    assert trained(jobs) == {
        "results/detector/adapter",
        "results/reference/single/value/sft_adapter",
        "results/reference/single/value/dpo_adapter",
    }
    assert asking(jobs) >= {"dialogues.simulate_dialogues", "personas.write_situations"}


def test_table1_counts_pairs_without_training_on_them_or_meeting_test_personas(closure):
    jobs = closure("table1.csv")
    assert simulated(jobs) == {"gpt/train", "gpt/dev"} | {
        f"ours_sft/{split}{rollouts}" for split in ("train", "dev") for rollouts in ("", "_rollouts")
    }
    assert {name for name in trained(jobs) if "/supporter/" in name} == {"results/supporter/value/sft_adapter"}
    assert "judging" not in stages(jobs)
    pairs = {name.split("/")[5] for job in jobs if "pairs" in job.rule for name in job.outputs if "/supporter/" in name}
    assert pairs == {"h3_g1_t2", "hall_g1_t1"}


@pytest.mark.parametrize("name", ["table19.csv", "audit/reward_reliability.csv"])
def test_rewards_are_looked_at_before_a_supporter_learns_from_them(closure, name):
    jobs = closure(name)
    assert {name for name in trained(jobs) if "/supporter/" in name} == {"results/supporter/value/sft_adapter"}
    assert "judging" not in stages(jobs)


def test_table4_asks_no_model_trains_nothing_and_knows_no_persona(closure):
    jobs = closure("table4.csv")
    assert asking(jobs) == trained(jobs) == simulated(jobs) == set()
    assert stages(jobs) == {"models", "reddit", "labels", "tables"}
    assert [job.outputs for job in jobs if job.rule == "labels.label_utterances"] == [
        ("results/labels/reddit.parquet",)
    ]
    assert "results/models/hub/llama" not in {name for job in jobs for name in job.outputs}


def test_figure2_simulates_nothing_and_reads_no_reddit(closure):
    jobs = closure("figure2.svg")
    assert asking(jobs) == trained(jobs) == simulated(jobs) == set()
    assert stages(jobs) == {"corpora", "models", "labels", "tables"}
    assert {job.outputs[0] for job in jobs if job.rule == "corpora.normalise_esconv"} == {
        f"results/corpora/esconv/{split}.jsonl" for split in ("train", "dev", "test")
    }


def test_corpus_facts_need_no_model_at_all(tree):
    assert stages(dry_run(tree, "results/audit/corpora.csv")) == {"corpora"}


def test_detector_scores_train_the_detector_and_no_other_adapter(closure):
    jobs = closure("detector/scores.json")
    assert trained(jobs) == {"results/detector/adapter"}
    assert asking(jobs) == simulated(jobs) == set()
    assert stages(jobs) == {"models", "reddit", "labels", "detector"}


def test_table3_trains_each_adapter_once_and_judges_every_system_once(closure):
    jobs = closure("table3.csv")
    assert sorted(name for job in jobs if TRAINING.search(job.rule) for name in job.outputs) == sorted(
        ["results/detector/adapter"]
        + [f"results/reference/single/{which}_adapter" for which in ("value/sft", "value/dpo", "emotion/sft")]
        + [f"results/supporter/baseline/{corpus}_adapter" for corpus in ("esconv", "extes", "psych8k")]
        + [f"results/supporter/{variant}/sft_adapter" for variant in ("value", "emotion")]
        + ["results/supporter/value/dpo_adapter/ours_sft/h3_g1_t2"]
        + ["results/supporter/emotion/dpo_adapter/emotion_gpt/h3_g1_t0.5"]
    )
    judged = [job.outputs[0] for job in jobs if job.rule.startswith("judging.")]
    assert len(judged) == len(set(judged)) == 9 + 9 + 8
    assert stages(jobs).isdisjoint({"audit"}) and "detector.predict_values" not in {job.rule for job in jobs}
    assert "results/supporter/value/pairs/ours_sft/hall_g1_t1/counts.json" not in {
        name for job in jobs for name in job.outputs
    }


def test_skills_of_one_baseline_train_that_baseline_alone(closure):
    jobs = closure("judging/skills/extes.jsonl")
    assert trained(jobs) == {"results/supporter/baseline/extes_adapter"}
    assert simulated(jobs) == {"extes/test"}
    assert not stages(jobs) & {"reddit", "detector", "reference"}


def test_personas_need_no_checkpoint_of_the_supporter(closure):
    jobs = closure("personas/test.jsonl")
    assert {job.rule.split(".")[0] for job in jobs} == {"personas", "models"}
    assert {name for job in jobs if job.rule.startswith("models.") for name in job.outputs} == {
        "results/models/hub/sentences"
    }


def test_demo_tables_of_threads_wait_for_no_language_model(demo_jobs):
    for name in ("table4.csv", "figure2.svg"):
        rules = {job.rule for job in needed(demo_jobs, f"results/demo/{name}")}
        assert "models.train_tiny_base" not in rules and asking(needed(demo_jobs, f"results/demo/{name}")) == set()


PROMPTS = {15, 16, 17, 18, 25, 26, 28, 30, 31, 32}  # tables that show a prompt: .md alone
HEADLINE = {f"table{number}.csv" for number in (1, 3, 4, 9, 10)} | {"figure2.svg", "reddit_funnel.csv"}


def reports(jobs: list[Job]) -> dict[str, Job]:
    """The reports of a plan by name."""
    return {job.outputs[0].rpartition("/")[2]: job for job in jobs if job.rule == "audit.build_report"}


def test_full_report_waits_for_every_target_of_the_paper_that_there_is(paper, demo_jobs):
    for jobs, results in ((paper, "results"), (demo_jobs, "results/demo")):
        found = reports(jobs)
        made = {name for job in jobs if job.rule.startswith("tables.") for name in job.outputs}
        listed = [f"{results}/{row['target']}" for row in read_csv(ROOT / "resources/targets.csv")]
        assert {f"{results}/{name}" for name in HEADLINE} <= set(found["report.html"].inputs) & made
        assert set(listed) & made <= set(found["report_all.html"].inputs)
        assert set(found["report.html"].inputs) < set(found["report_all.html"].inputs)
        assert len(set(listed) & made) >= 23


def test_headline_builds_no_table_that_its_report_does_not_show(tree):
    jobs = dry_run(tree, "--profile", "demo", "headline")
    (report,) = reports(jobs).values()
    assert report.outputs == ("results/demo/report.html",)
    tables = [job for job in jobs if job.rule.startswith("tables.")]
    assert tables and all(set(job.outputs) & set(report.inputs) for job in tables)


@pytest.mark.parametrize(
    "name", [*(f"table{number}.md" for number in PROMPTS), "table6.md", "table24.csv", "table33.md"]
)
def test_settings_vocabularies_and_prompts_need_one_job(closure, name):
    assert len(closure(name)) == 1


def test_each_prompt_table_reads_the_templates_of_the_run_and_no_other(paper, demo_jobs):
    for jobs, folder in ((paper, "resources/prompts"), (demo_jobs, "resources/prompts/compact")):
        tables = [job for job in jobs if job.rule == "tables.render_prompts"]
        read = {job.argv[job.argv.index("--table") + 1]: job.inputs for job in tables}
        assert set(read) == set(map(str, PROMPTS))
        assert {name.rpartition("/")[0] for names in read.values() for name in names} == {folder}
        assert read["17"] == (f"{folder}/A-RGJ.md",)


def test_example_utterances_on_a_laptop_come_from_the_real_corpus(tree):
    jobs = dry_run(tree, "--profile", "laptop", "results/laptop/table34.csv")
    assert stages(jobs) == {"corpora", "models", "labels", "tables"}
    assert not any("/world/esconv" in name for job in jobs for name in job.inputs)


def test_figure1_simulates_its_two_systems_alone(closure):
    assert {"esconv/test", "ours_dpo/test"} <= simulated(closure("figure1.svg"))
    assert "judging" not in stages(closure("figure1.svg"))
    assert not {"gpt/test", "extes/test", "emotion_dpo/test"} & simulated(closure("figure1.svg"))
