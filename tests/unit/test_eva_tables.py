"""Table 7 and figure 4 of paper B: counts and shares by hand, with rankings of people, of stand-ins, and without."""

import xml.etree.ElementTree as xml

import pytest

from scripts.tables import plot_eva_figure4, tabulate_eva_table7
from scripts.tables.level_shares import shares
from scripts.text.files import read_csv, write_jsonl
from tests.unit.evad_data import run


def item(dialogue, quartile, chosen, rejected):
    levels = {"chosen": {"level": chosen, "text": "x"}, "rejected": {"level": rejected, "text": "y"}}
    return {"dialogue_id": dialogue, "quartile": quartile} | levels


TRAIN = [item("a", 1, 1, 4), item("a", 1, 1, 4), item("a", 4, 4, 1), item("b", 1, 2, 4)]
DEV = [item("c", 4, 4, 2)]


def tabulate(tmp_path, train, dev, raters):
    write_jsonl(tmp_path / "train.jsonl", train)
    write_jsonl(tmp_path / "dev.jsonl", dev)
    given = {"train": tmp_path / "train.jsonl", "dev": tmp_path / "dev.jsonl", "raters": raters, "run": "demo"}
    given |= {"evidence": "stand_in"}
    seven = {"data_dir": "some/where", "folder": "here", "published": "resources/published/b_table07.csv"}
    run(tabulate_eva_table7, **given, **seven, output=tmp_path / "t.csv", text=tmp_path / "t.md")
    run(plot_eva_figure4, **given, resamples=50, seed=1, output=tmp_path / "f.svg", table=tmp_path / "f.csv")
    return read_csv(tmp_path / "t.csv"), (tmp_path / "t.md").read_text(), read_csv(tmp_path / "f.csv")


@pytest.mark.parametrize(("raters", "status"), [("human", "built"), ("llm", "synthetic")])
def test_table_counts_levels_by_label_and_split_beside_the_printed_numbers(tmp_path, raters, status):
    rows, page, figure = tabulate(tmp_path, TRAIN, DEV, raters)
    printed = read_csv("resources/published/b_table07.csv")
    assert [[row[k] for k in ("label", "split", "metric")] for row in rows] == [
        [row[k] for k in ("label", "split", "metric")] for row in printed
    ]
    value = {(row["label"], row["split"], row["metric"]): row["value"] for row in rows}
    assert [value["chosen", "train", f"level{n}"] for n in (1, 2, 3, 4)] == ["2", "1", "0", "1"]
    assert [value["rejected", "total", f"level{n}"] for n in (1, 2, 3, 4)] == ["1", "1", "0", "3"]
    assert value["chosen", "valid", "n_examples"] == "1" and value["chosen", "total", "n_examples"] == "5"
    assert rows[0]["published"] == "5157" and rows[0]["difference"] == ""
    assert {row["status"] for row in [*rows, *figure]} == {status}
    assert "| Train | 4 | 2 | 1 | 0 | 1 |" in page and "| Total | 5,622 | 1,034 |" in page
    assert ("`synthetic`" in page) == (raters == "llm")


def test_shares_within_quartile_and_level_by_hand(tmp_path):
    places = [(one["dialogue_id"], one["quartile"], one["chosen"]["level"]) for one in [*TRAIN, *DEV]]
    found = shares(places, 200, 1, "built")
    assert found["1", "1", "share_within_quartile"].value == pytest.approx(2 / 3)
    assert found["1", "2", "share_within_quartile"].value == pytest.approx(1 / 3)
    assert found["4", "4", "share_within_level"].value == 1 and found["1", "4", "share_within_level"].value == 0
    assert (
        found["2", "1", "share_within_quartile"].value is None and found["1", "3", "share_within_level"].value is None
    )
    assert found["1", "1", "items"].value == 2 and found["1", "1", "share_within_quartile"].n == 3
    low, high = found["1", "1", "share_within_quartile"].interval
    assert low == 0 and high == 1  # of the three dialogues one has both items of level 1


def test_figure_draws_a_bar_for_every_share_that_there_is(tmp_path):
    tabulate(tmp_path, TRAIN, DEV, "llm")
    drawn = xml.parse(tmp_path / "f.svg").getroot()
    boxes = [float(box.get("height")) for box in drawn.iter("{http://www.w3.org/2000/svg}rect") if box.get("rx")]
    legend, bars = [size for size in boxes if size == 12], [size for size in boxes if size not in (0, 12)]
    assert len(legend) == 4 and sorted(bars) == pytest.approx([250 / 3, 500 / 3, 250], abs=0.01)


def test_without_rankings_every_row_needs_ratings_and_the_page_says_where_they_belong(tmp_path):
    rows, page, figure = tabulate(tmp_path, [], [], "human")
    assert {row["status"] for row in [*rows, *figure]} == {"needs_ratings"}
    assert {row["value"] for row in [*rows, *figure]} == {""} and len(figure) == 4 * 4 * 3
    assert "`some/where/here`" in page and "nobody has ranked yet" in (tmp_path / "f.svg").read_text()
