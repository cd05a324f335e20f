"""Paper B's trainings and responses: what is shared is trained once, each seed by itself, nothing without a seed."""

import pytest

from tests.graph.planned import planned
from tests.graph.tree import Job, snakemake

TABLE2 = ["mistral_eva", "mistral_wo_acq", "mistral_wo_ali"]


@pytest.fixture(scope="module")
def paper(tree) -> list[Job]:
    targets = [
        f"results/eva/responses/{scored}/{system}_s{seed}.jsonl"
        for scored in ("esconv", "empathetic")
        for system in TABLE2
        for seed in (42, 43)
    ]
    return planned(tree, *targets, "results/eva/responses/esconv/mistral.jsonl")[0]


def made_by(jobs: list[Job], rule: str) -> set[str]:
    return {job.outputs[0].removeprefix("results/eva/models/") for job in jobs if job.rule == rule}


def test_alignment_without_acquisition_is_trained_once_for_both_corpora(paper):
    assert made_by(paper, "eva.train_acq") == {
        f"mistral/{corpus}/acq_s{seed}" for corpus in ("esconv", "empathetic") for seed in (42, 43)
    }
    assert made_by(paper, "eva.train_ali") == {
        f"mistral/{start}/ali_s{seed}" for start in ("esconv", "empathetic", "vanilla") for seed in (42, 43)
    }


def test_each_system_speaks_from_the_weights_that_its_variant_names(paper):
    told = {job.outputs[0]: job.argv for job in paper if job.rule == "eva.generate_responses"}

    def weights(scored: str, system: str) -> tuple[str, str | None]:
        words = told[f"results/eva/responses/{scored}/{system}.jsonl"]
        adapter = words[words.index("--adapter") + 1] if "--adapter" in words else None
        return words[words.index("--base") + 1], adapter

    models, hub = "results/eva/models/mistral", "results/models/hub/mistral"
    for corpus in ("esconv", "empathetic"):
        acquired = f"{models}/{corpus}/acq_s43"
        assert weights(corpus, "mistral_eva_s43") == (acquired, f"{models}/{corpus}/ali_s43")
        assert weights(corpus, "mistral_wo_ali_s43") == (acquired, None)
        assert weights(corpus, "mistral_wo_acq_s43") == (hub, f"{models}/vanilla/ali_s43")
    assert weights("esconv", "mistral") == (hub, None)


def test_seeds_differ_in_the_seed_alone(paper):
    trained = {job.outputs[0]: job.argv for job in paper if job.rule in ("eva.train_acq", "eva.train_ali")}
    for name, words in trained.items():
        if name.endswith("_s42"):
            other = trained[name.replace("_s42", "_s43")]
            changed = [(one, two) for one, two in zip(words, other, strict=True) if one != two]
            assert ("42", "43") in changed
            assert all(one.replace("_s42", "_s43") == two for one, two in changed if one != "42")


def test_one_checkpoint_of_the_hub_serves_both_papers(tree):
    jobs = planned(tree, "results/eva/responses/esconv/llama.jsonl", "results/supporter/baseline/esconv_adapter")[0]
    assert [job.outputs[0] for job in jobs if job.rule == "models.fetch_model"] == ["results/models/hub/llama"]


def test_a_run_without_seeds_builds_no_system_of_paper_b(tree):
    jobs = planned(tree, "--profile", "laptop", "paper_b")[0]
    assert [job.rule for job in jobs if job.rule.startswith("eva.")] == []


def test_responses_of_a_system_that_the_config_does_not_know_are_refused(tree):
    done = snakemake(tree, "-n", "results/eva/responses/esconv/nobody_s42.jsonl")
    assert done.returncode and "nobody_s42" in done.stdout + done.stderr
