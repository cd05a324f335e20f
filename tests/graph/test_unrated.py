"""Paper scale while nobody has rated: every target is planned, what needs no people is built, sheets are handed out."""

import pytest

from scripts.text.files import read_csv
from tests.graph.planned import planned
from tests.graph.test_targets import needed
from tests.graph.tree import ROOT, Job, dry_run, snakemake

PAGES = "results/evad/pages/introduction.html"
PEOPLE = "results/scoring/people"
# What rankings teach, and what teaches by them.
TAUGHT = {"evad.build_alignment_pairs", "eva.train_ali", "scoring.score_eva"}
LEVELS = {"scoring.collect_level_rows", "scoring.train_levels", "scoring.predict_levels"}  # labels: writer
ANSWERED = "table9.csv figure5.svg table13.csv agreement.csv claims_b.csv table7.csv table14.csv prelim_comfort.csv"


@pytest.fixture(scope="module")
def unrated(tree) -> list[Job]:
    return planned(tree, "--", "all")[0]


def made(jobs: list[Job]) -> set[str]:
    return {name for job in jobs for name in job.outputs}


def ranked(tree) -> None:
    folder = tree / "resources/external/ratings/evad"
    folder.mkdir(parents=True)
    (folder / "evad1-ann.csv").touch()


def test_every_target_of_paper_b_is_planned_and_nothing_learns_from_rankings_that_nobody_gave(unrated):
    targets = {f"results/{row['target']}" for row in read_csv(ROOT / "resources/targets.csv")}
    others = {f"results/eva/{name}" for name in ANSWERED.split()}
    assert (targets | others) - made(unrated) == set()
    assert {job.rule for job in unrated} & (TAUGHT | LEVELS) == set()


@pytest.mark.parametrize("name", ANSWERED.split())
def test_each_target_that_people_answer_for_is_planned_by_itself(tree, unrated, name):
    alone = needed(unrated, f"results/eva/{name}")
    assert {job.rule for job in alone} & TAUGHT == set()
    if name in ("table9.csv", "figure5.svg", "table13.csv"):
        assert PAGES in made(alone)  # what is to be filled in first comes along


def test_what_needs_no_people_does_not_wait(unrated):
    there = made(unrated)
    for corpus in ("esconv", "empathetic"):
        for name in ("gpt35", "gpt4o", "emollm", "mistral", "qwen2", "llama", "chatcounselor", "mechat"):
            assert f"results/eva/responses/{corpus}/{name}.jsonl" in there
        for name in ("mistral", "qwen2", "llama", "chatcounselor", "mechat"):
            assert {f"results/eva/responses/{corpus}/{name}_wo_ali_s{seed}.jsonl" for seed in (42, 43, 44)} <= there
    assert "results/eva/benchmarks/mistral.json" in there and not any("mistral_eva" in name for name in there)
    assert {f"results/scoring/readers/{name}.csv" for name in ("er", "ex", "ip")} <= there
    claims = next(job for job in unrated if job.rule == "tables.tabulate_eva_claims")
    assert "results/scoring/esconv/mistral/types.csv" in claims.inputs
    assert any(name.endswith("/esconv/acq_s42") for name in claims.inputs)


def test_sheets_that_can_be_filled_in_now_are_handed_out(tree, unrated):
    handed = made(dry_run(tree, "rating_sheets"))
    now = {PAGES, f"{PEOPLE}/levels/sheet.csv", f"{PEOPLE}/comfort/sheet.csv", f"{PEOPLE}/comfort/pages.md"}
    assert now <= handed and now <= made(unrated)
    assert not any(study in name for name in handed for study in ("pairwise", "validity"))


def test_sheet_of_a_system_that_waits_for_rankings_is_refused_with_what_comes_first(tree):
    done = snakemake(tree, "-n", f"{PEOPLE}/pairwise/sheet.csv")
    text = done.stdout + done.stderr
    assert done.returncode and "Shell command" not in text
    for words in ("mistral_eva", "nobody has ranked", "snakemake rating_sheets", "resources/external/ratings/evad"):
        assert words in text


def test_first_file_of_rankings_sets_everything_going(scratch):
    ranked(scratch)
    jobs = dry_run(scratch, "--", "all")
    assert TAUGHT | LEVELS <= {job.rule for job in jobs}
    own = {f"{PEOPLE}/{study}/sheet.csv" for study in ("comfort", "pairwise", "validity")}
    assert own | {"results/eva/benchmarks/mistral_eva_s42.json", "results/evad/pairs/train.jsonl"} <= made(jobs)
    read = {job.outputs[0]: job.inputs for job in jobs}
    assert "resources/external/ratings/evad/evad1-ann.csv" in read["results/evad/rankings.csv"]
    assert "results/scoring/esconv/mistral_eva_s42/evaeval.csv" in read["results/eva/table9.csv"]
    assert not any(name == PAGES for name in read["results/eva/table9.csv"] + read["results/eva/table13.csv"])


def test_peoples_levels_that_are_not_there_yet_leave_evaeval_out_alone(scratch):
    ranked(scratch)
    words = ("--config", "scoring={levels: {labels: human}}")
    jobs = dry_run(scratch, *words, "--", "paper_b")
    rules = {job.rule for job in jobs}
    assert rules & (LEVELS | {"scoring.score_eva"}) == set() and "eva.train_ali" in rules
    labels = scratch / "resources/external/ratings"
    for name in ("b_levels.csv", "b_level_texts.csv"):
        (labels / name).touch()
    assert LEVELS | {"scoring.score_eva"} <= {job.rule for job in dry_run(scratch, *words, "--", "paper_b")}
