"""Tables 12, 14, 19 and 35: sizes of the DPO sets, and the themes of what low dialogues lacked."""

import json

import pytest

from scripts.provenance.errors import Problem
from scripts.tables import tabulate_table12, tabulate_table14, tabulate_table19, tabulate_table35
from scripts.text.files import read_csv, write_csv, write_json, write_jsonl
from scripts.text.taxonomy import labels, load_taxonomy

THEMES = "resources/taxonomy/themes.yaml"
LABELS = labels(load_taxonomy(THEMES))


def tabulate(module, tmp_path, file, options, evidence="stand_in"):
    output, page = tmp_path / "table.csv", tmp_path / "table.md"
    common = ["--published", f"resources/published/{file}.csv", "--run", "demo", "--evidence", evidence]
    module.main([str(x) for x in [*common, "--output", output, "--text", page, *options]])
    return read_csv(output), page.read_text()


def count(initial, alternative, more=(0, 0), compared=100):
    ge = {"initial": initial + more[0], "alternative": alternative + more[1]}
    own = {"initial": initial, "alternative": alternative}
    return {**own, "compared": compared, "kept": initial + alternative, "gt": own, "ge": ge}


@pytest.fixture
def sets(tmp_path):
    """The 16 sets: the i-th has 10 + i initial and 5 alternative train pairs, and 2 more of each at T itself."""
    names = list(dict.fromkeys(tuple(row[k] for k in ("supporter", "h", "gamma", "t_diff")) for row in published19()))
    paths = []
    for place, _ in enumerate(names):
        paths.append(tmp_path / f"{place}.json")
        write_json(paths[-1], {"train": count(10 + place, 5, (2, 2)), "dev": count(2, 1)})
    return names, paths


def published19():
    return read_csv("resources/published/a_table19.csv")


def table19(tmp_path, names, paths, **more):
    ratios = tmp_path / "ratios.csv"
    options = ["--counts", *paths, "--sets", json.dumps(names), "--ratios", ratios]
    rows, page = tabulate(tabulate_table19, tmp_path, "a_table19", options, **more)
    return rows, page, read_csv(ratios)


def test_table_19_has_the_printed_keys_and_both_ways_to_count(tmp_path, sets):
    rows, page, _ = table19(tmp_path, *sets)
    keys = ("supporter", "h", "gamma", "t_diff", "split", "metric")
    assert [[row[k] for k in keys] for row in rows[:96]] == [[row[k] for k in keys] for row in published19()]
    found = {tuple(row[k] for k in keys): row["value"] for row in rows}
    first = ("GPT", "All", "1", "1", "train")
    assert [found[*first, name] for name in ("n", "chosen_initial", "chosen_alternative")] == ["15", "10", "5"]
    assert [found[*first, f"{name}_ge"] for name in ("n", "chosen_initial", "chosen_alternative")] == ["19", "12", "7"]
    assert len(rows) == 2 * 96 and {row["published"] for row in rows[96:]} == {""}
    assert "| GPT | All | 1 | 1 | 2,561 | 1,168 | 855 |" in page


def test_table_19_sets_its_ratios_beside_the_published_ones(tmp_path, sets):
    ratios = {
        (r["supporter"], r["h"], r["gamma"], r["t_diff"], r["split"], r["ratio"]): r
        for r in table19(tmp_path, *sets)[2]
    }
    dev = ratios["SFT", "3", "1", "2", "dev", "dev_to_train"]  # the 14th set
    assert float(dev["value"]) == pytest.approx(3 / 28) and float(dev["published"]) == pytest.approx(239 / 1117)
    higher = ratios["GPT", "3", "1", "2", "train", "higher_to_lower_t"]
    assert float(higher["value"]) == pytest.approx(20 / 19) and float(higher["value_ge"]) == pytest.approx(24 / 23)
    assert float(higher["published"]) == pytest.approx(1144 / 1796)
    chosen = ratios["GPT", "All", "0.9", "1.5", "train", "initial_share"]
    assert float(chosen["value"]) == pytest.approx(13 / 18) and float(chosen["published"]) == pytest.approx(735 / 1345)
    assert ("GPT", "3", "1", "1", "train", "higher_to_lower_t") not in ratios
    assert {row["difference"] for row in ratios.values()} == {row["difference_ge"] for row in ratios.values()} == {""}


def test_ratios_of_real_evidence_are_held_against_the_published_ones(tmp_path, sets):
    (row,) = [
        row
        for row in table19(tmp_path, *sets, evidence="real")[2]
        if (*list(row.values())[:5], row["ratio"]) == ("SFT", "3", "1", "2", "dev", "dev_to_train")
    ]
    # The 14th set: 3 dev pairs, 23 + 5 train pairs over T, and 4 more at T.
    assert float(row["difference"]) == pytest.approx(3 / 28 - float(row["published"]))
    assert float(row["difference_ge"]) == pytest.approx(3 / 32 - float(row["published"]))


def test_table_19_keeps_printed_sets_that_a_run_leaves_out(tmp_path, sets):
    names, paths = sets
    rows, _, ratios = table19(tmp_path, names[:1], paths[:1])
    assert len(rows) == 96 + 6 and [row["status"] for row in rows].count("not_selected") == 90
    assert [row["ratio"] for row in ratios] == ["dev_to_train", "initial_share", "initial_share"]


def test_table_19_refuses_counts_without_a_set(tmp_path, sets):
    with pytest.raises(Problem, match="--counts has 16 files for 15 sets"):
        table19(tmp_path, sets[0][:15], sets[1])


def table12(tmp_path, pairs, points, evidence="stand_in"):
    write_json(tmp_path / "sft.json", {"train": {"kept": 50}, "dev": {"kept": 7}})
    for place, (train, dev) in enumerate(pairs):
        write_json(tmp_path / f"{place}.json", {"train": count(train, 1), "dev": count(dev, 0)})
    files = [tmp_path / f"{place}.json" for place in range(len(pairs))]
    options = ["--sft", tmp_path / "sft.json", "--pairs", *files, "--points", json.dumps(points)]
    return tabulate(tabulate_table12, tmp_path, "a_table12", options, evidence)


def test_table_12_prints_the_selected_point_and_further_points_after_it(tmp_path):
    points = [{"h": 3, "gamma": 1.0, "t": 0.5}, {"h": 5, "gamma": 1.0, "t": 0.5}]
    rows, page = table12(tmp_path, [(20, 4), (30, 6)], points, "real")
    assert [(row["stage"], row["metric"], row["value"]) for row in rows[:4]] == [
        ("SFT", "train", "50"),
        ("SFT", "dev", "7"),
        ("DPO", "train", "21"),
        ("DPO", "dev", "4"),
    ]
    assert float(rows[2]["difference"]) == 21 - 2610
    assert [(row["supporter"], row["value"], row["published"]) for row in rows[4:]] == [
        ("GPT-4o-mini (h=5, gamma=1, T=0.5)", "31", ""),
        ("GPT-4o-mini (h=5, gamma=1, T=0.5)", "6", ""),
    ]
    assert "h=3, gamma=1, T=0.5" in page


def table14(tmp_path, assigned):
    write_jsonl(tmp_path / "themes.jsonl", [{"id": f"p{i}", "themes": named} for i, named in enumerate(assigned)])
    options = ["--assigned", tmp_path / "themes.jsonl", "--themes", THEMES, "--resamples", 300, "--seed", 1]
    return tabulate(tabulate_table14, tmp_path, "a_table14", options)


def test_table_14_counts_dialogues_by_theme_and_lists_the_one_that_nobody_named(tmp_path):
    rows, page = table14(tmp_path, [[LABELS[3], LABELS[0]], [LABELS[3]], [LABELS[6]], [LABELS[3]]])
    printed = read_csv("resources/published/a_table14.csv")
    assert [row["category"] for row in rows[:7]] == [row["category"] for row in printed]
    assert [row["value"] for row in rows] == ["3", "1", "0", "0", "0", "0", "1", "0"]
    assert (rows[7]["category"], rows[7]["published"]) == ("Focus on Achievable Goals", "")
    assert 0 <= float(rows[0]["ci_low"]) <= 3 <= float(rows[0]["ci_high"]) <= 4 and rows[0]["n"] == "4"
    assert "| Strengths and Achievements Acknowledgment | 3 | 30 |" in page


def test_table_14_refuses_unknown_themes_and_no_dialogue(tmp_path):
    with pytest.raises(Problem, match="'Joy'"):
        table14(tmp_path, [["Joy"]])
    with pytest.raises(Problem, match="no dialogue"):
        table14(tmp_path, [])


def test_table_35_joins_points_and_frequencies_to_the_published_labels(tmp_path):
    table14(tmp_path, [[LABELS[3]], [LABELS[1]]])
    frequencies = tmp_path / "table14.csv"
    (tmp_path / "table.csv").rename(frequencies)
    options = ["--themes", THEMES, "--frequencies", frequencies]
    rows, page = tabulate(tabulate_table35, tmp_path, "a_table35_labels", options)
    printed = read_csv("resources/published/a_table35_labels.csv")
    assert [row["category"] for row in rows[::2]] == [row["category"] for row in printed] == LABELS
    assert [row["value"] for row in rows[::2]] == [row["n_points"] for row in printed]
    assert [row["published"] for row in rows[1::2]] == [row["frequency_in_table14"] for row in printed]
    assert [row["value"] for row in rows[1::2]] == ["0", "1", "0", "1", "0", "0", "0", "0"]
    assert all(label in page for label in LABELS)


def test_table_35_refuses_a_published_file_that_lacks_a_column(tmp_path):
    write_csv(tmp_path / "labels.csv", [{"category": LABELS[0], "n_points": 2}], ["category", "n_points"])
    with pytest.raises(Problem, match="no frequency_in_table14"):
        tabulate_table35.read_labels(str(tmp_path / "labels.csv"))
