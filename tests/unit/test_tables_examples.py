"""Table 34 and figures 1 and 3: which utterances, which pair of dialogues, which curves, and no words out of place."""

import xml.etree.ElementTree
from pathlib import Path

import pytest

from scripts.provenance.errors import Problem
from scripts.tables import plot_figure1, plot_figure3, tabulate_table34
from scripts.tables.svg import wrap
from scripts.tables.value_effect import Label
from scripts.text.files import read_csv, write_jsonl

VALUES = "resources/taxonomy/values.yaml"
PRINTED = "resources/published/a_table34_labels.csv"
SVG = "{http://www.w3.org/2000/svg}"


def texts_of(path) -> list[str]:
    return [node.text or "" for node in xml.etree.ElementTree.parse(path).iter(f"{SVG}text")]


def label(*probabilities, positive=True) -> Label:
    return Label(positive, probabilities + (0.1,) * (20 - len(probabilities)))


# ---- table 34
def test_the_surest_positive_turn_of_each_number_of_values_is_chosen():
    labels = {
        "sad": label(0.9, 0.9, 0.9, positive=False),
        "faint": label(0.9, 0.9, 0.3),
        "sure": label(0.5, 0.5, 0.4),
        "bound": label(0.9, 0.9, 0.9, 0.26),
        "four": label(0.9, 0.9, 0.9, 0.3),
    }
    wanted = {"1": 3, "2": 4}
    assert tabulate_table34.choose(labels, 0.26, wanted) == {"1": "bound", "2": "four"}
    del labels["bound"]
    assert tabulate_table34.choose(labels, 0.26, wanted) == {"1": "sure", "2": "four"}
    assert tabulate_table34.choose(dict(reversed(labels.items())), 0.26, wanted) == {"1": "sure", "2": "four"}


def test_where_no_turn_has_as_many_values_the_next_smaller_number_counts_and_none_twice():
    labels = {"three": label(0.9, 0.9, 0.9), "two": label(0.9, 0.9), "other": label(0.8, 0.8)}
    assert tabulate_table34.choose(labels, 0.26, {"1": 3, "2": 4, "3": 7}) == {"1": "other", "2": "two", "3": "three"}
    with pytest.raises(Problem, match="Too few positive turns"):
        tabulate_table34.choose(labels, 0.26, {"1": 1, "2": 1})


@pytest.fixture
def esconv(tmp_path):
    """Four labelled seeker turns; the second and third turn of the corpus are one merged turn."""
    import pyarrow
    import pyarrow.parquet

    said = ["first words", "second words", "and more", "third words", "fourth words"]
    roles = ["supporter", "seeker", "seeker", "supporter", "seeker"]
    turns = [
        {"index": place, "role": role, "text": text} for place, (role, text) in enumerate(zip(roles, said, strict=True))
    ]
    corpus = [{"id": f"d{place}", "turns": turns, "meta": {}} for place in range(3)]
    write_jsonl(tmp_path / "esconv.jsonl", corpus)
    sizes = {"d0:1": 7, "d0:3": 2, "d1:1": 4, "d1:3": 3, "d2:1": 8, "d2:3": 3}
    rows = [
        {"id": name, "sentiment": 0.4 if name == "d2:3" else 0.9, "sentiment_class": 2}
        | {f"v{value:02d}": 0.9 - value / 100 if value < size else 0.1 for value in range(20)}
        for name, size in sizes.items()
    ]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "labels.parquet")
    return tmp_path


def tabulate(folder, evidence="real"):
    names = {"output": "table.csv", "text": "table.md", "texts": "words.csv"}
    options = ["--dialogues", folder / "esconv.jsonl", "--labels", folder / "labels.parquet", "--values", VALUES]
    options += ["--positive-rule", "v_reg", "--positive-threshold", "0.5", "--value-threshold", "0.26"]
    options += ["--published", PRINTED, "--run", "laptop", "--evidence", evidence]
    options += [word for name, file in names.items() for word in (f"--{name}", folder / file)]
    tabulate_table34.main([str(word) for word in options])
    return read_csv(folder / "table.csv"), (folder / "table.md").read_text(), read_csv(folder / "words.csv")


def test_table34_keeps_the_printed_keys_and_lists_values_by_falling_probability(esconv):
    rows, _, _ = tabulate(esconv)
    printed = [(row["example"], row["item"]) for row in read_csv(PRINTED)]
    values = [row for row in rows if row["metric"] == "detected_value" and row["published"]]
    assert [(row["example"], row["item"]) for row in values] == printed
    turns = {row["example"]: (row["value"], row["n"]) for row in rows if row["metric"] == "utterance"}
    assert turns == {"1": ("d1:3", "3"), "2": ("d1:1", "4"), "3": ("d0:1", "7")}
    assert [row["value"] for row in values[:3]] == [
        *("Self-direction: thought", "Self-direction: action", "Stimulation")
    ]
    probabilities = [float(row["value"]) for row in rows if row["metric"] == "probability" and row["example"] == "3"]
    assert probabilities == sorted(probabilities, reverse=True) and len(probabilities) == 7
    assert {row["difference"] for row in rows} == {""}


def test_words_of_esconv_stand_in_their_own_file_alone(esconv):
    _, page, words = tabulate(esconv)
    assert {row["utterance"]: row["text"] for row in words}["d0:1"] == "second words and more"
    assert "words and" not in page and "words and" not in (esconv / "table.csv").read_text()
    assert "d0:1" in page


def test_no_report_shows_the_words_of_esconv():
    rules = "".join(path.read_text(encoding="utf-8") for path in [*Path("rules").glob("*.smk"), Path("Snakefile")])
    assert rules.count("table34_texts") == 1 and 'texts="<results>/table34_texts.csv"' in rules


# ---- figure 1
def dialogue(persona, system, turns, end="end_token", **more):
    said = [
        {"index": place, "role": ("supporter", "seeker")[place % 2], "text": f"{persona} says <{place}> & more"}
        for place in range(turns)
    ]
    for turn in said[2::2]:
        turn.update(more)
    return {"id": persona, "persona_id": persona, "system": system, "turns": said, "end_reason": end}


def draw(tmp_path, without, with_values, evidence="stand_in"):
    write_jsonl(tmp_path / "without.jsonl", without)
    write_jsonl(tmp_path / "with.jsonl", with_values)
    fields = {"category": "Career", "emotion": "Fear", "age_range": "30s", "gender": "male", "occupation": "clerk"}
    write_jsonl(tmp_path / "personas.jsonl", [{"id": row["persona_id"], **fields} for row in with_values])
    inputs = ("without", "with", "personas")
    options = [word for name in inputs for word in (f"--{name}", tmp_path / f"{name}.jsonl")]
    options += ["--run", "demo", "--evidence", evidence]
    options += ["--output", tmp_path / "figure.svg", "--table", tmp_path / "figure.csv"]
    plot_figure1.main([str(word) for word in options])
    return read_csv(tmp_path / "figure.csv"), texts_of(tmp_path / "figure.svg")


def test_figure1_shows_the_shortest_pair_of_one_persona_that_ended_by_itself_in_both(tmp_path):
    plain = [
        dialogue("a", "one", 3, "limit"),
        dialogue("b", "one", 8),
        dialogue("c", "one", 4),
        dialogue("d", "one", 2),
    ]
    told = {"target_values": ["Face", "Humility"], "strategy": "Question", "use_reference": True, "reference": "secret"}
    ours = [dialogue("a", "two", 3), dialogue("b", "two", 4, **told), dialogue("c", "two", 6, "gratitude", **told)]
    rows, texts = draw(tmp_path, plain, [*ours, dialogue("d", "two", 2, "failed")])
    assert {row["persona"] for row in rows} == {"c"}
    assert [(row["side"], row["system"]) for row in rows] == [("without", "one")] * 4 + [("with", "two")] * 6
    assert rows[6] | {"target_values": "Face; Humility", "strategy": "Question", "use_reference": "yes"} == rows[6]
    assert texts.count("Face; Humility · Question · reference used") == 2
    assert texts.count("c says <3> & more") == 2 and "stand-in run" in " ".join(texts)
    assert "secret" not in (tmp_path / "figure.svg").read_text() + (tmp_path / "figure.csv").read_text()


def test_figure1_of_real_evidence_carries_no_note_and_equal_inputs_give_equal_bytes(tmp_path):
    pair = [dialogue("a", "one", 4)], [dialogue("a", "two", 4)]
    _, texts = draw(tmp_path, *pair, evidence="real")
    before = (tmp_path / "figure.svg").read_bytes()
    assert "stand-in" not in " ".join(texts)
    draw(tmp_path, *pair, evidence="real")
    assert (tmp_path / "figure.svg").read_bytes() == before


def test_figure1_without_a_finished_pair_is_a_problem(tmp_path):
    with pytest.raises(Problem, match="No persona's dialogue ended"):
        draw(tmp_path, [dialogue("a", "one", 4)], [dialogue("b", "two", 4)])


def test_wrapped_lines_fit_their_width_and_lose_no_word():
    text = "word " * 60
    found = wrap(text, 300, 12)
    assert " ".join(found) == text.strip() and 1 < len(found) and max(map(len, found)) <= 300 / (12 * 0.54)


# ---- figure 3
def test_figure3_has_a_box_for_each_rule_and_a_curve_and_a_row_for_each_edge(tmp_path):
    graph = "resources/rule_graph.csv"
    options = ["--graph", graph, "--output", tmp_path / "figure.svg", "--table", tmp_path / "figure.csv"]
    plot_figure3.main([str(word) for word in options])
    rows = [row for row in read_csv(graph) if not row["rule"].startswith("audit.")]
    edges = {(row["follows"], row["rule"]) for row in rows if row["follows"] and row["follows"][:6] != "audit."}
    table = read_csv(tmp_path / "figure.csv")
    assert {(f"{r['from_stage']}.{r['from_rule']}", f"{r['to_stage']}.{r['to_rule']}") for r in table} == edges
    root = xml.etree.ElementTree.parse(tmp_path / "figure.svg").getroot()
    assert len(list(root.iter(f"{SVG}path"))) == len(edges) > 60
    assert len(list(root.iter(f"{SVG}rect"))) == len({row["rule"] for row in rows}) + 1  # and the page
    shown = texts_of(tmp_path / "figure.svg")
    assert {"train detector", "dialogues", "supporter"} <= set(shown)
    dashed = [node for node in root.iter(f"{SVG}path") if node.get("stroke-dasharray")]
    assert 0 < len(dashed) < len(edges) / 3  # data flows down but for the loops


def test_rule_without_a_stage_or_a_row_is_a_problem(tmp_path):
    path = tmp_path / "graph.csv"
    for wrong in ("kitchen.cook,1,\n", "tables.tabulate_table4,1,reddit.select_threads\n"):
        path.write_text("rule,jobs,follows\n" + wrong)
        with pytest.raises(Problem, match=r"scripts\.provenance\.targets"):
            plot_figure3.read_graph(str(path))
