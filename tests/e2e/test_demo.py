"""From the world's raw bytes to both headlines, then what a second run, an edit and a deletion do."""

import csv
import hashlib
import json
import os
import shutil

import pytest

from scripts.provenance.sandbox import confine
from scripts.provenance.sidecar import VARIES
from scripts.provenance.signature import BACKENDS, OPERATIONAL, closure

JUDGED, SCORED = 9, 17
SYSTEMS = ("gpt", "llama", "esconv", "extes", "psych8k", "emotion_sft", "emotion_dpo", "ours_sft", "ours_dpo")


def rows(path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def lines(path) -> list[dict]:
    with open(path, encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


@pytest.fixture(scope="module")
def landlock() -> str:
    """What a sidecar says of the sandbox on this kernel."""
    child = os.fork()
    if child == 0:
        os._exit(0 if confine([], []) else 1)
    return "enforced" if os.waitpid(child, 0)[1] == 0 else "recorded only"


def digest(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_table3_has_every_published_cell_with_n_interval_and_published_value(demo):
    keys = ("category", "model", "group", "metric")
    built = rows(demo.folder / "results/demo/table3.csv")
    published = rows(demo.folder / "resources/published/a_table03.csv")
    assert [[row[key] for key in keys] for row in built] == [[row[key] for key in keys] for row in published]
    for row, printed in zip(built, published, strict=True):
        assert (row["run"], row["evidence"], row["difference"]) == ("demo", "stand_in", "")
        if not printed["value"]:
            assert (row["status"], row["value"]) == ("reference", "")
            continue
        assert float(row["published"]) == float(printed["value"]) and row["published_marker"] == printed["marker"]
        assert row["status"] == "built" and int(row["n"]) >= 12
        assert float(row["ci_low"]) <= float(row["value"]) <= float(row["ci_high"])


def test_paper_bs_table_has_every_published_cell_with_n_and_what_stands_behind_it(demo):
    keys = ("dataset", "model", "variant", "metric")
    built = rows(demo.folder / "results/demo/eva/table2.csv")
    published = rows(demo.folder / "resources/published/b_table02.csv")
    assert [[row[key] for key in keys] for row in built] == [[row[key] for key in keys] for row in published]
    for row, printed in zip(built, published, strict=True):
        assert (row["run"], row["evidence"], row["difference"]) == ("demo", "stand_in", "")
        taught = row["variant"] in ("EVA", "EVA w/o ACQ")  # by rankings, which stand-ins gave
        assert row["status"] == ("synthetic" if taught or row["metric"].startswith("evaeval") else "built")
        assert float(row["published"]) == float(printed["value"]) and int(row["n"]) >= 10
        assert float(row["ci_low"]) <= float(row["value"]) <= float(row["ci_high"])


def test_acquisition_and_alignment_each_change_what_a_model_says(demo):
    for backbone in ("mistral", "qwen2", "llama"):
        said = {}
        for system in (backbone, *(f"{backbone}_{variant}_s42" for variant in ("eva", "wo_acq", "wo_ali"))):
            responses = lines(demo.folder / f"results/demo/eva/responses/esconv/{system}.jsonl")
            said[system] = "\n".join(row["response"] for row in responses)
        assert len(set(said.values())) == 4


def test_every_system_speaks_for_itself(demo):
    texts = {}
    for name in SYSTEMS:
        dialogues = lines(demo.folder / f"results/demo/dialogues/{name}/test.jsonl")
        assert {dialogue["system"] for dialogue in dialogues} == {name}
        said = [turn["text"] for d in dialogues for turn in d["turns"] if turn["role"] == "supporter"][1:]
        texts[name] = "\n".join(said)
    assert len(set(texts.values())) == len(SYSTEMS)


def test_planted_effects_are_recovered(demo):
    found = rows(demo.folder / "results/demo/audit/planted.csv")
    verdicts = {row["effect"]: row["verdict"] for row in found}
    order = [effect for effect in verdicts if "above" in effect or effect.startswith("level_rises")]
    assert len(order) == 8
    assert all(verdicts[effect] == "recovered" for effect in order), verdicts
    assert sum(verdict == "missed" for verdict in verdicts.values()) <= 1, verdicts


def test_dpo_learns_to_prefer_on_dev_and_has_pairs_enough(demo):
    for variant, point in (("value", "ours_sft/h3_g1_t2"), ("emotion", "emotion_gpt/h3_g1_t0.5")):
        folder = demo.folder / f"results/demo/supporter/{variant}"
        report = json.loads((folder / f"dpo_adapter/{point}/training.json").read_text())
        assert max(epoch["eval_rewards/accuracies"] for epoch in report["dev"]) > 0.5
        counts = json.loads((folder / f"pairs/{point}/counts.json").read_text())
        assert counts["train"]["kept"] >= 60 and counts["dev"]["kept"] >= 10


def test_every_job_left_a_sidecar_that_names_what_it_read_and_wrote(demo):
    sidecars = sorted((demo.folder / "results/demo/logs").rglob("*.json"))
    assert len(sidecars) > 100
    for path in sidecars:
        record = json.loads(path.read_text())
        assert record["status"] == "ok", path
        assert record["code"] and record["command"] and record["outputs"], path


def test_every_job_read_only_what_it_declares(demo, landlock):
    """Held by the kernel, and seen again in what Python itself opened."""
    code = set().union(*map(closure, OPERATIONAL), closure(BACKENDS["offline"]))
    for path in (demo.folder / "results/demo/logs").rglob("*.json"):
        record = json.loads(path.read_text())
        confined = record["rule"] != "audit.build_report" and "kept" not in record
        assert record["sandbox"] == (landlock if confined else "off"), path
        allowed = {*record["inputs"], *record["parts"], *code, "journal", "checkpoints/unfinished"}  # its own
        strange = [name for name in record["reads"] if not any(f"{name}/".startswith(f"{one}/") for one in allowed)]
        assert [name for name in strange if not name.endswith("/__init__.py")] == [], path


def test_slow_jobs_read_nothing_that_their_key_leaves_out(demo):
    for path in (demo.folder / "results/demo/logs").rglob("*.json"):
        record = json.loads(path.read_text())
        if record["rule"].split(".")[1].startswith(("train_", "simulate_", "roll_out_", "predict_", "label_utt")):
            assert not [name for name in record["reads"] if name.rsplit("/", 1)[-1] in VARIES], path


def test_report_shows_the_tables_and_no_raw_text(demo):
    page = (demo.folder / "results/demo/report.html").read_text(encoding="utf-8")
    situation = lines(demo.folder / "results/demo/personas/test.jsonl")[0]["situation"]
    assert "Table 3 of paper A" in page and situation not in page


def test_second_run_has_nothing_to_do(demo):
    assert demo.planned("headline") == {}


def test_comments_docstrings_and_touched_files_make_nothing_stale(demo):
    script = demo.folder / "scripts/judging/judge_skills.py"
    before = script.read_text()
    script.write_text(before.replace('"""', '"""Edited. ', 1) + "\n# a comment\n")
    (demo.folder / "results/demo/personas/test.jsonl").touch()
    (demo.folder / "resources/prompts/compact/A-SKILL.md").touch()
    try:
        assert demo.planned("headline") == {}
    finally:
        script.write_text(before)


@pytest.mark.parametrize(
    ("path", "old", "new", "jobs"),
    [
        (
            "resources/prompts/compact/A-INT.md",
            "[user]",
            "[user]\nNote.",
            {"judge_intensity": JUDGED, "tabulate_table3": 1, "estimate_cost": 1},
        ),
        ("resources/published/a_table09.csv", "1796", "1797", {"tabulate_table9": 1}),
        (
            "resources/demo.yaml",
            "repeats: 10",
            "repeats: 12",
            {"judge_values": JUDGED - 1, "tabulate_table3": 1, "tabulate_planted": 1, "estimate_cost": 1},
        ),
        (
            "scripts/judging/judge_intensity.py",
            "import argparse",
            "import argparse  \nEDITED = 1",
            {"judge_intensity": JUDGED, "tabulate_table3": 1},
        ),
        (
            "scripts/scoring/score_eva.py",
            "import argparse",
            "import argparse  \nEDITED = 1",
            {"score_eva": SCORED, "tabulate_eva_systems": 1, "tabulate_planted": 1},
        ),
        ("resources/published/b_table02.csv", "1.27", "1.28", {"tabulate_eva_systems": 1}),
    ],
)
def test_an_edit_reruns_exactly_what_depends_on_it(demo, path, old, new, jobs):
    file = demo.folder / path
    before = file.read_text()
    assert old in before
    file.write_text(before.replace(old, new, 1))
    try:
        planned = demo.planned("headline")
        assert planned == {**jobs, "build_report": 1, "headline": 1}
    finally:
        file.write_text(before)
    assert demo.planned("headline") == {}


def test_a_deleted_intermediate_is_rebuilt_alone_and_equal(demo):
    path = demo.folder / "results/demo/judging/skills/gpt.jsonl"
    kept = digest(path)
    path.unlink()
    wanted = "results/demo/judging/skills/gpt.jsonl"
    assert demo.planned(wanted) == {"judge_skills": 1}
    assert demo.snakemake(wanted).returncode == 0
    assert digest(path) == kept
    record = json.loads((demo.folder / "results/demo/logs/judging/judge_skills.gpt.json").read_text())
    assert record["journal"].get("asked", 0) == 0 and record["journal"]["replayed"] > 0


def test_plain_and_warm_jobs_write_the_same_bytes(demo, tmp_path):
    """The judgement, labels and DPO adapter of the warm build, done again by fresh processes."""
    again = [
        "results/demo/judging/values/ours_dpo/ours_sft.jsonl",
        "results/demo/labels/dialogues/ours_sft/dev.parquet",
        "results/demo/supporter/value/dpo_adapter/ours_sft/h3_g1_t2/adapter_model.safetensors",
    ]
    before = {name: digest(demo.folder / name) for name in again}
    (demo.folder / again[0]).unlink()
    (demo.folder / again[1]).unlink()
    shutil.rmtree((demo.folder / again[2]).parent)
    shutil.rmtree(demo.folder / "journal/results/demo/judging/values/ours_dpo")
    targets = [again[0], again[1], "results/demo/supporter/value/dpo_adapter/ours_sft/h3_g1_t2"]
    built = demo.snakemake(*targets, AFFIRM_CHECKPOINTS=str(tmp_path))  # nothing kept to publish again
    assert built.returncode == 0, built.stderr[-3000:]
    assert {name: digest(demo.folder / name) for name in again} == before
