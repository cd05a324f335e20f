"""What a person reads at the end of `make demo` and `make laptop`, and the small audit tables behind it."""

import pytest
import yaml

from scripts.audit import tabulate_classifier
from scripts.tables import show_headline, show_laptop
from scripts.text.files import read_csv, write_csv, write_json
from scripts.world import set_effects


def table3(path, evidence: str) -> None:
    columns = ["category", "model", "metric", "value", "published", "evidence"]
    rows = [
        ("Ours", "SFT", "overall", "3.456", "4.80"),
        ("Ours", "SFT", "seeker", "0.31", "0.48"),
        ("Ours", "DPO", "overall", "3.88", "4.87"),
        ("Ours", "DPO", "seeker", "", ""),
    ]
    write_csv(path, [dict(zip(columns, (*row, evidence), strict=True)) for row in rows], columns)


@pytest.mark.parametrize(("evidence", "banner"), [("stand_in", True), ("real", False)])
def test_headline_shows_each_cell_beside_the_published_one(tmp_path, capsys, evidence, banner):
    table3(tmp_path / "table3.csv", evidence)
    show_headline.main(["--table", str(tmp_path / "table3.csv"), "--folder", str(tmp_path)])
    said = capsys.readouterr().out
    lines = {" ".join(line.split()[:2]): line.split() for line in said.splitlines()}
    assert lines["Ours SFT"] == ["Ours", "SFT", "3.46", "(4.80)", "0.31", "(0.48)"]
    assert lines["Ours DPO"] == ["Ours", "DPO", "3.88", "(4.87)", "-", "(-)"]
    assert ("not comparable" in said) is banner


def test_classifier_table_has_the_model_and_its_baselines(tmp_path):
    scores = {"macro_f1": 0.4, "micro_f1": 0.5}
    report = {"dev": scores, "baselines": {"all_ones": {"macro_f1": 0.2, "micro_f1": 0.3}}}
    write_json(tmp_path / "training.json", {**report, "dev_rows": 7, "threshold": 0.26})
    tabulate_classifier.main(["--model", str(tmp_path), "--output", str(tmp_path / "f1.csv")])
    assert read_csv(tmp_path / "f1.csv") == [
        {"classifier": "model", "macro_f1": "0.4", "micro_f1": "0.5", "rows": "7", "threshold": "0.26"},
        {"classifier": "all_ones", "macro_f1": "0.2", "micro_f1": "0.3", "rows": "7", "threshold": "0.26"},
    ]


def test_laptop_summary_names_facts_that_differ_and_the_test_of_figure_2(tmp_path):
    facts = [("first", 90, 101, 11.0), ("words", 19.5, 19.478, -0.022)]
    columns = ["fact", "published", "computed", "difference"]
    write_csv(tmp_path / "audit/corpora.csv", [dict(zip(columns, row, strict=True)) for row in facts], columns)
    found = [("model", 0.41), ("majority", 0.0)]
    columns = ["classifier", "macro_f1"]
    write_csv(tmp_path / "audit/value_classifier.csv", [dict(zip(columns, row, strict=True)) for row in found], columns)
    groups = [("total", "high", 9.87, 198, 7.9, 0.447), ("total", "low", 9.49, 179, 6.5, 0.447)]
    columns = ["item", "group", "value", "n", "published", "p"]
    write_csv(tmp_path / "figure2.csv", [dict(zip(columns, row, strict=True)) for row in groups], columns)
    write_json(tmp_path / "figure2.json", {"significant_values": ["Face"]})
    said = "\n".join(show_laptop.lines(tmp_path))
    assert "1 of 2 published facts come out; first 101 (published 90)" in said
    assert "macro-F1 0.410 (baseline majority 0.000)" in said
    assert "high effect 9.87 (n 198, published 7.9); low effect 9.49 (n 179, published 6.5); p = 0.447" in said
    assert "p < 0.05: Face" in said


def test_scale_of_the_world_moves_its_effects_and_nothing_else(tmp_path):
    written = tmp_path / "world.yaml"
    set_effects.main(["--world", "resources/world.yaml", "--scale", "0", "--output", str(written)])
    with open("resources/world.yaml", encoding="utf-8") as stream:
        world = yaml.safe_load(stream)
    null = yaml.safe_load(written.read_text(encoding="utf-8"))
    assert null["effects"].pop("scale") == 0 and world["effects"].pop("scale") == 1
    assert null == world and list(null["values"]) == list(world["values"])


@pytest.mark.slow
def test_report_of_a_finished_demo_is_refused_when_a_target_is_missing(tmp_path):
    """Snakemake's own refusal reaches the user, and no page appears."""
    from scripts.audit import build_report
    from scripts.provenance.errors import Problem

    page = tmp_path / "report.html"
    options = ["--profile", "demo", "--data-dir", str(tmp_path), "--targets", "results/demo/no_such.csv"]
    with pytest.raises(Problem, match="could not write the report"):
        build_report.main([*options, "--output", str(page)])
    assert list(tmp_path.iterdir()) == []
