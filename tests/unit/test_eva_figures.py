"""Figures of paper B on what systems say: phrases, their repetition, types of response; seeds and missing systems."""

import xml.etree.ElementTree as xml

import pytest

from scripts.tables import bars, plot_eva_figure2, plot_eva_repetition, plot_eva_types
from scripts.text.files import read_csv
from tests.unit.eva_files import row, rows, write_phrases, write_types
from tests.unit.evad_data import run

SVG = "{http://www.w3.org/2000/svg}"
VANILLA, EVA = row("Mistral", "vanilla", ["m"]), row("Mistral", "EVA", ["e1", "e2"], aligned=True)
WAITING = row("Mistral", "EVA", [], aligned=True, missing="needs_ratings")
GONE = row("GPT-4o", "vanilla", [], missing="not_selected")


def words_of(path) -> list[str]:
    return [text.text for text in xml.parse(path).getroot().iter(f"{SVG}text")]


def widths(path) -> list[float]:
    """Of the bars that are drawn, from the top down, panel after panel."""
    boxes = (box for box in xml.parse(path).getroot().iter(f"{SVG}rect") if box.get("height") == f"{bars.BAR - 2:g}")
    return [float(box.get("width")) for box in boxes if box.get("y") != "48"]


def plot(module, folder, entries, **given):
    out = {"output": folder / "f.svg", "table": folder / "f.csv"}
    options = {"number": "6", "rows": rows(*entries), "raters": "llm", "run": "demo", "evidence": "stand_in"}
    run(module, **(options | given), **out)
    return read_csv(out["table"]), out["output"]


@pytest.fixture
def phrases(tmp_path):
    """Of Mistral three phrases of four words and one of two; of two seeds of EVA one and two."""
    own = [(4, 1, "take care of yourself", 0.8, 0.8, 0.6, 0.4), (4, 2, "let me know if", 0.4, 0.4, 0.2, 0.0)]
    own += [(4, 3, "you are not alone", 0.2, 0.2, 0.0, 0.0), (2, 1, "take care", 0.8, 0.8, 0.6, 0.4)]
    first, second = (4, 1, "it makes sense that", 0.2, 0.2, 0.0, 0.0), (4, 1, "i hear how much", 0.4, 0.4, 0.2, 0.0)
    third = (4, 2, "that sounds so hard", 0.2, 0.2, 0.0, 0.0)
    found = {"m": own, "e1": [first], "e2": [second, third]}
    return [write_phrases(tmp_path / f"{name}.csv", lines) for name, lines in found.items()]


def test_repetition_has_every_seeds_phrases_and_their_mean_over_seeds(tmp_path, phrases):
    given = {"phrases": phrases, "order": 4, "top": 2, "thresholds": [0.1, 0.2, 0.3]}
    table, figure = plot(plot_eva_repetition, tmp_path, (VANILLA, EVA), **given)
    shown = [(one["responder"], one["phrase"], one["value"]) for one in table if one["metric"] == "repeated_10"]
    assert shown == [
        *(("m", "take care of yourself", "0.8"), ("m", "let me know if", "0.4"), ("", "", "0.6000000000000001")),
        *(("e1", "it makes sense that", "0.2"), ("e2", "i hear how much", "0.4"), ("e2", "that sounds so hard", "0.2")),
        ("", "", "0.25"),  # of 0.2 and of the mean of 0.4 and 0.2
    ]
    (mean,) = [one for one in table if one["variant"] == "EVA" and not one["phrase"] and one["metric"] == "repeated_10"]
    assert float(mean["seed_sd"]) == pytest.approx(0.005**0.5) and mean["seeds"] == "2" and mean["n"] == "20"
    assert {one["status"] for one in table if one["variant"] == "EVA"} == {"synthetic"}
    assert {one["status"] for one in table if one["variant"] == "vanilla"} == {"built"}
    # Drawn: both phrases of Mistral and the one of the first seed, a bar a threshold; half of 80 % is more than 50 %.
    drawn = [bars.SPAN * share for share in (0.8, 0.6, 0.4, 0.4, 0.2, 0.0, 0.2, 0.0, 0.0)]
    assert widths(figure) == pytest.approx(drawn)
    said = words_of(figure)
    assert "EVA Mistral (synthetic)" in said and "it makes sense that" in said and "i hear how much" not in said
    assert "you are not alone" not in said and "more than 30%" in said


def test_figure2_shows_phrases_of_one_length_and_the_sweep_all(tmp_path, phrases):
    given = {"phrases": phrases[:1], "orders": [2, 4], "order": 4, "top": 9, "sweep": tmp_path / "sweep.csv"}
    table, figure = plot(plot_eva_figure2, tmp_path, (VANILLA, GONE), **given)
    mistral = [one for one in table if one["model"] == "Mistral"]
    assert [(one["metric"], one["value"], one["n"]) for one in mistral[:2]] == [
        ("share_dialogues", "0.8", "20"),
        ("share_utterances", "0.4", "60"),
    ]
    assert len(mistral) == 6 and {one["order"] for one in mistral} == {"4"}
    sweep = [(one["model"], one["order"], one["phrase"]) for one in read_csv(tmp_path / "sweep.csv")]
    assert sweep[0] == ("Mistral", "2", "take care") and ("GPT-4o", "2", "") in sweep and ("GPT-4o", "4", "") in sweep
    assert [one["status"] for one in table if one["model"] == "GPT-4o"] == ["not_selected"]
    assert "not selected" in words_of(figure) and len(widths(figure)) == 3


def test_types_are_means_over_seeds_and_every_type_is_drawn(tmp_path):
    shares = ({"SS": 0.4, "UV": 0.0, "O": 0.6}, {"SS": 0.1, "UV": 0.5, "O": 0.4}, {"SS": 0.3, "UV": 0.3, "O": 0.4})
    files = [write_types(tmp_path / f"{place}.csv", own) for place, own in enumerate(shares)]
    table, figure = plot(plot_eva_types, tmp_path, (VANILLA, EVA), types=files)
    found = {(one["variant"], one["type"], one["metric"]): one for one in table}
    assert float(found["EVA", "SS", "share"]["value"]) == pytest.approx(0.2)
    assert float(found["EVA", "SS", "share"]["seed_sd"]) == pytest.approx(0.02**0.5)
    assert float(found["EVA", "UV", "share_fractional"]["value"]) == pytest.approx(0.2)
    assert found["vanilla", "SS", "share"]["seed_sd"] == "" and found["vanilla", "SS", "share"]["n"] == "60"
    assert widths(figure) == pytest.approx([bars.SPAN * share for share in (0.4, 0.0, 0.6, 0.2, 0.4, 0.4)])
    assert "Name of SS (SS)" in words_of(figure) and "20.0%" in words_of(figure)


def test_short_bars_are_drawn_to_the_scale_of_the_longest(tmp_path):
    file = write_types(tmp_path / "t.csv", {"SS": 0.1, "O": 0.05})
    _, figure = plot(plot_eva_types, tmp_path, (VANILLA,), types=[file])
    assert widths(figure) == pytest.approx([bars.SPAN, bars.SPAN / 2])


@pytest.mark.parametrize("module", [plot_eva_types, plot_eva_repetition])
def test_a_system_without_rankings_leaves_its_half_empty_and_says_why(tmp_path, phrases, module):
    if module is plot_eva_types:
        given = {"types": [write_types(tmp_path / "t.csv", {"SS": 0.4, "O": 0.6})]}
    else:
        given = {"phrases": phrases[:1], "order": 4, "top": 2, "thresholds": [0.1]}
    table, figure = plot(module, tmp_path, (VANILLA, WAITING), raters="human", **given)
    (waiting,) = [one for one in table if one["variant"] == "EVA"]
    assert (waiting["value"], waiting["status"]) == ("", "needs_ratings")
    assert "nobody has ranked yet" in words_of(figure) and len(widths(figure)) == 2


def test_a_system_that_repeats_nothing_has_no_phrase_and_no_mean(tmp_path, phrases):
    silent = write_phrases(tmp_path / "silent.csv", [])
    given = {"phrases": [silent], "order": 4, "top": 2, "thresholds": [0.1]}
    table, figure = plot(plot_eva_repetition, tmp_path, (VANILLA,), **given)
    assert table == [] and widths(figure) == []
