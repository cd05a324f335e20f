"""Figure 2: groups, counts and means by hand, and a figure whose bytes repeat."""

import pytest

from scripts.provenance.errors import Problem
from scripts.tables import plot_figure2
from scripts.tables.value_effect import (
    Label,
    effect_group,
    is_positive,
    last_seeker_turns,
    measure_all,
    measure_effect,
)
from scripts.text.files import read_csv, read_json, write_jsonl
from scripts.text.taxonomy import labels, load_taxonomy

VALUES = "resources/taxonomy/values.yaml"


def dialogue(name, initial, final, roles="su" * 6):
    """Turns by role letters: s seeker, u supporter."""
    names = {"s": "seeker", "u": "supporter"}
    turns = [{"index": place, "role": names[role], "text": "x"} for place, role in enumerate(roles)]
    return {"id": name, "turns": turns, "meta": {"initial_intensity": initial, "final_intensity": final}}


@pytest.mark.parametrize(
    ("initial", "final", "group"),
    [
        (5, 1, "high"),
        (5, 2, "high"),
        (5, 3, "low"),
        (5, 4, "low"),
        (5, 5, None),
        (5, None, None),
        (4, 1, None),
    ],
)
def test_groups_are_of_dialogues_that_began_at_five(initial, final, group):
    assert effect_group(dialogue("d", initial, final)["meta"]) == group


def test_positive_is_strictly_above_the_strength_or_at_least_the_class():
    assert [is_positive("v_reg", 0.5, strength, 3) for strength in (0.5, 0.51)] == [False, True]
    assert [is_positive("v_oc", 1, 1.0, level) for level in (0, 1)] == [False, True]


def test_last_turns_are_merged_seeker_blocks():
    assert last_seeker_turns(dialogue("d", 5, 1, "ssussuusus"), 2) == ["d:4", "d:6"]
    assert last_seeker_turns(dialogue("d", 5, 1, "us"), 4) == ["d:1"]


def test_effect_counts_present_values_of_positive_turns_and_zeroes_the_others():
    turns = [
        Label(True, (0.5, 0.26)),
        Label(False, (0.9, 0.9)),
        Label(True, (0.3, 0.27)),
        Label(True, (0.1, 0.1)),
    ]
    found = measure_effect("high", turns, 0.26)
    assert found.means == pytest.approx(((0.5 + 0.3 + 0.1) / 4, (0.26 + 0.27 + 0.1) / 4))
    assert (found.count, found.turns, found.positive_turns) == (3, 4, 3)


def test_turn_without_labels_and_empty_group_are_problems():
    with pytest.raises(Problem, match="d:4"):
        measure_all([dialogue("d", 5, 1)], {}, 4, 0.26)
    known = {f"d:{place}": Label(True, (0.5,)) for place in range(12)}
    with pytest.raises(Problem, match="low effectiveness"):
        measure_all([dialogue("d", 5, 1)], known, 4, 0.26)


@pytest.fixture
def corpus(tmp_path):
    """Eight dialogues a group; high ones voice the first value in every positive turn, the others are silent."""
    import pyarrow
    import pyarrow.parquet

    groups = [dialogue(f"d{place:02d}", 5, 1 if place < 8 else 4) for place in range(16)]
    others = [dialogue("other", 3, 1), dialogue("open", 5, None)]
    write_jsonl(tmp_path / "train.jsonl", groups[::2] + others)
    write_jsonl(tmp_path / "dev.jsonl", groups[1::2])
    rows = []
    for place, entry in enumerate(groups):
        for turn in range(0, 12, 2):
            probability = 0.6 + place / 100 if place < 8 else 0.1 + place / 100
            numbers = {f"v{value:02d}": probability if value == 0 else 0.01 for value in range(20)}
            rows.append(
                {"id": f"{entry['id']}:{turn}", "sentiment": 0.4 if turn == 4 else 0.9, "sentiment_class": 2} | numbers
            )
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "labels.parquet")
    return tmp_path


def plot(folder, name):
    outputs = {"output": f"{name}.svg", "table": f"{name}.csv", "summary": f"{name}.json"}
    options = [
        "--dialogues",
        folder / "train.jsonl",
        folder / "dev.jsonl",
        "--labels",
        folder / "labels.parquet",
    ]
    options += [
        "--values",
        VALUES,
        "--positive-rule",
        "v_reg",
        "--positive-threshold",
        0.5,
        "--value-threshold",
        0.26,
    ]
    options += [
        "--window",
        4,
        "--alpha",
        0.05,
        "--resamples",
        200,
        "--seed",
        1,
        "--run",
        "demo",
        "--evidence",
        "real",
    ]
    options += ["--published", "resources/published/a_inline.csv"]
    for option, file in outputs.items():
        options += [f"--{option}", folder / file]
    plot_figure2.main([str(option) for option in options])
    return [folder / file for file in outputs.values()]


@pytest.mark.slow
def test_figure_finds_the_planted_value_and_no_other(corpus):
    svg, table, summary = plot(corpus, "figure")
    rows = read_csv(table)
    first, *rest = labels(load_taxonomy(VALUES))
    total, low = rows[0], rows[1]
    assert (total["item"], total["group"], total["published"]) == ("total", "high", "7.9")
    assert (total["value"], low["value"]) == (
        "3.0",
        "0.0",
    )  # turns 6, 8, 10 of the last four; 4 is not positive
    assert float(total["difference"]) == pytest.approx(3 - 7.9)
    planted = next(row for row in rows if (row["item"], row["group"]) == (first, "high"))
    assert float(planted["value"]) == pytest.approx((0.6 + 0.035) * 3 / 4)
    assert (planted["marker"], planted["n"], planted["effect_size"]) == ("*", "8", "1.0")
    assert float(planted["p_holm"]) == pytest.approx(float(planted["p"]) * 20)
    assert {row["p"] for row in rows if row["item"] in rest} == {"1.0"}
    found = read_json(summary)
    assert found["significant_values"] == [first]
    assert found["dialogues_read"] == 18
    assert found["groups"]["high"] == {"dialogues": 8, "turns": 32, "positive_turns": 24}
    assert first in svg.read_text()


def test_same_inputs_draw_the_same_bytes(corpus):
    one, other = plot(corpus, "one"), plot(corpus, "other")
    for first, second in zip(one, other, strict=True):
        assert first.read_bytes() == second.read_bytes()
