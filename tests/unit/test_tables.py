"""Count tables and the forms all tables share."""

import json

import pytest

from scripts.provenance.errors import Problem
from scripts.tables import tabulate_table1, tabulate_table4, tabulate_table9, tabulate_table10
from scripts.tables.markdown import emphasise, grid, number, with_sign
from scripts.tables.tidy import COLUMNS, Cell, Origin, read_published, tidy
from scripts.text.files import read_csv, write_json

PUBLISHED = "resources/published/a_table{:02d}.csv"
COUNTS = {
    "train": {
        "dialogues": 5,
        "turns": 20,
        "outputs": 40,
        "kept": 38,
        "strategies": {
            "initial": {"Question": 15, "Reflection": 5},
            "alternative": {"Others": 9, "Suggestions": 9},
        },
    },
    "dev": {
        "dialogues": 2,
        "turns": 7,
        "outputs": 14,
        "kept": 13,
        "strategies": {"initial": {}, "alternative": {}},
    },
}


def tabulate(module, tmp_path, table, options, evidence="stand_in"):
    """The rows and the page of a table."""
    output, page = tmp_path / "table.csv", tmp_path / "table.md"
    common = ["--published", PUBLISHED.format(table), "--run", "demo", "--evidence", evidence]
    module.main([str(x) for x in [*common, "--output", output, "--text", page, *options]])
    return read_csv(output), page.read_text()


@pytest.fixture
def counts(tmp_path):
    path = tmp_path / "counts.json"
    write_json(path, COUNTS)
    return path


def values(rows, *keys):
    return {tuple(row[key] for key in (*keys, "metric")): row["value"] for row in rows}


def test_rows_keep_the_printed_order_and_keys_and_extra_rows_follow(tmp_path):
    published = {("b", "n"): {"value": "5.00", "marker": "*"}, ("a", "n"): {"value": "", "marker": ""}}
    cells = {
        ("a", "n"): Cell(None, status="reference"),
        ("c", "n"): Cell(7),
        ("b", "n"): Cell(4.5, 3, "", (4, 5)),
    }
    rows = tidy(published, cells, ("letter",), Origin("paper", "real"))
    assert [row["letter"] for row in rows] == ["b", "a", "c"]
    assert rows[0] == {
        **{"letter": "b", "metric": "n", "value": 4.5, "marker": "", "n": 3, "ci_low": 4, "ci_high": 5},
        **{"published": "5.00", "published_marker": "*", "difference": -0.5},
        **{"status": "built", "evidence": "real", "run": "paper"},
    }
    assert list(rows[0]) == ["letter", *COLUMNS]
    assert (rows[1]["status"], rows[1]["difference"], rows[2]["published"]) == ("reference", None, None)


def test_difference_is_given_for_real_evidence_only():
    published, cells = {("b", "n"): {"value": "5", "marker": ""}}, {("b", "n"): Cell(4)}
    (row,) = tidy(published, cells, ("letter",), Origin("demo", "stand_in"))
    assert (row["published"], row["difference"]) == ("5", None)


def test_printed_row_that_nothing_was_built_for_is_a_problem():
    with pytest.raises(Problem, match="b, n"):
        tidy({("b", "n"): {"value": "5", "marker": ""}}, {}, ("letter",), Origin("demo", "real"))


def test_published_key_that_stands_twice_is_a_problem(tmp_path):
    path = tmp_path / "published.csv"
    path.write_text("letter,metric,value,marker\na,n,1,\na,n,2,\n")
    with pytest.raises(Problem, match="a, n twice"):
        read_published(path, ("letter",))


def test_best_is_bold_and_second_underlined_with_ties_sharing_a_place():
    assert emphasise(["3", "5", "5", "4", "-"], [3, 5, 5, 4, None]) == [
        "3",
        "**5**",
        "**5**",
        "<u>4</u>",
        "-",
    ]
    assert emphasise(["3", "5", "4"], [3, 5, 4], lower=True) == ["**3**", "5", "<u>4</u>"]
    assert emphasise(["5", "5"], [5, 5]) == ["**5**", "**5**"]


def test_numbers_are_written_as_printed():
    assert [number(33130, 0), number(4.9, 2), number(None, 2)] == ["33,130", "4.90", "-"]
    assert [with_sign("1", "*"), with_sign("1", "dagger"), with_sign("1", "")] == ["1\\*", "1†", "1"]
    assert grid(["a", "b"], [["1", "2"]]) == "| a | b |\n| :-- | --: |\n| 1 | 2 |\n"


def test_table1_has_the_printed_point_and_the_selected_one_with_its_own_published_size(tmp_path, counts):
    sizes = {"printed": (30, 6), "selected": (11, 2)}
    for name, (train, dev) in sizes.items():
        pairs = {
            split: {"initial": kept, "alternative": 0, "kept": kept} for split, kept in (("train", train), ("dev", dev))
        }
        write_json(tmp_path / f"{name}.json", pairs)
    options = [
        "--sft",
        counts,
        "--printed",
        tmp_path / "printed.json",
        "--selected",
        tmp_path / "selected.json",
    ]
    point = ["--point", json.dumps({"h": 3, "gamma": 1, "t": 2}), "--published-points", PUBLISHED.format(19)]
    rows, page = tabulate(tabulate_table1, tmp_path, 1, [*options, *point], evidence="real")
    own = "SFT (h=3, gamma=1, T=2)"
    found = [[row[name] for name in ("stage", "supporter", "metric", "value", "published")] for row in rows]
    assert found == [
        ["SFT", "GPT-4o-mini", "train", "38", "33130"],
        ["SFT", "GPT-4o-mini", "dev", "13", "2367"],
        ["DPO", "SFT", "train", "30", "3301"],
        ["DPO", "SFT", "dev", "6", "628"],
        ["DPO", own, "train", "11", "1117"],
        ["DPO", own, "dev", "2", "239"],
    ]
    assert rows[0]["difference"] == str(38.0 - 33130)
    assert f"| DPO | {own} | 11 | 1,117 | 2 | 239 |" in page


def test_table1_finds_the_published_size_of_a_point_over_all_turns(counts):
    rows = read_csv(PUBLISHED.format(19))
    point = {"h": "all", "gamma": 0.9, "t": 1.5}
    found = tabulate_table1.published_point(rows, point, "x")
    wanted = [row for row in rows if (row["supporter"], row["h"], row["gamma"]) == ("SFT", "All", "0.9")]
    wanted = [row for row in wanted if row["t_diff"] == "1.5" and row["metric"] == "n"]
    assert [row["value"] for row in found.values()] == [row["value"] for row in wanted]
    assert len(found) == 2
    assert tabulate_table1.published_point(rows, {"h": 2, "gamma": 1, "t": 9}, "x") == {}


def test_table4_counts_threads_and_their_total(tmp_path):
    options = []
    for setting, sizes in (("single", (4, 2, 1)), ("multi", (3, 0, 2))):
        options.append(f"--{setting}")
        for place, size in enumerate(sizes):
            path = tmp_path / f"{setting}{place}.jsonl"
            path.write_text('{"id": "x"}\n' * size)
            options.append(path)
    rows, page = tabulate(tabulate_table4, tmp_path, 4, options)
    assert [row["value"] for row in rows] == ["4", "2", "1", "7", "3", "0", "2", "5"]
    assert [row["published"] for row in rows[:4]] == ["18459", "2000", "1000", "21459"]
    assert "| Multi-turn | 3 | 0 | 2 | 5 |" in page
    assert "not comparable" in page
    assert {row["difference"] for row in rows} == {""}


def test_table9_shows_the_set_before_and_after_the_filter(tmp_path, counts):
    rows, page = tabulate(tabulate_table9, tmp_path, 9, ["--counts", counts], evidence="real")
    assert [row["value"] for row in rows] == ["5", "20", "40", "38", "2", "7", "14", "13"]
    assert "| Train, published | 1,796 | 16,588 | 33,176 | 33,130 |" in page
    assert "not comparable" not in page


def test_table10_takes_percentages_of_each_kind_of_response(tmp_path, counts):
    rows, page = tabulate(tabulate_table10, tmp_path, 10, ["--counts", counts])
    found = values(rows, "strategy", "response")
    assert len(rows) == 8 * 2 * 2
    assert found["Question", "initial", "percent"] == "75.0"
    assert found["Reflection", "initial", "count"] == "5"
    assert found["Information", "initial", "count"] == "0"
    assert found["Others", "alternative", "percent"] == "50.0"
    assert {row["n"] for row in rows if row["response"] == "alternative"} == {"18"}
    assert "| Question | **15** | **75.0** | <u>0</u> | <u>0.0</u> |" in page
    assert "| Suggestions | <u>6,159</u> | <u>37.2</u> | <u>5,773</u> | <u>34.9</u> |" in page
