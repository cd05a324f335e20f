"""Tables of people's judgements by hand: comfort, figure 5, table 9, agreement; with people, stand-ins, and nobody."""

import pytest

from scripts.tables import plot_eva_figure5, tabulate_eva_agreement, tabulate_eva_comfort, tabulate_eva_table9
from scripts.text.files import read_csv, write_csv
from tests.unit.evad_data import run

COLUMNS = ["item_id", "dialogue_id", "system", "rater", "criterion", "answer"]
ORIGIN = {"run": "paper", "evidence": "real"}
INLINE = "resources/published/b_inline.csv"


def ratings(path, lines):
    """Lines (item, system, rater, criterion, answer); an item's dialogue is `d` and its number."""
    rows = [
        (item, f"d{item[1:]}", system, rater, criterion, answer) for item, system, rater, criterion, answer in lines
    ]
    write_csv(path, [dict(zip(COLUMNS, row, strict=True)) for row in rows], COLUMNS)
    return path


def people(tmp_path, lines, raters):
    given = {"ratings": ratings(tmp_path / "r.csv", lines), "raters": raters, "sheet": "the/sheet.csv"}
    given["ranked_by"] = "human"
    return given | {"data_dir": "some", "file": "the/ratings.csv", "resamples": 50, "seed": 1} | ORIGIN


COMFORT = [
    *(("r1", "a", f"crowd-{n}", "", answer) for n, answer in enumerate(("not", "not", "not", "comfortable"))),
    *(("r2", "b", f"crowd-{n}", "", "comfortable") for n in range(4)),
]


@pytest.mark.parametrize(("raters", "status"), [("human", "built"), ("llm", "synthetic")])
def test_comfort_is_a_share_of_all_judgements_and_of_each_systems(tmp_path, raters, status):
    made = {"output": tmp_path / "t.csv", "text": tmp_path / "t.md", "published": INLINE}
    run(tabulate_eva_comfort, **people(tmp_path, COMFORT, raters), systems=["a", "b"], **made)
    rows = read_csv(tmp_path / "t.csv")
    assert [(row["system"], float(row["value"]), row["n"]) for row in rows] == [
        ("all", 37.5, "8"),
        ("a", 75.0, "4"),
        ("b", 0.0, "4"),
    ]
    assert rows[0]["published"] == "87.82" and float(rows[0]["difference"]) == pytest.approx(37.5 - 87.82)
    assert {row["status"] for row in rows} == {status}
    assert ("`synthetic`" in (tmp_path / "t.md").read_text()) == (raters == "llm")


PAIRS = [
    *(("r1", "a", f"psych-{n}", "Comfortness", answer) for n, answer in enumerate(("win", "win", "tie"))),
    *(("r2", "a", f"psych-{n}", "Comfortness", answer) for n, answer in enumerate(("win", "lose"))),
    ("r1", "a", "psych-0", "Fluency", "lose"),
]


def figure5(tmp_path, lines, **more):
    made = {"output": tmp_path / "f.svg", "table": tmp_path / "f.csv", "published": INLINE}
    made |= {"criteria": "resources/taxonomy/comparison.yaml", "names": ["eva", "base"]}
    run(plot_eva_figure5, **people(tmp_path, lines, "human") | made | more)
    rows = {(row["criterion"], row["label"]): row for row in read_csv(tmp_path / "f.csv")}
    return rows, (tmp_path / "f.svg").read_text()


def test_figure_5_shares_all_judgements_of_a_criterion_out(tmp_path):
    rows, drawn = figure5(tmp_path, PAIRS)
    assert [float(rows["Comfortness", label]["value"]) for label in ("win", "tie", "lose")] == [60.0, 20.0, 20.0]
    assert float(rows["Fluency", "lose"]["value"]) == 100 and rows["Emotional Validation", "win"]["value"] == ""
    win = rows["Comfortness", "win"]
    assert (win["published"], win["published_marker"], float(win["difference"])) == ("60", "approx", 0)
    assert len(rows) == 4 * 3 and "60.0 %" in drawn


def table9(tmp_path, lines, raters="human", labels="human", **more):
    import pyarrow
    import pyarrow.parquet

    scores = [(f"d{n}", "mean", "evaeval_avg", value) for n, value in enumerate((0.4, 0.3, 0.2, 0.1))]
    scores += [
        ("", "mean", "evaeval_avg", 9.0),
        ("d0", "mean", "evaeval_level1", 9.0),
        ("d9", "mean", "evaeval_avg", 9),
    ]
    columns = ["dialogue_id", "variant", "metric", "value", "labels"]
    write_csv(tmp_path / "e.csv", [dict(zip(columns, (*row, labels), strict=True)) for row in scores], columns)
    degrees = [
        (f"d{n}", metric, value) for metric in ("epitome_ip", "epitome_ex", "epitome_er") for n, value in DEGREES
    ]
    table = {name: [row[place] for row in degrees] for place, name in enumerate(("dialogue_id", "metric", "value"))}
    pyarrow.parquet.write_table(pyarrow.table(table), tmp_path / "s.parquet")
    made = {"output": tmp_path / "t.csv", "text": tmp_path / "t.md", "evaeval": tmp_path / "e.csv"}
    made |= {"empathy": tmp_path / "s.parquet", "published": "resources/published/b_table09.csv"}
    run(tabulate_eva_table9, **people(tmp_path, lines, raters) | made | more)
    return {(row["metric_name"], row["metric"]): row for row in read_csv(tmp_path / "t.csv")}


DEGREES = [(0, 0.0), (0, 1.0), (1, 0.0), (2, 2.0), (3, 2.0)]  # means .5, 0, 2, 2
SCORES = [
    (f"r{n}", "eva", rater, "", str(score)) for n in range(4) for rater, score in (("valid-a", n + 1), ("valid-b", 3))
]


def test_table_9_correlates_dialogue_means_signed_and_in_size(tmp_path):
    rows = table9(tmp_path, SCORES)
    evaeval = rows["EVAEval (Avg.)", "spearman_vs_human"]
    assert float(evaeval["value"]) == -1 and evaeval["n"] == "4" and evaeval["published"] == "-0.560"
    assert float(rows["EVAEval (Avg.)", "absolute_spearman_vs_human"]["value"]) == 1
    # ranks 2 1 3.5 3.5 beside 1 2 3 4: covariance 3.5, variances 4.5 and 5
    assert float(rows["EPITOME-ER", "spearman_vs_human"]["value"]) == pytest.approx(3.5 / (4.5 * 5) ** 0.5)
    printed = read_csv("resources/published/b_table09.csv")
    assert list(rows)[:4] == [(row["metric_name"], row["metric"]) for row in printed]


def agreement(tmp_path, **lines):
    empty = {"comfort": [], "pairwise": [], "validity": []} | lines
    files = {name: [] if own is None else ratings(tmp_path / f"{name}.csv", own) for name, own in empty.items()}
    columns = ["picked", "when", "items", "raters", "kappa"]
    evad = [("chosen", "before", 9, 12, 0.5), ("chosen", "after", 0, "", ""), ("rejected", "before", 9, 12, 0.25)]
    write_csv(tmp_path / "evad.csv", [dict(zip(columns, row, strict=True)) for row in evad], columns)
    made = {"output": tmp_path / "a.csv", "text": tmp_path / "a.md", "published": INLINE, "evad": tmp_path / "evad.csv"}
    run(tabulate_eva_agreement, **files, **made, **ORIGIN, raters="human", evad_raters="llm")
    return {(row["study"], row["judged"]): row for row in read_csv(tmp_path / "a.csv")}


def test_agreement_takes_items_with_the_modal_number_of_raters(tmp_path):
    two = [(f"r{n}", "a", f"crowd-{who}", "", answer) for n in (1, 2) for who, answer in ((1, "not"), (2, "not"))]
    two += [("r3", "a", f"crowd-{who}", "", "comfortable") for who in (1, 2)]
    three = [("r4", "a", f"crowd-{who}", "", answer) for who, answer in ((1, "not"), (2, "comfortable"), (3, "not"))]
    rows = agreement(tmp_path, comfort=[*two, *three])
    found = rows["prelim", ""]
    assert (float(found["value"]), found["n"], found["raters"], found["published"]) == (1.0, "3", "2", "0.69")
    assert found["status"] == "built" and float(found["difference"]) == pytest.approx(0.31)


def test_agreement_has_the_four_printed_kappas_and_says_where_ratings_are_missing(tmp_path):
    rows = agreement(tmp_path, pairwise=PAIRS)
    printed = {study: rows[study, ""]["published"] for study in ("prelim", "evad", "human_eval", "validity")}
    assert printed == {"prelim": "0.69", "evad": "0.56", "human_eval": "0.61", "validity": "0.67"}
    assert {study for (study, judged), row in rows.items() if not judged and row["status"] == "needs_ratings"} == {
        *("prelim", "validity")
    }
    assert float(rows["evad", ""]["value"]) == 0.5 and rows["evad", ""]["status"] == "synthetic"
    assert rows["evad", "chosen, after the filter"]["status"] == "needs_ratings"
    assert ("human_eval", "Comfortness") in rows and rows["human_eval", "Fluency"]["value"] == ""


def test_without_ratings_every_row_needs_them_and_pages_say_where_they_belong(tmp_path):
    nine, (five, drawn) = table9(tmp_path, []), figure5(tmp_path, [])
    made = {"output": tmp_path / "t.csv", "text": tmp_path / "c.md", "published": INLINE}
    run(tabulate_eva_comfort, **people(tmp_path, [], "human"), systems=["a", "b"], **made)
    rows = [*nine.values(), *five.values(), *read_csv(tmp_path / "t.csv")]
    assert {row["status"] for row in rows} == {"needs_ratings"} and {row["value"] for row in rows} == {""}
    for page in (drawn, (tmp_path / "t.md").read_text(), (tmp_path / "c.md").read_text()):
        assert "the/sheet.csv" in page and "some/the/ratings.csv" in page


WAITING = {"ratings": [], "sheet": "pages/introduction.html"}  # a judged system waits for rankings


def test_where_a_judged_system_waits_for_rankings_rows_need_ratings_and_the_page_says_to_rank_first(tmp_path):
    nine = table9(tmp_path, [], **WAITING, evaeval=[], empathy=[])
    five, drawn = figure5(tmp_path, [], **WAITING)
    assert {row["status"] for row in [*nine.values(), *five.values()]} == {"needs_ratings"}
    assert len(nine) == 8 and len(five) == 12
    for page in (drawn, (tmp_path / "t.md").read_text()):
        said = " ".join(page.split())
        assert "pages/introduction.html" in page and "docs/rating.md" in said


def test_agreement_of_a_study_that_waits_for_rankings_needs_ratings(tmp_path):
    rows = agreement(tmp_path, comfort=COMFORT, pairwise=None, validity=None)
    assert {name: rows[name, ""]["status"] for name in ("prelim", "human_eval", "validity")} == {
        **{"prelim": "built", "human_eval": "needs_ratings", "validity": "needs_ratings"},
    }


def test_table_9_has_empathy_without_evaeval_and_says_whose_labels_evaeval_has(tmp_path):
    def statuses(**given):
        return {name: row["status"] for (name, metric), row in table9(tmp_path, SCORES, **given).items()}

    rest = dict.fromkeys(("EPITOME-IP", "EPITOME-EX", "EPITOME-ER"), "built")
    assert statuses() == rest | {"EVAEval (Avg.)": "built"}
    assert statuses(labels="synthetic") == rest | {"EVAEval (Avg.)": "synthetic"}
    assert statuses(evaeval=[]) == rest | {"EVAEval (Avg.)": "needs_ratings"}


def test_judgements_of_a_system_that_stand_ins_taught_are_synthetic(tmp_path):
    rows, drawn = figure5(tmp_path, PAIRS, ranked_by="llm")
    assert {row["status"] for row in rows.values()} == {"synthetic"} and "rankings" in drawn
    assert {row["status"] for row in figure5(tmp_path, PAIRS)[0].values()} == {"built"}
