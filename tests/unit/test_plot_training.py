"""The figure of the training runs."""

import pytest

from scripts.audit import plot_training
from scripts.text.files import write_json

REPORT = {
    "rows": {"train": {"rows": 20, "used": 18, "cut": 0}, "dev": {"rows": 6, "used": 6, "cut": 0}},
    "steps": 12,
    "losses": [{"step": 10, "loss": 3.0}, {"step": 12, "loss": 2.0}],
    "dev": [{"step": 6, "eval_loss": 3.5}, {"step": 12, "eval_loss": 2.5}],
    "chosen": {"metric": "eval_loss", "value": 2.5, "epoch": 2},
}
WON = [{"step": 6, "eval_loss": 0.5, "eval_rewards/accuracies": 0.83}]
PREFERENCE = {**REPORT, "dev": WON, "chosen": {"metric": "eval_rewards/accuracies", "value": 0.83, "epoch": 1}}


@pytest.fixture
def folders(tmp_path):
    places = (
        "detector/adapter",
        "supporter/value/sft_adapter",
        "supporter/value/dpo_adapter/h3",
        "reference/x_adapter",
    )
    for place in places:
        (tmp_path / place).mkdir(parents=True)
        write_json(tmp_path / place / "training.json", PREFERENCE if "dpo" in place else REPORT)
    return [str(tmp_path / place) for place in places]


def drawn(folders, output, evidence="real") -> str:
    plot_training.main(["--trained", *folders, "--evidence", evidence, "--output", str(output)])
    return output.read_text(encoding="utf-8")


def test_every_run_has_a_panel_with_its_name_and_rows(folders, tmp_path):
    figure = drawn(folders, tmp_path / "a.svg")
    for name in ("detector", "supporter/value/sft", "supporter/value/dpo/h3", "reference/x"):
        assert f">{name}, 18 rows<" in figure
    assert figure.count("0.83<") == 1 and "stand-in" not in figure


def test_same_reports_give_the_same_bytes_and_another_loss_gives_others(folders, tmp_path):
    first = drawn(folders, tmp_path / "a.svg")
    assert drawn(folders, tmp_path / "b.svg") == first
    other = {**REPORT, "losses": [{"step": 10, "loss": 3.0}, {"step": 12, "loss": 2.9}]}
    write_json(f"{folders[0]}/training.json", other)
    assert drawn(folders, tmp_path / "c.svg") != first


def test_kept_epoch_is_ringed_where_it_lies(folders, tmp_path):
    before = drawn(folders, tmp_path / "a.svg")
    write_json(f"{folders[0]}/training.json", {**REPORT, "chosen": {**REPORT["chosen"], "epoch": 1}})
    assert drawn(folders, tmp_path / "b.svg") != before


def test_stand_in_run_is_marked(folders, tmp_path):
    assert "stand-in run" in drawn(folders, tmp_path / "a.svg", "stand_in")
