"""Paper B's tables without numbers: every printed name and phrase is there, a changed one is flagged; prompts."""

import pytest

from scripts.provenance.errors import Problem
from scripts.tables import render_eva_prompts, tabulate_eva_phrases, tabulate_eva_table1
from scripts.text.files import read_csv
from tests.unit.evad_data import LEVELS, run

TYPES = "resources/taxonomy/response_types.csv"
ORIGIN = {"run": "demo", "evidence": "real"}
LISTED = {"4": ["UV", "EP", "HC"], "5": ["SS", "SR"]}


def test_levels_are_called_as_printed(tmp_path):
    made = {"output": tmp_path / "t.csv", "text": tmp_path / "t.md"}
    run(tabulate_eva_table1, levels=LEVELS, published="resources/published/b_table01_labels.csv", **ORIGIN, **made)
    rows = read_csv(tmp_path / "t.csv")
    names = [row for row in rows if row["metric"] == "name"]
    assert [row["value"] for row in names] == [row["published"] for row in names] and len(names) == 4
    assert len(rows) == 12 and "4 of the 4 printed cells agree" in (tmp_path / "t.md").read_text()


def phrases(tmp_path, table, types):
    made = {"output": tmp_path / "t.csv", "text": tmp_path / "t.md"}
    printed = f"resources/published/b_table0{table}.csv"
    run(tabulate_eva_phrases, table=table, select=LISTED[table], types=types, published=printed, **ORIGIN, **made)
    return read_csv(tmp_path / "t.csv"), (tmp_path / "t.md").read_text(), read_csv(printed)


@pytest.mark.parametrize("table", LISTED)
def test_every_printed_phrase_is_listed_in_its_place(tmp_path, table):
    rows, page, printed = phrases(tmp_path, table, TYPES)
    own = [row for row in rows if row["metric"] == "phrase"]
    assert [(row["type"], row["item"], row["value"]) for row in own] == [
        (row["type"], row["item"], row["phrase"]) for row in printed
    ]
    assert {row["agrees"] for row in rows} == {"yes"} and page.count(f" {LISTED[table][0]} |") == 1


def test_changed_phrase_is_flagged_and_a_missing_type_is_a_problem(tmp_path):
    text = open(TYPES, encoding="utf-8").read()
    (tmp_path / "types.csv").write_text(text.replace("i hear you", "i listen to you"))
    rows, page, _ = phrases(tmp_path, "4", tmp_path / "types.csv")
    assert [row["value"] for row in rows if row["agrees"] == "no"] == ["i listen to you"]
    assert "i listen to you ≠ i hear you" in page
    kept = [line for line in text.splitlines() if not line.startswith("SR,")]
    (tmp_path / "types.csv").write_text("\n".join(kept) + "\n")
    with pytest.raises(Problem, match="no phrase of SR"):
        phrases(tmp_path, "5", tmp_path / "types.csv")


def test_prompt_table_shows_all_printed_templates_before_variants(tmp_path):
    paths = [f"resources/prompts/B-L{level}.md" for level in (1, 2)] + ["resources/prompts/B-BASE.md"]
    told = {"table": "6", "title": "levels", "printed": 2, "prompts": paths, "output": tmp_path / "t.md"}
    run(render_eva_prompts, **told)
    page = (tmp_path / "t.md").read_text()
    assert page.startswith("# Table 6 of paper B: levels")
    places = [page.index(word) for word in ("## B-L1", "## B-L2", "Variants", "## B-BASE")]
    assert places == sorted(places)
