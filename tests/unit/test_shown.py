"""What a person reads at the end of `make demo` and `make laptop`, and the small audit tables behind it."""

import pytest
import yaml

from scripts.audit import tabulate_classifier
from scripts.provenance.errors import Problem
from scripts.tables import show_headline, show_laptop
from scripts.text.files import read_csv, write_csv, write_json
from scripts.world import set_effects


def headlines(folder, evidence: str) -> None:
    """Two rows of table 3 and one of paper B's table 2."""
    for name, columns, rows in (
        (
            "table3.csv",
            "category model",
            [("Ours", "SFT", "overall", "3.456", "4.80"), ("Ours", "DPO", "overall", "", "")],
        ),
        ("eva/table2.csv", "model variant", [("Qwen", "EVA w/o ACQ", "epitome_er", "0.0253", "1.1119")]),
    ):
        columns = [*columns.split(), "metric", "value", "published", "evidence"]
        write_csv(folder / name, [dict(zip(columns, (*row, evidence), strict=True)) for row in rows], columns)


@pytest.mark.parametrize(("evidence", "banner"), [("stand_in", True), ("real", False)])
def test_headlines_show_each_cell_beside_the_published_one(tmp_path, capsys, evidence, banner):
    headlines(tmp_path, evidence)
    show_headline.main(["--folder", str(tmp_path)])
    said = capsys.readouterr().out
    assert [line.split() for line in said.splitlines() if line.startswith(("Ours", "Qwen"))] == [
        ["Ours", "SFT", "3.46", "(4.80)"],
        ["Ours", "DPO", "-", "(-)"],
        ["Qwen", "EVA", "w/o", "ACQ", "0.025", "(1.1119)"],
    ]
    assert ("not comparable" in said) is banner


def training(path, macro: float, seed: int | None = None, rows: int = 7) -> str:
    """A training.json in `path`, which is returned."""
    report = {"dev": {"macro_f1": macro, "micro_f1": 0.5}, "dev_rows": rows, "threshold": 0.26}
    report |= {"seconds": {"all": 9.5}, "baselines": {"all_ones": {"macro_f1": 0.2, "micro_f1": 0.3}}}
    write_json(path / "training.json", report | ({} if seed is None else {"recipe": {"seed": seed}}))
    return str(path)


def test_classifier_table_has_mean_and_interval_over_seeds_beside_its_baselines(tmp_path):
    models = [training(tmp_path / str(seed), macro, seed) for seed, macro in ((1, 0.44), (2, 0.45), (3, 0.49))]
    frozen = training(tmp_path / "frozen", 0.40)
    tabulate_classifier.main(["--models", *models, "--frozen", frozen, "--output", str(tmp_path / "f1.csv")])
    rows = read_csv(tmp_path / "f1.csv")
    assert [row["classifier"] for row in rows] == ["model", "gain_over_frozen", *["training"] * 3, "frozen", "all_ones"]
    assert [row["seed"] for row in rows] == ["", "", "1", "2", "3", "", ""]
    # By hand: mean 0.46, standard deviation sqrt(0.0007), t(0.975, 2) = 4.30265, so half a width of 0.065725.
    told = [[float(row[name]) for name in ("macro_f1", "low", "high")] for row in rows[:2]]
    assert told[0] == pytest.approx([0.46, 0.394275, 0.525725], abs=1e-6)
    assert told[1] == pytest.approx([0.06, -0.005725, 0.125725], abs=1e-6)
    assert {(row["rows"], row["threshold"]) for row in rows} == {("7", "0.26")}


def test_classifiers_measured_on_other_arguments_are_not_set_beside_each_other(tmp_path):
    models = [training(tmp_path / str(seed), 0.4, seed, rows) for seed, rows in ((1, 7), (2, 8))]
    options = ["--models", *models, "--frozen", training(tmp_path / "frozen", 0.4)]
    with pytest.raises(Problem, match="same arguments"):
        tabulate_classifier.main([*options, "--output", str(tmp_path / "f1.csv")])
    assert not (tmp_path / "f1.csv").exists()


def table(path, columns: str, *rows: tuple) -> None:
    names = columns.split()
    write_csv(path, [dict(zip(names, row, strict=True)) for row in rows], names)


def paper_b(folder) -> None:
    """What the laptop shows of paper B: readers of empathy, and real supporters beside another split's."""
    for mechanism in ("er", "ip", "ex"):
        found = [
            (mechanism, "majority", 0.3, 0.9, 0, 0, 9, 3),
            (mechanism, "frozen", 0.62, 0.8, 0.1, 0.4, 9, 3),
            (mechanism, "bi_encoder", 0.7, 0.9, 0.2, 0.7, 9, 3),
        ]
        table(folder / f"scoring/readers/{mechanism}.csv", "mechanism method macro_f1 f1_0 f1_1 f1_2 n folds", *found)
    own = [("dist_2", 80.04, 70, 90, 101, "built")]
    own += [(f"epitome_{name}", 1.0, 0.7, 1.3, 12, "built") for name in ("er", "ex", "ip")]
    own += [("type_UV", 0.25, "", "", 12, "built"), ("phrase sorry to hear", 0.5, "", "", 101, "built")]
    own += [
        (f"level_{k}_quartile_{q}", "" if k == 2 else float(k == q), "", "", 4, "synthetic")
        for k in range(1, 5)
        for q in range(1, 5)
    ]
    rows = [("esconv", *row) for row in own] + [("esconv_dev", "dist_2", 0.1, 0.1, 0.1, 94, "built")]
    table(folder / "eva/human_reference.csv", "scored metric value ci_low ci_high n status", *rows)


def test_laptop_summary_names_what_differs_and_what_it_may_be_compared_with(tmp_path):
    facts = [("first", 90, 101, 11.0), ("words", 19.5, 19.478, -0.022)]
    table(tmp_path / "audit/corpora.csv", "fact published computed difference", *facts)
    found = [("model", 0.45, 0.44, 0.46, 5), ("gain_over_frozen", 0.043, 0.03, 0.06, 5), ("training", 0.45, "", "", "")]
    found += [("frozen", 0.407, "", "", ""), ("majority", 0.0, "", "", "")]
    table(tmp_path / "audit/value_classifier.csv", "classifier macro_f1 low high n", *found)
    groups = [("total", "high", 9.87, 198, 7.9, 0.447), ("total", "low", 9.49, 179, 6.5, 0.447)]
    table(tmp_path / "figure2.csv", "item group value n published p", *groups)
    write_json(tmp_path / "figure2.json", {"significant_values": ["Face"]})
    ratings = [("Baseline", "accuracy", 0.4375, 176, 0.435), ("Baseline", "spearman", "", 176, "")]
    table(tmp_path / "table11.csv", "model metric value n published", *ratings, ("GPT-4o", "accuracy", "", "", 0.358))
    turns = [("GPT-4o-mini", "Zero-shot", "content_bert", "", "", "0.340")]
    turns += [("ESConv", "real turn", "length_avg", 19.82, 2168, "")]
    turns += [("ESConv", "turn before", "content_bert", 0.2332, 2168, "")]
    turns += [("ESConv", "turn of another dialogue", "content_bert", 0.1034, 2168, "")]
    table(tmp_path / "table29.csv", "model details metric value n published", *turns)
    for number in (24, 33):
        table(tmp_path / f"table{number}.csv", "agrees", ("yes",), ("no",), ("",))
    values = [
        ("1", "detected_value", "Face", "Face"),
        ("1", "utterance", "a:1", ""),
        ("2", "detected_value", "", "Face"),
    ]
    table(tmp_path / "table34.csv", "example metric value published", *values)
    paper_b(tmp_path)
    said = "\n".join(show_laptop.lines(tmp_path))
    assert "1 of 2 published facts come out; first 101 (published 90)" in said
    assert "macro-F1 0.450 (0.440 to 0.460), n 5 seeds; frozen 0.407, majority 0.000\nGain" in said
    assert "Gain of fine-tuning: over frozen 0.043 (0.030 to 0.060)" in said
    assert "high effect 9.87 (n 198, published 7.9); low effect 9.49 (n 179, published 6.5); p = 0.447" in said
    assert "p < 0.05: Face" in said
    assert "Table 11, always 2: accuracy 0.438 (published 0.435); n 176" in said
    assert (
        "19.8 words a turn (n 2168); cosine of a turn and the one before 0.233, and one of another dialogue 0.103"
        in said
    )
    assert "Table 24: 1 of 2 printed cells agree\nTable 33: 1 of 2" in said
    assert "(published, of other utterances): 1 (1), 0 (1)" in said
    assert (
        "EPITOME, explorations: macro-F1 0.700 on posts not seen (3 folds, n 9); frozen 0.620 (gain +0.080), majority"
        " 0.300; degrees 0, 1, 2: 0.90 (0.80), 0.20 (0.10), 0.70 (0.40)" in said
    )
    assert [line.split(",")[1].split(":")[0] for line in said.splitlines() if line.startswith("EPITOME")] == [
        " emotional reactions",
        " interpretations",
        " explorations",
    ]
    assert "(ESConv test, 101 dialogues, 12 turns): Dist-2 80.0 (70.0 to 90.0); EPITOME ER 1.000 (0.700" in said
    assert (
        "Their types of response: UV 25.0%; dialogues that hold their most frequent phrases: “sorry to hear” 50%"
        in said
    )
    assert "(synthetic): level 1 1.00 0.00 0.00 0.00; level 2 - - - -; level 3" in said


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

    page = tmp_path / "report.html"
    options = ["--profile", "demo", "--data-dir", str(tmp_path), "--targets", "results/demo/no_such.csv"]
    with pytest.raises(Problem, match="could not write the report"):
        build_report.main([*options, "--output", str(page)])
    assert list(tmp_path.iterdir()) == []
