"""How answers are read, and what of a history a model is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.text.answers import (
    known_strategy,
    parse_four_steps,
    parse_text,
    parse_values,
    steps_1_and_2,
    steps_3_and_4,
    up_to_step_3,
)
from scripts.text.dialogue import fit_history, merge_turns, transcript
from scripts.text.taxonomy import labels, load_taxonomy

STRATEGIES = load_taxonomy("resources/taxonomy/strategies.yaml")
FIRST = "Step 1.\n-Reasoning: sad about work.\nStep 2.\n-Reasoning: walking.\n"
LAST = "Step 3.\n-Reasoning: Yes, it fits.\nStep 4.\n-Strategy: Question\n-Response: How was work?"


def test_four_steps_are_read_block_by_block():
    steps = parse_four_steps(FIRST + LAST)
    assert (steps.issue, steps.points, steps.use) == ("sad about work.", "walking.", "Yes, it fits.")
    assert steps.use_reference is True
    assert (steps.strategy, steps.response) == ("Question", "How was work?")
    assert steps.reasoning() == {"issue": "sad about work.", "reference_points": "walking.", "use": "Yes, it fits."}


def test_headings_may_carry_titles_and_reasoning_may_span_lines():
    text = (
        "Step 1. The patient's issue and state\n- Reasoning: sad.\nAnd tired.\n\n"
        "Step 2. Main points of the reference\n- Reasoning: walk\n\n"
        "Step 3. Use of the reference\n- Reasoning: No. It is\nfar off.\n\n"
        'Step 4. Strategy and response\n- Strategy: Reflection of feelings\n- Response: "You sound tired."\n'
    )
    steps = parse_four_steps(text)
    assert (steps.issue, steps.use_reference, steps.response) == ("sad.\nAnd tired.", False, "You sound tired.")
    assert known_strategy(steps.strategy, STRATEGIES) == "Reflection"


@pytest.mark.parametrize(
    "text",
    [
        "",
        LAST,  # Steps 1 and 2 are missing
        FIRST + LAST.replace("Yes, it fits", "Perhaps"),
        FIRST + LAST.replace("Yes,", "Yesterday"),
        FIRST + LAST + "\nAnd at home?",  # a second line of response
        FIRST + LAST.replace("How was work?", ""),
        FIRST + LAST.replace("How was work?", '""'),
        FIRST + LAST.replace("-Strategy: Question\n", ""),
        FIRST + LAST.replace("Step 3.", "Step 5."),
    ],
)
def test_an_answer_without_its_four_steps_is_unusable(text):
    with pytest.raises(ValueError):
        parse_four_steps(text)


def test_an_answer_is_cut_before_the_word_that_decides():
    assert up_to_step_3(FIRST + LAST) == FIRST + "Step 3.\n-Reasoning:"
    assert up_to_step_3(FIRST.replace("walking", "as in Step 3. of a plan") + LAST).endswith("\nStep 3.\n-Reasoning:")
    with pytest.raises(ValueError):
        up_to_step_3(FIRST)


def test_steps_3_and_4_replace_the_first_ones_also_when_all_four_are_repeated():
    second = LAST.replace("Yes, it fits", "No, it does not")
    for answer in (second, "\n" + second + "\n", "Step 1.\n-Reasoning: other.\nStep 2.\n-Reasoning: other.\n" + second):
        assert steps_1_and_2(FIRST + LAST) + steps_3_and_4(answer, "No") == FIRST + second


def test_steps_3_and_4_with_the_decision_that_was_not_asked_for_are_unusable():
    for answer, decision in ((LAST, "No"), (LAST.replace("Yes", "No"), "Yes"), (FIRST, "Yes"), ("", "No")):
        with pytest.raises(ValueError):
            steps_3_and_4(answer, decision)


def test_a_strategy_is_known_by_label_or_alias_in_any_case_and_by_nothing_else():
    assert known_strategy(" question. ", STRATEGIES) == "Question"
    assert known_strategy("Affirmation and Reassurance", STRATEGIES) == "Affirmation"
    assert [known_strategy(label, STRATEGIES) for label in labels(STRATEGIES)] == labels(STRATEGIES)
    assert known_strategy("Question and Reflection", STRATEGIES) is None
    assert known_strategy("", STRATEGIES) is None


def test_values_are_read_in_order_once_each_and_unknown_ones_ignored():
    known = ["Universalism: concern", "Achievement", "Face"]
    assert parse_values("face, Joy,Achievement, FACE.", known) == ["Face", "Achievement"]
    assert parse_values("Universalism: concern", known) == ["Universalism: concern"]
    with pytest.raises(ValueError):
        parse_values("Joy", known)


def test_a_text_answer_is_one_line_and_not_empty():
    assert parse_text(" one\n two ") == "one two"
    with pytest.raises(ValueError):
        parse_text(" \n")


def turn(role, text):
    return {"role": role, "text": text}


GREETED = [
    turn("supporter", "hello there"),
    turn("seeker", "a b c d"),
    turn("supporter", "e f"),
    turn("seeker", "g h i"),
]


def test_a_history_that_fits_is_left_as_it_is():
    assert fit_history(GREETED, 4, 7) == GREETED
    assert fit_history([], 4, 7) == []


def test_a_long_history_keeps_the_seekers_first_words_and_the_last_words():
    texts = [t["text"] for t in fit_history(GREETED, 3, 4)]
    assert texts == ["a b c", "f", "g h i"]
    assert [t["text"] for t in fit_history(GREETED, 9, 6)] == ["there", "a b c d", "e f", "g h i"]
    assert [t["text"] for t in fit_history(GREETED, 9, 2)] == ["a b c d", "h i"]


def test_a_post_is_the_seekers_first_turn():
    thread = [turn("seeker", "p q r"), turn("supporter", "s t"), turn("seeker", "u")]
    assert [t["text"] for t in fit_history(thread, 2, 1)] == ["p q", "u"]


@given(
    st.lists(st.tuples(st.sampled_from(["seeker", "supporter"]), st.integers(1, 9))),
    st.integers(1, 9),
    st.integers(1, 30),
)
def test_a_history_never_has_more_words_than_its_window(turns, first, last):
    shown = fit_history([turn(role, " ".join("w" * count)) for role, count in turns], first, last)
    assert sum(len(t["text"].split()) for t in shown) <= first + last
    assert not turns or shown


def test_consecutive_turns_of_a_role_become_one():
    merged = merge_turns([turn("seeker", "a"), turn("seeker", "b"), turn("supporter", "c"), turn("seeker", "d")])
    assert [(t["index"], t["role"], t["text"]) for t in merged] == [
        (0, "seeker", "a b"),
        (1, "supporter", "c"),
        (2, "seeker", "d"),
    ]


def test_a_transcript_has_one_line_a_turn():
    assert transcript([turn("seeker", "a\nb"), turn("supporter", "c")]) == "Patient: a b\nTherapist: c"
