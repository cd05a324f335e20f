"""Tables 2, 8, 10, 11 and 12 of paper B: values by hand, seeds, bold, statuses, printed keys and odd averages."""

import pytest

from scripts.provenance.errors import Problem
from scripts.tables import tabulate_eva_systems
from scripts.tables.eva_page import best
from scripts.tables.tabulate_eva_systems import notes
from scripts.tables.tidy import read_published
from scripts.text.files import read_csv
from tests.unit.eva_files import row, rows, write_evad, write_scores
from tests.unit.evad_data import run

KEYS = ("dataset", "model", "variant")
VANILLA, EVA = row("Mistral", "vanilla", ["m"]), row("Mistral", "EVA", ["e1", "e2"], aligned=True)
LEVELS = [f"evaeval_level{level}" for level in (1, 2, 3, 4)]


def tabulate(folder, files, entries=(VANILLA, EVA), number="02", dataset="ESConv", ranked=True, **given):
    """(rows by model, variant and metric; the page; the seeds' rows)."""
    write_evad(folder / "evad")
    columns = dict(zip(("scores", "empathy", "evaeval"), map(list, zip(*files, strict=True)), strict=True))
    if not ranked:
        columns["evaeval"] = []
    options = {"number": number, "dataset": dataset, "rows": rows(*entries), "normalisation": "per_level"}
    options |= {"evad": [folder / "evad"] if ranked else [], "raters": "human", "resamples": 400, "seed": 1}
    options |= {"run": "paper", "evidence": "real", "published": f"resources/published/b_table{number}.csv"}
    out = {name: folder / f"t_{name}" for name in ("output", "text", "seeds")}
    run(tabulate_eva_systems, **columns, **(options | given), **out)
    found = read_csv(out["output"])
    table = {(one["model"], one["variant"], one["metric"]): one for one in found}
    return table, out["text"].read_text(), read_csv(out["seeds"])


def empty(folder, number, dataset):
    """The table without any system."""
    nothing = {"scores": [], "empathy": [], "evaeval": [], "evad": []}
    options = {"number": number, "dataset": dataset, "rows": "[]", "normalisation": "per_level", "raters": "human"}
    options |= {"resamples": 10, "seed": 1, "run": "paper", "evidence": "real"}
    options |= {"published": f"resources/published/b_table{number}.csv", "output": folder / "t.csv"}
    run(tabulate_eva_systems, **nothing, **options, text=folder / "t.md", seeds=folder / "s.csv")
    table = {(one["model"], one["variant"], one["metric"]): one for one in read_csv(folder / "t.csv")}
    return table, (folder / "t.md").read_text(), []


@pytest.fixture
def files(tmp_path):
    return [
        write_scores(tmp_path, "m", (0.1, 0.2, 0.6)),
        write_scores(tmp_path, "e1", (0.3, 0.3, 0.3), {"a": [1, 4], "b": [4]}),
        write_scores(tmp_path, "e2", (0.5, 0.5, 0.5), {"a": [2, 3], "b": [1]}),
    ]


def test_values_of_a_system_by_hand(tmp_path, files):
    table, _, _ = tabulate(tmp_path, files)
    value = {metric: float(one["value"]) for (*name, metric), one in table.items() if name == ["Mistral", "vanilla"]}
    # Of the two dialogues one has level 1 in quartile 2 and level 4 in quartile 4, the other level 2 in quartile 4.
    # EVAD: level 1 (2/3, 1/3, 0, 0), level 2 (0, 1/2, 1/2, 0), level 3 (0, 0, 1, 0), level 4 (0, 0, 0, 1).
    levels = [(2 / 3) ** 2 + (1 / 2 - 1 / 3) ** 2, 1 / 4 + 1 / 4 + 1 / 4, 1.0, (1 / 2 - 1) ** 2]
    wanted = {"bleu_2": 30.0, "rouge_l": 50.0, "dist_2": 75.0}
    wanted |= {f"epitome_{name}": 4 / 3 for name in ("ip", "ex", "er")}
    wanted |= dict(zip(LEVELS, levels, strict=True)) | {"evaeval_avg": sum(levels) / 4}
    assert value == pytest.approx(wanted)
    one = {metric: table["Mistral", "vanilla", metric] for metric in wanted}
    assert float(one["bleu_2"]["pooled"]) == 25 and float(one["dist_2"]["pooled"]) == 60
    assert one["epitome_er"]["pooled"] == one["bleu_2"]["eq1"] == ""
    assert float(one["evaeval_avg"]["eq1"]) == pytest.approx(sum(levels) / 16)
    # Where its one utterance of level 1 stands: quartile 2, whatever the share of dialogues that have one.
    assert float(one["evaeval_level1"]["position_only"]) == pytest.approx(((2 / 3) ** 2 + (1 - 1 / 3) ** 2) / 4)
    assert one["evaeval_level3"]["position_only"] == ""  # never used
    assert (one["bleu_2"]["n"], one["dist_2"]["n"], one["evaeval_avg"]["n"]) == ("3", "2", "2")
    assert float(one["bleu_2"]["difference"]) == pytest.approx(30 - 1.36)


def test_intervals_resample_dialogues(tmp_path, files):
    table, _, _ = tabulate(tmp_path, files)
    ends = {
        metric: (
            float(table["Mistral", "vanilla", metric]["ci_low"]),
            float(table["Mistral", "vanilla", metric]["ci_high"]),
        )
        for metric in ("bleu_2", "dist_2", "evaeval_level4")
    }
    # Dialogue a alone or b alone.
    assert ends["bleu_2"] == pytest.approx((15, 60)) and ends["dist_2"] == pytest.approx((50, 100))
    assert ends["evaeval_level4"] == pytest.approx((0, 1))


def test_a_cell_is_the_mean_of_its_seeds_with_their_spread_beside_it(tmp_path, files):
    table, page, seeds = tabulate(tmp_path, files)
    one = table["Mistral", "EVA", "bleu_2"]
    assert float(one["value"]) == pytest.approx(40) and one["seeds"] == "2"
    assert float(one["seed_sd"]) == pytest.approx(200**0.5)  # of 30 and 50
    assert (float(one["ci_low"]), float(one["ci_high"])) == pytest.approx((40, 40))  # a seed's turns are all alike
    single = {s["responder"]: float(s["value"]) for s in seeds if s["metric"] == "bleu_2" and s["variant"] == "EVA"}
    assert single == pytest.approx({"e1": 30, "e2": 50})
    assert table["Mistral", "vanilla", "bleu_2"]["seed_sd"] == ""
    levels = [float(s["value"]) for s in seeds if s["metric"] == "evaeval_level4" and s["variant"] == "EVA"]
    assert float(table["Mistral", "EVA", "evaeval_level4"]["value"]) == pytest.approx(sum(levels) / 2)
    assert len(set(levels)) == 2 and "Standard deviation between seeds." in page and "| 14.14 |" in page


@pytest.mark.parametrize("number", ["02", "08", "10", "11", "12"])
def test_every_printed_key_is_a_row_and_those_without_a_system_say_so(tmp_path, number):
    dataset = "ED" if number in ("08", "11") else "ESConv"
    table, page, _ = empty(tmp_path, number, dataset)
    printed = read_csv(f"resources/published/b_table{number}.csv")
    assert [(one["model"], one["variant"], one["metric"]) for one in printed] == list(table)
    assert [one["value"] for one in printed] == [one["published"] for one in table.values()]
    assert {one["status"] for one in table.values()} == {"not_selected"}
    assert {one["dataset"] for one in table.values()} == {dataset}
    assert "Empty, `not_selected`" in page and "## Published" in page


def test_whose_labels_and_rankings_stand_behind_a_row_is_its_status(tmp_path, files):
    def statuses(**given):
        table, page, _ = tabulate(tmp_path, files, **given)
        return [table["Mistral", v, m]["status"] for v in ("vanilla", "EVA") for m in ("bleu_2", "evaeval_avg")], page

    found, page = statuses()
    assert found == ["built", "synthetic", "built", "synthetic"] and "`synthetic`" in page  # levels of the writer
    assert statuses(raters="llm")[0] == ["built", "synthetic", "synthetic", "synthetic"]
    for name in ("m", "e1", "e2"):
        write_scores(tmp_path, name, (0.1, 0.2, 0.3), labels="human")
    found, page = statuses()
    assert set(found) == {"built"} and "`synthetic`" not in page


def test_without_rankings_what_needs_them_waits_and_the_rest_is_built(tmp_path, files):
    waiting = row("Mistral", "EVA", [], aligned=True, missing="needs_ratings")
    table, page, _ = tabulate(tmp_path, files[:1], entries=(VANILLA, waiting), ranked=False)
    status = {key[1:]: one["status"] for key, one in table.items() if key[0] == "Mistral"}
    assert status["vanilla", "bleu_2"] == "built" and status["vanilla", "evaeval_avg"] == "needs_ratings"
    assert {own for (variant, _), own in status.items() if variant == "EVA"} == {"needs_ratings"}
    assert table["Mistral", "vanilla", "evaeval_avg"]["value"] == table["Mistral", "EVA", "bleu_2"]["value"] == ""
    assert "`needs_ratings`" in page and table["Mistral", "EVA", "bleu_2"]["published"] == "2.66"


def test_a_system_that_says_nothing_has_no_variety_and_no_level_of_its_own(tmp_path):
    silent = write_scores(tmp_path, "m", (0.0, 0.0, 0.0), {"a": [None, None], "b": [None]}, words=False)
    table, _, _ = tabulate(tmp_path, [silent], entries=[VANILLA])
    one = {metric: table["Mistral", "vanilla", metric] for metric in ("bleu_2", "dist_2", "evaeval_level1")}
    assert (one["dist_2"]["value"], one["dist_2"]["n"], one["dist_2"]["seeds"]) == ("", "0", "0")
    assert float(one["bleu_2"]["value"]) == 0 and one["evaeval_level1"]["position_only"] == ""
    assert float(one["evaeval_level1"]["value"]) == pytest.approx(5 / 9)  # all zeros beside EVAD's (2/3, 1/3, 0, 0)


def test_best_of_a_model_is_bold_and_a_model_of_one_row_has_none(tmp_path, files):
    files = [*files, write_scores(tmp_path, "q", (0.9, 0.9, 0.9))]
    _, page, _ = tabulate(tmp_path, files, entries=(VANILLA, EVA, row("Qwen", "vanilla", ["q"])))
    lines = [line.split(" | ") for line in page.split("## Published")[0].splitlines() if line.startswith("| ")]
    bleu = {tuple(line[:2]): line[2] for line in lines}
    assert bleu["| Mistral", "vanilla"] == "30.00" and bleu["| Mistral", "EVA"] == "**40.00**"
    assert bleu["| Qwen", "vanilla"] == "90.00"  # the other rows of its model are empty
    assert "| Mistral | EVA | **2.66** | **14.00** | 63.55 |" in page  # printed: w/o ALI has 76.95
    assert best(["1", "2", "2", "-"], [1.0, 2.0, 2.0, None], lower=False) == ["1", "**2**", "**2**", "-"]
    assert best(["1", "2"], [1.0, 2.0], lower=True) == ["**1**", "2"]
    assert best(["1", "-"], [1.0, None], lower=True) == ["1", "-"]


def test_the_two_averages_that_do_not_fit_their_levels_are_noted_and_no_other(tmp_path):
    found = {}
    for number in ("02", "08", "10", "11", "12"):
        found |= notes(read_published(f"resources/published/b_table{number}.csv", KEYS))
    assert {key[1:3] for key in found} == {("Qwen", "EVA"), ("Qwen", "EVA w/o ALI")}
    assert (
        found["ED", "Qwen", "EVA", "evaeval_avg"] == "printed 0.2094, the mean of its printed levels is 0.2072 (I-B06)"
    )
    rounded = {f"evaeval_level{level}": 0.1 for level in (1, 2, 3, 4)} | {"evaeval_avg": 0.1001}
    assert notes({("ED", "m", "v", name): {"value": f"{value}"} for name, value in rounded.items()}) == {}
    table, page, _ = empty(tmp_path, "08", "ED")
    assert table["Qwen", "EVA w/o ALI", "evaeval_avg"]["note"].startswith("printed 0.2069")
    assert sum(bool(one["note"]) for one in table.values()) == 2 and page.count("(I-B06)") == 2


def test_files_of_another_build_and_a_wrong_number_of_files_are_problems(tmp_path, files):
    write_evad(tmp_path / "evad")
    with pytest.raises(Problem, match="does not fit EVAD's levels"):
        tabulate(tmp_path, files, normalisation="within_quartile")
    with pytest.raises(Problem, match="--scores has 2 files for 3 responders"):
        tabulate(tmp_path, files[:2])
