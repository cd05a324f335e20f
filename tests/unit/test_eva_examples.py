"""Figure 1 and table 14 of paper B: which example is shown, what is said of it, and that ESConv's words stay out."""

from pathlib import Path

import pytest

from scripts.provenance.errors import Problem
from scripts.tables import plot_eva_figure1, tabulate_eva_table14
from scripts.text.files import read_csv, write_csv, write_jsonl
from tests.unit.eva_files import row, rows
from tests.unit.evad_data import run

VANILLA, EVA = row("Mistral", "vanilla", ["m"]), row("Mistral", "EVA", ["e1", "e2"], aligned=True)
WAITING = row("Mistral", "EVA", [], aligned=True, missing="needs_ratings")
TYPES = "resources/taxonomy/response_types.csv"


def history(name, turn):
    roles = ("seeker", "supporter")
    return [{"role": roles[place % 2], "text": f"real words {name} {place}"} for place in range(turn)]


def write_responder(folder, name, dialogues, level, said) -> list[str]:
    """Responses (`dialogues`: how many turns of each) and their levels."""
    responses, levels = [], []
    for dialogue, count in dialogues.items():
        for turn in range(1, 2 * count, 2):
            own = {"id": f"{dialogue}:{turn}", "dialogue_id": dialogue, "turn": turn}
            responses.append(own | {"history": history(dialogue, turn), "reference": "real", "response": said})
            levels.append(own | {"level": level, "probabilities": None})
    write_jsonl(folder / f"{name}.jsonl", responses)
    write_jsonl(folder / f"{name}_levels.jsonl", levels)
    return [str(folder / f"{name}.jsonl"), str(folder / f"{name}_levels.jsonl")]


def plot(folder, files, entries, levels=True, least=2):
    responses, found = (list(own) for own in zip(*files, strict=True)) if files else ([], [])
    out = {name: folder / f"f_{name}" for name in ("output", "table", "texts")}
    given = {"number": "1", "rows": rows(*entries), "responses": responses, "levels": found if levels else []}
    given |= {"types": TYPES, "least_turns": least, "raters": "llm", "run": "demo", "evidence": "stand_in"}
    run(plot_eva_figure1, **given, **out)
    return read_csv(out["table"]), out["output"].read_text(), out["texts"]


def test_figure1_shows_the_shortest_dialogue_that_is_long_enough_without_its_real_words(tmp_path):
    dialogues = {"d-1": 1, "d-2": 3, "d-3": 2, "d-4": 2}
    files = [
        write_responder(tmp_path, "m", dialogues, 1, "You could try going for a walk."),
        write_responder(tmp_path, "e1", dialogues, 4, "You kept going."),
        write_responder(tmp_path, "e2", dialogues, 2, "Not the first seed."),
    ]
    table, figure, texts = plot(tmp_path, files, (VANILLA, EVA))
    assert {one["dialogue"] for one in table} == {"d-3"} and [one["turn"] for one in table] == ["1", "3"] * 2
    assert {(one["responder"], one["level"], one["status"]) for one in table} == {
        ("m", "1", "built"),
        ("e1", "4", "synthetic"),
    }
    assert [one["type"] for one in table] == ["SS", "SS", "O", "O"]
    assert "LEVEL 1" in figure and "LEVEL 4" in figure and "LEVEL 2" not in figure and "Not the first" not in figure
    assert figure.count(plot_eva_figure1.BOXED) == 3  # both suggestions, and the legend
    everything = figure + str(table)
    assert "real" not in everything and "d-3:2" in figure
    assert [one["text"] for one in read_csv(texts)] == [f"real words d-3 {place}" for place in range(3)]


def test_figure1_without_rankings_has_one_side_and_no_levels(tmp_path):
    files = [write_responder(tmp_path, "m", {"d-1": 2}, 1, "I see.")]
    table, figure, _ = plot(tmp_path, files, (VANILLA, WAITING), levels=False)
    assert [(one["variant"], one["level"], one["status"]) for one in table] == [
        *[("vanilla", "", "built")] * 2,
        ("EVA", "", "needs_ratings"),
    ]
    assert "nobody has ranked yet" in figure and "LEVEL" not in figure


def test_figure1_without_any_system_is_empty_and_with_short_dialogues_a_problem(tmp_path):
    table, figure, texts = plot(tmp_path, [], ({**VANILLA, "responders": [], "missing": "not_selected"}, WAITING))
    assert {one["status"] for one in table} == {"not_selected", "needs_ratings"} and read_csv(texts) == []
    assert "not selected" in figure
    with pytest.raises(Problem, match="No dialogue has 3 responses"):
        plot(tmp_path, [write_responder(tmp_path, "m", {"d-1": 2}, 1, "I see.")], (VANILLA,), least=3)


def test_figure1_draws_a_response_without_a_word(tmp_path):
    files = [write_responder(tmp_path, "m", {"d-1": 2}, None, "")]
    table, figure, _ = plot(tmp_path, files, (VANILLA,))
    assert "(no words)" in figure and {one["level"] for one in table} == {""}


def judged(folder, answers, raters="human", ranked_by="human", shown=("mistral", "mistral_eva"), same=()):
    """Table 14 of items with these answers (validation, fluency) of the first system."""
    key, ratings = [], []
    for place, (validation, fluency) in enumerate(answers):
        said = {"mistral": f"plain {place}", "mistral_eva": f"much longer | words {place}"}
        said |= {"mistral_eva": said["mistral"]} if place in same else {}
        key.append({"item_id": f"i{place}", "dialogue_id": "esconv-test-1", "turn": 3, "systems": list(shown)})
        key[-1] |= {"history": history("d", 3), "responses": [said[name] for name in shown]}
        for criterion, given in (("Emotional Validation", validation), ("Fluency", fluency)):
            ratings += [{"item_id": f"i{place}", "criterion": criterion, "answer": one} for one in given]
    write_jsonl(folder / "key", key)
    write_csv(folder / "ratings", ratings, ["item_id", "criterion", "answer"])
    out = {name: folder / f"t_{name}" for name in ("output", "text", "texts")}
    given = {
        "systems": ["mistral_eva", "mistral"],
        "names": ["EVA_Mistral", "Mistral"],
        "raters": raters,
        "ranked_by": ranked_by,
    }
    given |= {"key": folder / "key" if answers else [], "ratings": folder / "ratings" if answers else []}
    given |= {"run": "paper", "evidence": "real", "published": "resources/published/b_table14_labels.csv"}
    run(tabulate_eva_table14, **given, **out)
    table = {(one["model"], one["metric"]): one for one in read_csv(out["output"])}
    return table, out["text"].read_text(), out["texts"]


def test_no_report_shows_esconvs_words():
    rules = Path("rules/tables_eva_examples.smk").read_text(encoding="utf-8")
    for name in ("figure1", "table14"):
        assert rules.count(f"{name}_texts") == 1 and f'texts="<results>/eva/{name}_texts.csv"' in rules


WIN, TIE, LOSE = "win", "tie", "lose"


def test_table14_shows_the_greatest_win_in_validation_among_losses_in_fluency(tmp_path):
    answers = [
        ((WIN, WIN, WIN), (WIN, TIE, TIE)),  # wins in both
        ((WIN, WIN, LOSE), (LOSE, LOSE, TIE)),
        ((WIN, WIN, TIE), (LOSE, TIE, TIE)),
        ((WIN, TIE, TIE), (LOSE, LOSE, LOSE)),
        ((WIN, WIN, WIN), (WIN, TIE, LOSE)),  # level in fluency is no loss
    ]
    table, page, texts = judged(tmp_path, answers)
    assert table["EVA_Mistral", "response"]["value"] == "much longer | words 2"
    assert table["Mistral", "response"]["value"] == "plain 2"
    assert float(table["EVA_Mistral", "margin_emotional_validation"]["value"]) == pytest.approx(2 / 3)
    assert float(table["Mistral", "margin_fluency"]["value"]) == pytest.approx(1 / 3)
    labels = [f"relative_{name}" for name in ("emotional_validation", "fluency")]
    assert [table["EVA_Mistral", name]["value"] for name in labels] == ["higher", "lower"]
    assert {table[model, name]["agrees"] for model in ("EVA_Mistral", "Mistral") for name in labels} == {"yes"}
    assert (table["EVA_Mistral", "words"]["value"], table["EVA_Mistral", "relative_fluency"]["n"]) == ("5", "3")
    assert "much longer \\| words 2" in page and "esconv-test-1:3" in page and "synthetic" not in page
    assert "real words" not in page + str(table) and len(read_csv(texts)) == 3


def test_table14_finds_a_systems_words_in_whichever_order_they_were_shown(tmp_path):
    table, _, _ = judged(tmp_path, [((WIN,), (LOSE,))], shown=("mistral_eva", "mistral"))
    assert table["Mistral", "response"]["value"] == "plain 0"


def test_table14_says_how_it_is_where_nothing_loses_in_fluency_and_leaves_equal_words_out(tmp_path):
    answers = [((WIN, WIN), (LOSE, LOSE)), ((WIN, LOSE), (TIE, TIE)), ((LOSE, LOSE), (WIN, WIN))]
    table, page, _ = judged(tmp_path, answers, raters="llm", same=(0,))
    assert table["EVA_Mistral", "response"]["value"].endswith("words 1")
    assert table["EVA_Mistral", "relative_fluency"]["value"] == "equal"
    assert table["EVA_Mistral", "relative_fluency"]["agrees"] == "no"
    assert {one["status"] for one in table.values()} == {"synthetic"} and "`synthetic`" in page


def test_table14_of_a_system_that_stand_ins_taught_is_synthetic_whoever_judged(tmp_path):
    table, page, _ = judged(tmp_path, [((WIN,), (LOSE,))], ranked_by="llm")
    assert {one["status"] for one in table.values()} == {"synthetic"} and "taught one" in page


def test_table14_needs_ratings_while_nobody_has_judged(tmp_path):
    table, page, texts = judged(tmp_path, [])
    assert {one["status"] for one in table.values()} == {"needs_ratings"} and len(table) == 4
    assert "Nobody has judged" in page and read_csv(texts) == []
