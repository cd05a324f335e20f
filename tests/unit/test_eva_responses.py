"""Paper B's responses: asked once from the real history, reasoning taken away, read by every scorer."""

import argparse

import pytest

from scripts.eva.responding import add_options, respond, response_of
from scripts.llm.asking import Chat, taken
from scripts.llm.exchange import Reply, Sampling
from scripts.llm.journal import open_journal
from scripts.llm.offline import respond as world_says
from scripts.provenance.errors import Problem
from scripts.scoring.responses import read_responses
from scripts.text.files import write_jsonl
from scripts.text.lexicon import load_lexicon

LEVELS = "resources/taxonomy/levels.yaml"
TURNS = [
    {
        "id": f"a:{place}",
        "dialogue_id": "a",
        "turn": place,
        "history": [{"role": "supporter" if n % 2 else "seeker", "text": f"I feel stuck {n}."} for n in range(place)],
        "reference": "Why?",
        "response": "Why?",
    }
    for place in (1, 3)
]


class Backend:
    """Answers by a function of the messages; ends as it is told."""

    name = identity = priced = "fake"

    def __init__(self, text, finish="stop"):
        self.text, self.finish, self.asked = text, finish, []

    def answer(self, asks, keep):
        self.asked += asks
        for ask in asks:
            keep(ask, Reply(self.text(ask.body["messages"]), self.finish))


def answered(tmp_path, backend, *more, prompt="B-BASE", failed="0", turns=TURNS):
    write_jsonl(tmp_path / "turns.jsonl", turns)
    parser = argparse.ArgumentParser()
    add_options(parser)
    parser.add_argument("--output")
    words = ["--turns", str(tmp_path / "turns.jsonl"), "--prompt", f"resources/prompts/{prompt}.md", *more]
    args = parser.parse_args([*words, "--max-failed", failed, "--output", str(tmp_path / "out.jsonl")])
    with Chat(backend, Sampling(0.0, 1.0, 8), open_journal(tmp_path / "journal.jsonl")) as chat:
        respond(args, chat)
    return read_responses(str(tmp_path / "out.jsonl"))


def test_every_turn_is_asked_once_greedily_from_its_real_history(tmp_path):
    backend = Backend(lambda messages: f"supporter: Oh\n{len(messages)}.")
    rows = answered(tmp_path, backend)
    assert [row["response"] for row in rows] == ["Oh 2.", "Oh 4."]
    assert [{**row, "response": "Why?"} for row in rows] == TURNS
    messages = backend.asked[1].body["messages"]
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[1:] == [
        {"role": role, "content": turn["text"]}
        for role, turn in zip(("user", "assistant", "user"), TURNS[1]["history"], strict=True)
    ]
    assert len(backend.asked) == 2 and {ask.body["temperature"] for ask in backend.asked} == {0.0}


def test_an_answer_that_was_cut_counts_as_it_is_and_a_filtered_one_is_empty(tmp_path):
    backend = Backend(lambda messages: "I am so", "length")
    assert [row["response"] for row in answered(tmp_path, backend)] == ["I am so"] * 2
    assert len(backend.asked) == 2  # nothing is asked again at another temperature
    assert taken(Reply("No.", "content_filter")).value is None


def test_too_many_answers_without_a_response_are_a_problem(tmp_path):
    with pytest.raises(Problem, match=r"2 of 2 answers .* hold no response \(first: a:1\)"):
        answered(tmp_path, Backend(lambda messages: " "), failed="0.5")
    (tmp_path / "journal.jsonl").unlink()
    assert [row["response"] for row in answered(tmp_path, Backend(lambda messages: " "), failed="1")] == ["", ""]


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("Emotion: sad\nLevel: 2\nResponse: So you are\nsad.", "So you are sad."),
        ("**Response:** a\n\nEmotion: sad\n**Response:** Oh.", "Oh."),
        ("1. Emotion: sad\n2. Level: 1\n3. Response: Oh.", "Oh."),
        ("Emotion: sad\nLevel: 2", ""),
        ("Response:", ""),
        ("I respond: Response is near.", ""),
        (None, ""),
    ],
)
def test_what_stands_before_the_last_response_is_taken_away(text, response):
    assert response_of(text, reasons=True) == response


def test_an_answer_without_reasoning_is_kept_whole():
    assert response_of("Emotion: sad\nResponse: Oh.", reasons=False) == "Emotion: sad Response: Oh."


def test_a_system_that_reasons_is_shown_the_levels_and_two_examples(tmp_path):
    backend = Backend(lambda messages: "Emotion: sad\nLevel: 1\nResponse: Oh.")
    rows = answered(tmp_path, backend, "--levels", LEVELS, prompt="B-COT")
    assert [row["response"] for row in rows] == ["Oh.", "Oh."]
    system = backend.asked[0].body["messages"][0]["content"]
    assert system.count("\nResponse:") == 2 and "Radical Genuineness" in system


def test_a_set_without_a_turn_is_a_problem(tmp_path):
    with pytest.raises(Problem, match="holds no supporter turn"):
        answered(tmp_path, Backend(lambda messages: "Oh."), turns=[])


def test_the_offline_chat_model_advises_where_the_state_invites_it_and_nowhere_else():
    lexicon = load_lexicon("resources/world.yaml")

    def said(state, sample):
        turns = ["I am sad about work, roots.", lexicon.raw["states"][state]["says"][0] + "."]
        messages = [{"role": "system", "content": "-"}, {"role": "user", "content": turns[0]}]
        messages += [{"role": "assistant", "content": "Oh."}, {"role": "user", "content": turns[1]}]
        return world_says("B-BASE", messages, str(sample), lexicon)

    starts = tuple(frame.split("{")[0] for frame in lexicon.raw["advice"])
    shares = {
        state: sum(said(state, sample).startswith(starts) for sample in range(400)) / 400
        for state in lexicon.raw["states"]
    }
    rate = lexicon.effects["chat_advises"] * (1 - lexicon.effects["malformed"])
    for state, share in shares.items():
        assert share == pytest.approx(rate if state in lexicon.raw["advised"] else 0, abs=0.06), state
