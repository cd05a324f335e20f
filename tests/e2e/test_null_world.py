"""The same models in a world without effects: what the demo finds must vanish with what was planted."""

import csv
import json
import os
import sys
from pathlib import Path

import pytest

SYSTEMS = ("ours_dpo", "ours_sft", "esconv")


def again(demo, folder: Path, record: str) -> Path:
    """Runs a finished job's recorded command with the null world, its outputs in `folder`; returns the output."""
    sidecar = json.loads((demo.folder / f"results/demo/logs/{record}.json").read_text())
    words = list(sidecar["command"])
    place = words.index("--output") + 1
    output = folder / Path(words[place]).relative_to("results/demo")
    words[place] = str(output)
    world = str(folder / "world.yaml")
    words = [word.replace("results/demo/world/world.yaml", world) for word in words]
    for option in ("--dialogues", "--reference-dialogues"):
        if option in words:
            words[words.index(option) + 1] = words[words.index(option) + 1].replace("results/demo", str(folder))
    done = demo.run(
        sys.executable,
        "-m",
        "scripts",
        "--",
        sidecar["rule"],
        *words,
        AFFIRM_JOURNAL=str(folder / "journal"),
        OMP_NUM_THREADS="1",
        PYTHONHASHSEED="0",
        PATH=os.environ["PATH"],
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return output


@pytest.fixture(scope="module")
def planted(demo, tmp_path_factory) -> dict[str, dict[str, str]]:
    """Rows of the planted table for three systems that met the null world."""
    folder = tmp_path_factory.mktemp("null")
    demo.run(
        *(sys.executable, "-m", "scripts", "--", "world.set_effects", "--world", "resources/world.yaml"),
        *("--scale", "0", "--output", str(folder / "world.yaml")),
    )
    dialogues = [again(demo, folder, f"dialogues/simulate_dialogues.{name}.test") for name in SYSTEMS]
    votes = [again(demo, folder, f"judging/judge_values.ours_dpo.{name}") for name in SYSTEMS[1:]]
    table = folder / "planted.csv"
    done = demo.run(
        *(sys.executable, "-m", "scripts", "--", "audit.tabulate_planted", "--world", str(folder / "world.yaml")),
        *("--dialogues", *map(str, dialogues), "--teacher", "results/demo/dialogues/gpt/train.jsonl"),
        *("--votes", *map(str, votes), "--resamples", "2000", "--seed", "1", "--output", str(table)),
    )
    assert done.returncode == 0, done.stderr
    with open(table, encoding="utf-8", newline="") as stream:
        return {row["effect"]: row for row in csv.DictReader(stream)}


def test_a_cue_raises_nothing_in_the_null_world(planted):
    cued, base = planted["cue_raises_value"], planted["value_base_rate"]
    assert float(cued["planted"]) == float(base["planted"])
    assert abs(float(cued["recovered"]) - float(base["recovered"])) < 0.05


def test_no_system_wins_in_the_null_world(planted):
    """All four differences within three standard errors of 0, and far from the demo's (0.1 to 0.4, all above)."""
    order = {effect: row for effect, row in planted.items() if effect.startswith("es_value")}
    assert len(order) == 4
    for effect, row in order.items():
        error = (float(row["ci_high"]) - float(row["ci_low"])) / (2 * 1.96)
        assert abs(float(row["recovered"])) < min(3 * error, 0.15), effect
    assert {row["planted"] for row in order.values()} == {"0.0"}
    slope = planted["judge_slope"]
    assert float(slope["planted"]) == 0 and abs(float(slope["recovered"])) < 0.1
