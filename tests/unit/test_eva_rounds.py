"""Paper B's training rows: who opens, what is joined, what is left out, and the words of B-BASE."""

import pytest

from scripts.corpora import normalise_empathetic
from scripts.eva import build_rounds
from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_jsonl
from scripts.text.prompts import load_prompt

PROMPT = "resources/prompts/B-BASE.md"
INSTRUCTION = load_prompt(PROMPT).messages()[0]


def talk(name, *said):
    """A dialogue of turns `s…` of the seeker and `p…` of the supporter."""
    roles = {"s": "seeker", "p": "supporter"}
    return {
        "id": name,
        "turns": [{"index": n, "role": roles[text[0]], "text": text[1:]} for n, text in enumerate(said)],
        "meta": {},
    }


def built(tmp_path, dialogues):
    write_jsonl(tmp_path / "in.jsonl", dialogues)
    build_rounds.main(
        ["--dialogues", str(tmp_path / "in.jsonl"), "--prompt", PROMPT, "--output", str(tmp_path / "out.jsonl")]
    )
    return read_jsonl(tmp_path / "out.jsonl")


def test_a_row_is_the_instruction_and_rounds_that_end_with_the_supporter(tmp_path):
    (row,) = built(tmp_path, [talk("a", "sI am sad.", "sSince May.", "pWhy?", "sWork.", "pOh.", "pTell me.", "sBye.")])
    assert row["messages"] == [
        INSTRUCTION,
        {"role": "user", "content": "I am sad. Since May."},
        {"role": "assistant", "content": "Why?"},
        {"role": "user", "content": "Work."},
        {"role": "assistant", "content": "Oh. Tell me."},
    ]


def test_dialogues_that_the_supporter_opens_or_nobody_answers_are_left_out_and_counted(tmp_path, caplog):
    caplog.set_level("INFO")
    dialogues = [
        talk("opened", "sI am sad.", "pWhy?"),
        talk("greeted", "pHello.", "sI am sad.", "pWhy?"),
        talk("alone", "sI am sad."),
        talk("empty"),
        talk("mute", "sI am sad.", "p "),
    ]
    assert [row["id"] for row in built(tmp_path, dialogues)] == ["opened"]
    assert "in 5, opened by the seeker 3, kept 1, without an answer or a word 2" in caplog.text


@pytest.mark.parametrize("dialogues", [[], [talk("a", "sI am sad.")], [talk("b", "pHello.", "sHi.", "pOh.")]])
def test_a_corpus_without_a_round_is_a_problem(tmp_path, dialogues):
    with pytest.raises(Problem, match="no dialogue that the seeker opens and a supporter answers"):
        built(tmp_path, dialogues)


def test_a_conversation_of_empathetic_dialogues_with_a_broken_quote_is_whole_and_one_utterance_alone_is_left_out(
    tmp_path,
):
    lines = [
        normalise_empathetic.HEADER,
        'hit:0_conv:1,1,sad,I lost it,3,"I lost my ring_comma_ it hurts,5|5,',
        "hit:0_conv:1,2,sad,I lost it,4,Oh no.,5|5,",
        "hit:0_conv:2,1,sad,I fell,3,I fell.,5|5,",
    ]
    (tmp_path / "train.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = ["--input", str(tmp_path / "train.csv"), "--split", "train", "--sha256", ""]
    normalise_empathetic.main([*words, "--output", str(tmp_path / "ed.jsonl")])
    (row,) = built(tmp_path, read_jsonl(tmp_path / "ed.jsonl"))
    assert [turn["content"] for turn in row["messages"][1:]] == ['"I lost my ring, it hurts', "Oh no."]
