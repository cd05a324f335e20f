"""Paper B's rows of audit/planted.csv: advice, levels by position and EVAEval, by hand and from planted responses."""

import random
from pathlib import Path

import pytest

from scripts.audit import planted_levels as seen
from scripts.audit import tabulate_planted
from scripts.llm.offline import respond
from scripts.text.files import read_csv, write_csv, write_jsonl
from scripts.text.levels import fitting_level, level_said, validation
from scripts.text.lexicon import load_lexicon
from scripts.world.chats import conversation
from tests.unit.test_planted import LEXICON

PHRASES = {"SS": ["you could"], "UV": ["i hear you"]}
COLUMNS = ["dialogue_id", "variant", "metric", "value", "n", "labels"]


def row(dialogue, turns, response, said="I feel stuck."):
    """A response after so many help-seeker turns."""
    history = [{"role": "seeker", "text": "I am sad about work, roots."}]
    for _ in range(turns - 1):
        history += [{"role": "supporter", "text": "Oh."}, {"role": "seeker", "text": said}]
    return {"id": f"{dialogue}:{turns}", "dialogue_id": dialogue, "history": history, "response": response}


def said_at(level):
    return validation(level, 0, "work", "sad", LEXICON)


def test_advice_is_counted_in_the_states_that_invite_it_alone():
    advice = LEXICON.raw["advice"][0].format(t="work", e="sad") + "."
    rows = [row("a", 1, advice), row("a", 2, "Oh."), row("b", 2, advice, said="Nothing works.")]
    assert seen.advised(rows, LEXICON) == [("a", 1.0), ("a", 0.0)]


def test_covariance_of_level_and_turn_by_hand():
    rows = [row("a", 1, said_at(1)), row("a", 2, "Oh."), row("a", 3, said_at(4)), row("b", 2, said_at(1))]
    # turns 1, 3, 2 about 2; levels 1, 4, 1 about 2
    assert seen.rising(rows, LEXICON) == [("a", 1.0), ("a", 2.0), ("b", 0.0)]
    assert seen.rising([row("a", 1, "Oh.")], LEXICON) == []


def test_suggestions_are_compared_turn_by_turn():
    before = [row("a", 1, "You could rest."), row("a", 2, "I hear you."), row("b", 1, "You could rest.")]
    after = [row("a", 1, "I hear you."), row("a", 2, "You could rest."), row("b", 1, "You could rest.")]
    assert seen.fewer_suggestions(before, after, PHRASES) == [("a", 1), ("a", -1), ("b", 0)]


def test_evaeval_is_compared_dialogue_by_dialogue():
    def rows(**by_dialogue):
        own = [
            {"dialogue_id": name, "variant": "mean", "metric": metric, "value": value}
            for name, value in by_dialogue.items()
            for metric in ("evaeval_avg", "evaeval_level1")
        ]
        return [{"dialogue_id": "", "variant": "mean", "metric": "evaeval_avg", "value": 9.0}, *own]

    assert seen.nearer(rows(a=0.5, b=0.25), rows(a=0.25, b=0.5)) == [("a", 0.25), ("b", -0.25)]


@pytest.mark.parametrize("scale", [1, 0])
def test_what_is_planted_is_recovered_and_the_rise_alone_is_gone_in_the_null_world(tmp_path, scale):
    text = Path("resources/world.yaml").read_text(encoding="utf-8").replace("  scale: 1.0", f"  scale: {scale}")
    (tmp_path / "world.yaml").write_text(text, encoding="utf-8")
    lexicon, rng = load_lexicon(tmp_path / "world.yaml"), random.Random(5)
    acquired, aligned, hosted = [], [], []
    for number in range(40):
        for turns in range(1, 7):
            asked = row(f"d{number}", turns, "")
            messages = [
                {"role": "user" if turn["role"] == "seeker" else "assistant", "content": turn["text"]}
                for turn in asked["history"]
            ]
            answer = respond("B-BASE", messages, f"{number}", lexicon)
            fit = min(4, max(1, round(fitting_level(turns, lexicon) + rng.gauss(0, 0.5))))
            hosted.append({**asked, "response": answer})
            acquired.append({**asked, "response": answer})
            aligned.append({**asked, "response": said_at(fit)})
    for name, rows in (("acquired", acquired), ("aligned", aligned), ("hosted", hosted)):
        write_jsonl(tmp_path / f"{name}.jsonl", rows)
    for name, value in (("one", 0.3), ("two", 0.2)):
        own = [
            {"dialogue_id": f"d{n}", "variant": "mean", "metric": "evaeval_avg", "value": value + 0.001 * n}
            for n in range(9)
        ]
        write_csv(tmp_path / f"{name}.csv", [{**one, "n": 6, "labels": "synthetic"} for one in own], COLUMNS)
    (tmp_path / "votes" / "ours").mkdir(parents=True)
    write_jsonl(tmp_path / "votes" / "ours" / "other.jsonl", [])
    talk = {"persona_id": "p", "system": "ours", "turns": []}
    write_jsonl(tmp_path / "talks.jsonl", [talk, {**talk, "system": "other"}])
    write_jsonl(tmp_path / "teacher.jsonl", [])
    words = ["--world", tmp_path / "world.yaml", "--dialogues", tmp_path / "talks.jsonl", "--teacher"]
    words += [tmp_path / "teacher.jsonl", "--votes", tmp_path / "votes" / "ours" / "other.jsonl"]
    words += [
        part
        for name in ("acquired", "aligned", "hosted")
        for part in (f"--{name}-responses", tmp_path / f"{name}.jsonl")
    ]
    words += [
        "--evaevals",
        tmp_path / "one.csv",
        tmp_path / "two.csv",
        "--types",
        "resources/taxonomy/response_types.csv",
    ]
    words += ["--resamples", 500, "--seed", 1, "--output", tmp_path / "planted.csv"]
    tabulate_planted.main([str(word) for word in words])
    table = {line["effect"]: line for line in read_csv(tmp_path / "planted.csv")}
    assert {name for name in table if "level" in name or "advises" in name or "acquired" in name} == set(table)
    assert len(table) == 4 and {line["verdict"] for name, line in table.items() if "level" not in name} == {"recovered"}
    rise = table["level_rises: covariance with the turn, aligned"]
    assert rise["verdict"] == "recovered" and rise["planted"] == (">0" if scale else "0.0")


def test_the_chat_model_s_conversations_hold_the_habit_and_levels_that_rise_under_another_instruction_alone():
    from scripts.text.prompts import load_prompt
    from scripts.text.taxonomy import load_taxonomy

    prompts = [load_prompt(f"resources/prompts/compact/{name}.md") for name in ("B-BASE", "B-COT")]
    levels = load_taxonomy("resources/taxonomy/levels.yaml")
    talks = [conversation(random.Random(seed), LEXICON, *prompts, levels) for seed in range(600)]
    by_level: dict[str, list[list[int | None]]] = {}
    for talk in talks:
        system, *said = talk["messages"]
        assert [message["role"] for message in said] == ["user", "assistant"] * (len(said) // 2)
        found = [level_said(message["content"], LEXICON) for message in said if message["role"] == "assistant"]
        by_level.setdefault(system["content"][:8], []).append(found)
        assert talk["learnt"] == ("last" if "Level" in said[-1]["content"] else "every")
    guided = by_level["Annotate"]

    def mean(rows, place):
        known = [row[place] for row in rows if len(row) > place and row[place]]
        return sum(known) / len(known)

    assert all(None not in row for row in guided) and mean(guided, 5) - mean(guided, 0) > 2
    assert abs(mean(by_level["Answer t"], 4) - mean(by_level["Answer t"], 0)) < 0.8
