"""Slow work is kept by content: reruns that would come out the same train nothing and ask no model."""

import hashlib
import json

ADAPTER = "results/demo/supporter/baseline/psych8k_adapter"
TARGET = "results/demo/dialogues/psych8k/test.jsonl"
RECORDS = {"adapter": "supporter/train_baseline.psych8k", "dialogues": "dialogues/simulate_dialogues.psych8k.test"}


def records(demo) -> dict[str, dict]:
    return {
        name: json.loads((demo.folder / f"results/demo/logs/{path}.json").read_text()) for name, path in RECORDS.items()
    }


def digests(demo) -> list[str]:
    files = (demo.folder / ADAPTER / "adapter_model.safetensors", demo.folder / TARGET)
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]


def assert_published_again(demo) -> None:
    for name, record in records(demo).items():
        assert record["status"] == "ok" and record["kept"], name
        assert record["journal"] == {} and record["used"] == {}, name
        assert record["run"]["seconds"] < 5, name
        log = (demo.folder / f"results/demo/logs/{RECORDS[name]}.log").read_text()
        assert "nothing was trained or asked" in log and "steps on" not in log


def test_harmless_rerun_upstream_trains_nothing_and_asks_no_model(demo):
    before = digests(demo)
    done = demo.build("--forcerun", "normalise_psych8k", "--", TARGET)
    assert done.returncode == 0, done.stderr[-3000:]
    assert digests(demo) == before
    assert_published_again(demo)


def test_edit_costs_one_training_and_its_revert_none(demo):
    script = demo.folder / "scripts/training/sft.py"
    source, before = script.read_text(), digests(demo)
    try:
        script.write_text(source.replace("log = logging", "EDITED = 1\nlog = logging", 1))
        done = demo.build(TARGET)
        assert done.returncode == 0, done.stderr[-3000:]
        edited = records(demo)
        assert "kept" not in edited["adapter"]
        assert digests(demo)[0] == before[0]  # the edit was harmless, so what follows is published again
        assert edited["dialogues"]["kept"]
    finally:
        script.write_text(source)
    done = demo.build(TARGET)
    assert done.returncode == 0, done.stderr[-3000:]
    assert digests(demo) == before
    assert_published_again(demo)
