"""Supporter systems are entries of the config: one more is one entry, and what tables share is made once."""

import subprocess
from collections import Counter
from pathlib import Path

import pytest
import yaml

from scripts.config.load import load_config
from scripts.config.overlays import read_run
from scripts.provenance.errors import Problem
from scripts.text.files import read_csv
from scripts.text.systems import resolved
from tests.graph.planned import planned
from tests.graph.tree import ROOT, Job, dry_run, snakemake

PAPER = read_run("paper", ROOT)
OURS = (
    "category: Ours, label: Mine, supporter: llama, adapter: value/dpo/gpt/h5_g1_t1, form: four_step, reference: value"
)
NEW = {  # entry, and what it needs besides its own dialogues and judgements
    "hosted": ("supporter: gpt4o, adapter: none, form: four_step, reference: reference_only", set()),
    "ours": (OURS, set()),
    "changed": ("of: llama, self_disclosure: others_experience", set()),
    "untrained": (
        "supporter: llama, adapter: value/dpo/ours_sft/h3_g1_t0.5, form: four_step, reference: value",
        {"supporter.build_preference_pairs", "supporter.train_supporter_dpo"},
    ),
}


@pytest.fixture(scope="module")
def paper(tree) -> list[Job]:
    return planned(tree, "--", "all")[0]


def made(jobs: list[Job]) -> set[tuple[str, tuple[str, ...]]]:
    return {(job.rule, job.outputs) for job in jobs}


def with_entry(tree: Path, name: str, entry: str) -> None:
    path = tree / "config.yaml"
    text = path.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("  emotion_gpt: "))
    path.write_text(text.replace(line, f"{line}\n  {name}: {{{entry}}}"), encoding="utf-8")


@pytest.mark.parametrize("kind", NEW)
def test_one_more_system_is_one_entry_and_runs_exactly_its_jobs(scratch, paper, kind):
    entry, more = NEW[kind]
    with_entry(scratch, "mine", entry)
    if kind == "untrained":  # a point whose pairs no table counts
        path = scratch / "config.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("value: [hall_g1_t1, hall_g1_t2", "value: [h3_g1_t0.5, hall_g1_t1, hall_g1_t2"))
    targets = ["judging/skills", "judging/intensity", "judging/values/ours_dpo"]
    jobs = dry_run(scratch, *(f"results/{target}/mine.jsonl" for target in targets))
    new = [job for job in jobs if (job.rule, job.outputs) not in made(paper)]
    own = {"dialogues.simulate_dialogues", *(f"judging.judge_{what}" for what in ("skills", "intensity", "values"))}
    assert Counter(job.rule for job in new) == Counter(own | more)
    assert all("mine" in job.outputs[0] or job.rule in more for job in new)


def test_all_tables_share_dialogues_judgements_and_adapters(paper):
    outputs = [name for job in paper for name in job.outputs]
    assert len(outputs) == len(set(outputs))
    rules = Counter(job.rule for job in paper)
    tested = [job for job in paper if job.rule == "dialogues.simulate_dialogues" and "/test.jsonl" in job.outputs[0]]
    assert len(tested) == rules["judging.judge_skills"] == rules["judging.judge_intensity"] == 34
    assert rules["supporter.train_supporter_dpo"] == 16 + 2
    pairs = 8 + 3 + 3 * 9 - 1 + 6  # tables 3, 2, 21 (Ours SFT is its own first reference) and 23
    shared = 8  # table 21's against ours_dpo, but for emotion_dpo_h5
    assert rules["judging.judge_values"] == pairs - shared


def test_component_variants_are_given_what_their_names_say(paper):
    talks = [job for job in paper if job.rule == "dialogues.simulate_dialogues"]
    simulated = {job.outputs[0].split("/")[-2]: job for job in talks if job.outputs[0].endswith("/test.jsonl")}
    told = {name: [Path(path).stem for path in simulated[name].inputs if "/prompts/" in path] for name in simulated}
    assert set(told["gpt_none"]) == {"A-SUP-0", "A-SEEK"}
    assert set(told["gpt_values"]) == {"A-SUP-V", "A-TVD", "A-SEEK"}
    assert {"A-SUP-R", "A-TVD", "A-RG"} <= set(told["gpt_reference"])
    assert "--base" not in simulated["gpt_none"].argv and "--reference" not in simulated["gpt_values"].argv
    assert {name for name, prompts in told.items() if "A-REPH" in prompts} == {
        "ours_sft_others",
        "dpo_gpt_others",
        "ours_dpo_others",
    }
    given = {name: job.argv[job.argv.index("--self-disclosure") + 1] for name, job in simulated.items()}
    assert Counter(given.values()) == {"none": 28, "next_strategy": 3, "others_experience": 3}


def test_rollouts_of_both_supporters_are_of_the_same_share_of_personas(paper):
    rolled = [job for job in paper if job.rule == "dialogues.roll_out_alternatives"]
    shares = {job.outputs[0].split("dialogues/")[1]: job.argv[job.argv.index("--share") + 1] for job in rolled}
    assert shares == {
        f"{name}/{split}_rollouts.jsonl": share
        for name in ("gpt", "ours_sft", "emotion_gpt")
        for split, share in (("train", "0.4"), ("dev", "1"))
    } | {f"{name}/dev_second_rollouts.jsonl": "1" for name in ("gpt", "ours_sft")}
    told = {job.outputs[0].split("/")[-1]: [option(job, name) for name in ("--turn-share", "--draw")] for job in rolled}
    first = ["1", "0"]
    assert told == {
        "train_rollouts.jsonl": first,
        "dev_rollouts.jsonl": first,
        "dev_second_rollouts.jsonl": ["0.05", "2"],
    }


def option(job: Job, name: str) -> str:
    return job.argv[job.argv.index(name) + 1]


def blocks(jobs: list[Job], number: int) -> list[dict]:
    (job,) = [job for job in jobs if job.rule == f"tables.tabulate_table{number}"]
    return yaml.safe_load(job.argv[job.argv.index("--blocks") + 1])


@pytest.mark.parametrize("number", [2, 3, 20, 21, 22, 23])
def test_rows_of_the_paper_run_are_called_as_printed(paper, number):
    found = blocks(paper, number)
    rows = read_csv(ROOT / f"resources/published/a_table{number:02d}.csv")
    across = "group" if "group" in rows[0] else "reference_model"
    names = list(rows[0])[: list(rows[0]).index(across)]
    if across == "group":
        printed = list(dict.fromkeys(tuple(row[name] for name in names) for row in rows))
        assert [tuple(system["keys"]) for part in found for system in part["systems"]] == printed
    else:
        printed = list(dict.fromkeys(tuple(row[name] for name in (*names, across)) for row in rows))
        built = [(*system["keys"], part["label"]) for part in found for system in part["systems"]]
        assert sorted(built) == sorted(printed)


def test_sets_of_table_19_are_the_printed_ones_in_both_runs(paper, demo_jobs):
    printed = read_csv(ROOT / "resources/published/a_table19.csv")
    keys = ("supporter", "h", "gamma", "t_diff")
    for jobs in (paper, demo_jobs):
        (job,) = [job for job in jobs if job.rule == "tables.tabulate_table19"]
        sets = yaml.safe_load(job.argv[job.argv.index("--sets") + 1])
        assert [tuple(names) for names in sets] == list(dict.fromkeys(tuple(row[k] for k in keys) for row in printed))
        files = [name for name in job.inputs if name.endswith("counts.json")]
        for (supporter, h, *_), path in zip(sets, files, strict=True):
            assert f"/{'gpt' if supporter == 'GPT' else 'ours_sft'}/h{h.lower()}_" in path


def test_config_names_the_34_systems_of_the_paper_and_one_teacher():
    systems = resolved(PAPER["systems"])
    what = {(s["supporter"], s["adapter"], s["form"], s["reference"], s["self_disclosure"]) for s in systems.values()}
    assert len(systems) == len(what) == 35


def refused(**changes) -> str:
    config = read_run("paper", ROOT)
    for name, value in changes.items():
        place = config
        *path, last = name.split("__")
        for key in path:
            place = place[key]
        place[last] = value
    with pytest.raises(Problem) as error:
        load_config(config)
    return str(error.value)


def test_system_that_names_nothing_real_is_refused():
    of = {"of": "ours_sfd", "self_disclosure": "next_strategy"}
    assert "Did you mean ours_sft?" in refused(systems__mine=of)
    assert "expected a local model" in refused(systems__mine={"of": "gpt", "self_disclosure": "next_strategy"})
    assert "expected a system in four steps" in refused(systems__mine={**of, "of": "esconv"})
    entry = PAPER["systems"]["dpo_gpt_h3_g1_t2"]
    assert "Did you mean h3_g1_t2?" in refused(systems__mine=entry | {"adapter": "value/dpo/gpt/h3_g1_t3"})
    assert "Did you mean ours_sft?" in refused(systems__mine=entry | {"adapter": "value/dpo/our_sft/h3_g1_t2"})
    assert "Did you mean llama?" in refused(systems__mine=entry | {"supporter": "lama"})
    assert "select.disclosure[0] = 'gpt'" in refused(select__disclosure=["gpt"])
    assert "expected an entry of select.grid" in refused(judging__tested_against__grid="gpt_none")
    assert "select.points.emotion" in refused(select__points__emotion=["h3_g1_t0.5"])  # emotion_dpo_h5 is a row


def test_point_that_no_list_names_is_refused_where_its_pairs_are_asked_for(tree):
    done = snakemake(tree, "-n", "--profile", "demo", "results/demo/dialogues/emotion_dpo_h5/test.jsonl")
    assert isinstance(done, subprocess.CompletedProcess) and done.returncode != 0
    assert "select.points.emotion in the config has h3_g1_t0.5, not h5_g1_t0.5" in done.stdout + done.stderr
