"""Tables of settings, vocabularies, prompts and examples: what is echoed, flagged, shown and kept out."""

import hashlib
import json
import re
from pathlib import Path

import pytest
import yaml

from scripts.provenance.errors import Problem
from scripts.tables import render_prompts, tabulate_table6, tabulate_table24, tabulate_table27, tabulate_table33
from scripts.tables.labels import agreement, beside, published_labels, require
from scripts.tables.tidy import Cell, Origin, tidy
from scripts.text.files import read_csv, write_jsonl

PROMPTS = Path("resources/prompts")
PROBLEMS, VALUES = "resources/taxonomy/problems.yaml", "resources/taxonomy/values.yaml"


def tabulate(module, tmp_path, published, *options, evidence="real"):
    """The rows and the page of a table."""
    output, page = tmp_path / "table.csv", tmp_path / "table.md"
    common = ["--published", published, "--run", "demo", "--evidence", evidence, "--output", output, "--text", page]
    module.main([str(word) for word in [*options, *common]])
    return read_csv(output), page.read_text(encoding="utf-8")


def changed(tmp_path, name, old, new):
    """A copy of a file in which one text stands for another."""
    text = Path(name).read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / f"changed{Path(name).suffix}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def trainings(**more):
    """The printed settings of the paper, as the config would give them."""
    config = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))["reference"]
    names = {"Single-turn": "single", "Multi-turn": "multi"}
    return [
        {"setting": setting, "stage": stage, **config[name][stage.lower()]} | more
        for setting, name in names.items()
        for stage in ("SFT", "DPO")
    ]


# ---- printed labels
def test_labels_are_joined_by_row_and_column_and_never_subtracted(tmp_path):
    path = tmp_path / "printed.csv"
    path.write_text("id,name,colour\n2,b,red\n1,a,\n")
    printed = published_labels(path, ("id",))
    assert list(printed) == [("2", "name"), ("2", "colour"), ("1", "name"), ("1", "colour")]
    cells = {key: Cell("b") for key in printed} | {("1", "name"): Cell(None)}
    rows = tidy(printed, cells, ("id",), Origin("paper", "real"))
    assert [row["published"] for row in rows] == ["b", "red", "a", ""]
    assert {row["difference"] for row in rows} == {None}


def test_label_row_that_stands_twice_and_lost_column_are_problems(tmp_path):
    path = tmp_path / "printed.csv"
    path.write_text("id,name\n1,a\n1,b\n")
    with pytest.raises(Problem, match="holds 1 twice"):
        published_labels(path, ("id",))
    with pytest.raises(Problem, match="no column item"):
        published_labels(path, ("id", "item"))


def test_published_file_without_a_printed_row_is_a_problem():
    with pytest.raises(Problem, match=r"x\.csv lacks the row a, n"):
        require({("b", "n"): {}}, [("b", "n"), ("a", "n")], "x.csv")


def test_agreement_compares_numbers_as_numbers_and_words_as_words():
    assert [agreement(0.0001, "1e-4"), agreement(8, "8"), agreement(8, "16")] == ["yes", "yes", "no"]
    assert [agreement("a", "a"), agreement("a", "A"), agreement(None, "a"), agreement("a", None)] == [
        *("yes", "no", "no", ""),
    ]
    assert beside("8", {"agrees": "no", "published": "16"}) == "8 ≠ 16"
    assert beside("8", {"agrees": "yes", "published": "8"}) == beside("8", {"agrees": "", "published": None}) == "8"


# ---- table 6
def test_table6_echoes_every_setting_and_flags_what_differs_from_print(tmp_path):
    given = trainings()
    given[1]["lora"] = given[1]["lora"] | {"alpha": 8}
    more = {"setting": "Detector", "stage": "SFT", "lora": {"rank": 4, "alpha": 8, "dropout": 0.0}, "train": {}}
    more["train"] = {"learning_rate": 5e-5, "loss_types": ["sigmoid", "sft"], "gradient_checkpointing": True}
    rows, page = tabulate(
        tabulate_table6, tmp_path, "resources/published/a_table06.csv", "--trainings", json.dumps([*given, more])
    )
    found = {(row["setting"], row["stage"], row["metric"]): row for row in rows}
    assert [row["agrees"] for row in rows[:16]].count("no") == 1
    wrong = found["Single-turn", "DPO", "lora_alpha"]
    assert (wrong["value"], wrong["published"], wrong["difference"], wrong["agrees"]) == ("8", "16", "-8.0", "no")
    assert found["Single-turn", "SFT", "learning_rate"]["published"] == "1e-4"
    assert found["Single-turn", "SFT", "learning_rate"]["agrees"] == "yes"
    assert found["Detector", "SFT", "loss_types"]["value"] == "sigmoid, sft"
    assert found["Detector", "SFT", "gradient_checkpointing"]["value"] == "yes"
    assert (found["Detector", "SFT", "lora_rank"]["published"], found["Detector", "SFT", "lora_rank"]["agrees"]) == (
        *("", ""),
    )
    assert set(trainings()[0]["train"]) <= {key[2] for key in found}
    assert "15 of the 16 printed cells agree; ≠ stands before what is printed." in page
    assert "| lora_alpha | 8 | 8 ≠ 16 | 16 | 16 |" in page


def test_table6_of_the_papers_config_is_the_printed_one(tmp_path):
    rows, page = tabulate(
        tabulate_table6, tmp_path, "resources/published/a_table06.csv", "--trainings", json.dumps(trainings())
    )
    assert {row["agrees"] for row in rows[:16]} == {"yes"} and {row["difference"] for row in rows[:16]} == {"0.0"}
    assert "16 of the 16 printed cells agree.\n" in page and "≠" not in page


def test_table6_refuses_a_published_file_that_lost_a_row(tmp_path):
    lost = changed(tmp_path, "resources/published/a_table06.csv", "Multi-turn,DPO,lora_rank,8,\n", "")
    with pytest.raises(Problem, match="lacks the row Multi-turn, DPO, lora_rank"):
        tabulate(tabulate_table6, tmp_path, lost, "--trainings", json.dumps(trainings()))


# ---- tables 24 and 33
@pytest.mark.parametrize(
    ("module", "option", "taxonomy", "number", "cells"),
    [(tabulate_table24, "--problems", PROBLEMS, "24", 54), (tabulate_table33, "--values", VALUES, "33", 108)],
)
def test_vocabulary_is_the_printed_one(tmp_path, module, option, taxonomy, number, cells):
    rows, page = tabulate(module, tmp_path, f"resources/published/a_table{number}.csv", option, taxonomy)
    printed = [row for row in rows if row["published"]]
    assert len(printed) == cells and {row["agrees"] for row in printed} == {"yes"}
    assert f"{cells} of the {cells} printed cells agree." in page


def test_another_word_in_a_vocabulary_is_flagged_and_a_further_one_is_unpublished(tmp_path):
    other = changed(tmp_path, PROBLEMS, "    - Conflicts with friends\n", "    - Rows with friends\n    - Envy\n")
    rows, page = tabulate(tabulate_table24, tmp_path, "resources/published/a_table24.csv", "--problems", other)
    assert [row["value"] for row in rows if row["agrees"] == "no"] == ["Rows with friends"]
    assert [row["value"] for row in rows if not row["published"]] == ["Friendship and Interpersonal Challenges", "Envy"]
    assert "Rows with friends ≠ Conflicts with friends; Envy" in page


def test_a_word_taken_out_of_a_vocabulary_is_a_problem(tmp_path):
    other = changed(tmp_path, PROBLEMS, "    - Conflicts with friends\n", "")
    with pytest.raises(Problem, match="3, 3, category"):
        tabulate(tabulate_table24, tmp_path, "resources/published/a_table24.csv", "--problems", other)


def test_definitions_of_values_stand_unpublished_in_rows_of_their_own(tmp_path):
    rows, page = tabulate(tabulate_table33, tmp_path, "resources/published/a_table33.csv", "--values", VALUES)
    definitions = [row for row in rows if row["metric"] == "definition"]
    assert len(definitions) == 20 and {(row["item"], row["published"]) for row in definitions} == {("", "")}
    taxonomy = yaml.safe_load(Path(VALUES).read_text(encoding="utf-8"))
    assert [row["value"] for row in definitions] == [value["definition"] for value in taxonomy]
    assert all(row["value"] in page for row in definitions)


# ---- prompts
@pytest.mark.parametrize("path", sorted(PROMPTS.rglob("*.md")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_prompts_page_names_slots_and_digest_and_leaves_no_trace_of_jinja(tmp_path, path):
    output = tmp_path / "page.md"
    render_prompts.main(["--table", "15", "--title", "a title", "--prompts", str(path), "--output", str(output)])
    page = output.read_text(encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    body = text.split("---\n", 2)[2]
    assert hashlib.sha256(path.read_bytes()).hexdigest() in page and f"## {path.stem}\n" in page
    assert not re.search(r"\{\{|\{%|object at|<function", page)
    for slot in yaml.safe_load(text.split("---\n", 2)[1])["slots"]:
        assert not re.search(rf"\b{slot}\b", body) or re.search(rf"\{{(number of )?{slot}[.}}]", page), slot
    plain = [line for line in body.splitlines() if "{" not in line and not line.startswith("[")]
    assert all(line.strip() in page for line in plain)


def test_what_a_template_repeats_for_each_entry_is_shown_once_and_other_templates_follow(tmp_path):
    output = tmp_path / "page.md"
    paths = [str(PROMPTS / "A-RG.md"), str(PROMPTS / "A-RG-E.md")]
    render_prompts.main(["--table", "16", "--title", "t", "--prompts", *paths, "--output", str(output)])
    page = output.read_text(encoding="utf-8")
    assert page.count("- {targets.label}: {targets.definition} It contains: {targets.contained}.") == 1
    assert page.index("## A-RG\n") < page.index("Variants") < page.index("## A-RG-E\n")


def test_template_with_a_name_that_is_no_slot_is_a_problem(tmp_path):
    path = changed(tmp_path, PROMPTS / "A-RG.md", "{{ history }}", "{{ histroy }}")
    with pytest.raises(Problem, match="A-RG cannot be rendered: 'histroy' is undefined"):
        render_prompts.page("16", "t", [str(path)])


# ---- table 27
CATEGORIES = [entry["label"] for entry in yaml.safe_load(Path(PROBLEMS).read_text(encoding="utf-8"))]


def persona(name, category, **more):
    fields = {"value": "Face", "situation": f"I am {name}.", "emotion": "Fear", "age_range": "30s", "gender": "male"}
    return {"id": name, "category": category, **fields, "occupation": "clerk"} | more


def people(tmp_path, rows):
    write_jsonl(tmp_path / "a.jsonl", rows[::2])
    write_jsonl(tmp_path / "b.jsonl", rows[1::2])
    published = "resources/published/a_table27_labels.csv"
    options = ["--personas", tmp_path / "a.jsonl", tmp_path / "b.jsonl", "--seed", "42"]
    return tabulate(tabulate_table27, tmp_path, published, *options)


def test_table27_draws_one_persona_of_each_printed_category_whatever_their_order(tmp_path):
    rows = [persona(f"p{place}", CATEGORIES[place % 5]) for place in range(30)]
    found, page = people(tmp_path, rows)
    again, _ = people(tmp_path, rows[::-1])
    assert found == again
    by_key = {(row["example"], row["metric"]): row for row in found}
    category = {row["id"]: row["category"] for row in rows}
    for example in "12345":
        own = by_key[example, "persona"]
        assert (
            category[own["value"]] == by_key[example, "category"]["published"] == by_key[example, "category"]["value"]
        )
        assert own["n"] == "6" and by_key[example, "situation"]["value"] == f"I am {own['value']}."
    assert (by_key["6", "value"]["value"], by_key["6", "value"]["published"], by_key["6", "value"]["n"]) == (
        *("", "Face", "0"),
    )
    assert "| 6, published | Self-Esteem, Identity, and Personal Growth | Face | Fear | 40s | Female |" in page
    assert {row["difference"] for row in found} == {""}


@pytest.mark.parametrize("gone", [{"emotion": ""}, {"gender": None}])
def test_persona_without_a_field_is_a_problem_that_names_it(tmp_path, gone):
    (field,) = gone
    with pytest.raises(Problem, match=f"persona p3 has no {field}"):
        people(tmp_path, [persona("p1", CATEGORIES[0]), persona("p3", CATEGORIES[1], **gone)])
