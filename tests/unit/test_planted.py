"""audit/planted.csv: planted effects are recovered from dialogues and votes, and missed where they are not there."""

import math
import random
from pathlib import Path

import pytest

from scripts.audit import planted_dialogues as seen
from scripts.audit import tabulate_planted
from scripts.audit.planted_votes import judge_fit, votes_of
from scripts.judging.judge_values import ORDERS, pair_row, parse_results
from scripts.llm.chat import Answer
from scripts.llm.offline import respond
from scripts.text.answers import parse_four_steps
from scripts.text.dialogue import transcript
from scripts.text.files import read_csv, write_jsonl
from scripts.text.lexicon import Lexicon, load_lexicon
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import load_taxonomy

PROMPTS = Path("resources/prompts/compact")
STRATEGIES = load_taxonomy("resources/taxonomy/strategies.yaml")
WORLD = "\n".join(  # quicker moods, so that small dialogues end; no broken answers, for nothing asks again here
    {
        "  malformed": "  malformed: 0",
        "  cue_lifts_mood": "  cue_lifts_mood: 0.8",
        "  mood_base_rate": "  mood_base_rate: 0.6",
    }.get(line.split(":")[0], line)
    for line in Path("resources/world.yaml").read_text(encoding="utf-8").splitlines()
)
LEXICON = load_lexicon("resources/world.yaml")


def converse(rng: random.Random, lexicon: Lexicon, persona: str, system: str, uses: float) -> dict:
    """A dialogue of six exchanges at most; `uses` is the rate at which the reference is used."""
    draw = random.Random(persona)
    values = draw.sample(lexicon.values, 3)
    first = lexicon.situation(draw, draw.choice(list(lexicon.raw["emotions"])), "work", values)
    turns = [{"index": 0, "role": "supporter", "text": "Hello."}, {"index": 1, "role": "seeker", "text": first}]
    prompt = load_prompt(PROMPTS / "A-SUP.md")
    for _ in range(6):
        reference = lexicon.reference(rng, "tea", rng.sample(values, 2))
        messages = prompt.messages(
            strategies=STRATEGIES, history=transcript(turns), targets=values, reference=reference
        )
        if rng.random() < uses:
            follow = [{"role": "assistant", "content": "-"}, {"role": "user", "content": "Yes"}]
            answer = respond("A-SUP-ALT", messages + follow, str(rng.random()), lexicon)
            answer = "Step 1.\n-Reasoning: -\nStep 2.\n-Reasoning: -\n" + answer
        else:
            answer = respond("A-SUP", messages, str(rng.random()), lexicon)
        steps = parse_four_steps(answer)
        turn = {"index": len(turns), "role": "supporter", "text": steps.response, "target_values": values}
        turns.append(turn | {"reference": reference, "use_reference": steps.use_reference, "strategy": steps.strategy})
        chat = [{"role": "system", "content": "-"}]
        chat += [{"role": "user" if t["role"] == "supporter" else "assistant", "content": t["text"]} for t in turns]
        said = respond("A-SEEK", chat, "0", lexicon)
        if said == "[END]":
            break
        turns.append({"index": len(turns), "role": "seeker", "text": said})
        if lexicon.state(said) == "thanks":
            break
    return {"id": persona, "persona_id": persona, "system": system, "turns": turns}


def judge(lexicon: Lexicon, system: dict, reference: dict) -> dict:
    texts = {"system": transcript(system["turns"]), "reference": transcript(reference["turns"])}
    answers = []
    for turn in range(4):
        first, second = ORDERS if turn % 2 == 0 else ORDERS[::-1]
        content = f"Dialogue A:\n{texts[first]}\n\nDialogue B:\n{texts[second]}\n\n"
        text = respond("A-VAL", [{"role": "user", "content": content}], str(turn), lexicon)
        answers.append(Answer(text, parse_results(text), 1))
    return pair_row(system["persona_id"], answers)


def build(tmp_path: Path, world: str) -> dict[str, dict]:
    """The table of a small study in the given world, by effect."""
    (tmp_path / "world.yaml").write_text(world, encoding="utf-8")
    lexicon, rng = load_lexicon(tmp_path / "world.yaml"), random.Random(5)
    personas = [f"p{number:02d}" for number in range(80)]
    study = {
        name: {persona: converse(rng, lexicon, persona, name, uses) for persona in personas}
        for name, uses in (("ours_dpo", 0.9), ("ours_sft", 0.4), ("esconv", 0.0))
    }
    write_jsonl(tmp_path / "gpt.jsonl", [converse(rng, lexicon, persona, "gpt", 0.0) for persona in personas])
    options = ["--world", str(tmp_path / "world.yaml"), "--teacher", str(tmp_path / "gpt.jsonl"), "--dialogues"]
    for name, dialogues in study.items():
        write_jsonl(tmp_path / name / "test.jsonl", dialogues.values())
        options.append(str(tmp_path / name / "test.jsonl"))
    options.append("--votes")
    for name in ("ours_sft", "esconv"):
        rows = [judge(lexicon, study[name][persona], study["ours_dpo"][persona]) for persona in personas]
        write_jsonl(tmp_path / "ours_dpo" / f"{name}.jsonl", rows)
        options.append(str(tmp_path / "ours_dpo" / f"{name}.jsonl"))
    tabulate_planted.main([*options, "--resamples", "2000", "--seed", "1", "--output", str(tmp_path / "planted.csv")])
    return {row["effect"]: row for row in read_csv(tmp_path / "planted.csv")}


@pytest.mark.slow
def test_planted_effects_are_recovered_from_texts_and_votes(tmp_path):
    table = build(tmp_path, WORLD)
    assert len(table) == 15
    missed = [effect for effect, row in table.items() if row["verdict"] == "missed"]
    assert len(missed) <= 1, missed  # an interval of 95 % misses one of its ten sizes now and then
    for effect, size in {"cue_raises_value": 0.85, "value_base_rate": 0.1, "gpt_uses_reference": 0.1}.items():
        assert float(table[effect]["planted"]) == size
        assert abs(float(table[effect]["recovered"]) - size) < 0.04
    for effect, row in table.items():
        if "above" in effect:
            assert (row["planted"], row["verdict"]) == (">0", "recovered"), row


@pytest.mark.slow
def test_null_world_shows_no_effect_of_cues_and_no_order_of_es_value(tmp_path):
    table = build(tmp_path, WORLD.replace("  scale: 1.0", "  scale: 0"))
    assert float(table["cue_raises_value"]["planted"]) == float(table["value_base_rate"]["planted"]) == 0.1
    assert abs(float(table["cue_raises_value"]["recovered"]) - 0.1) < 0.04
    assert float(table["judge_slope"]["planted"]) == 0.0 and float(table["judge_slope"]["ci_high"]) < 0.2
    for effect, row in table.items():
        if effect.startswith("es_value"):
            assert float(row["planted"]) == 0.0 and abs(float(row["recovered"])) < 0.08


def turn(role: str, text: str, **fields: object) -> dict:
    return {"role": role, "text": text, **fields}


def dialogue(*texts: str) -> dict:
    """Greeting, then seeker and supporter in turn."""
    turns = [turn("supporter", "Hello.")]
    turns += [turn(("seeker", "supporter")[number % 2], text) for number, text in enumerate(texts)]
    return {"persona_id": "p", "turns": [{"index": index} | one for index, one in enumerate(turns)]}


def test_cues_and_base_rates_are_counted_by_hand():
    talk = dialogue(
        "I am sad about work, kin, fun and roots.",  # caring, hedonism, tradition
        "It takes courage, for your kindness.",  # cue of caring
        "I feel stuck, with my kin.",  # caring voiced after its cue; hedonism and tradition not, at the base rate
        "Tell me more.",
        "I feel stuck, with my fun.",  # the cue is recent: only hedonism (voiced) and tradition are base trials
    )
    assert seen.voiced_after_cue([talk], LEXICON) == [("p", 1.0)]
    assert seen.voiced_without_cue([talk], LEXICON) == [("p", 0.0), ("p", 0.0), ("p", 1.0), ("p", 0.0)]


def test_mood_rises_are_counted_by_hand_and_end_at_the_top():
    talk = dialogue(
        "I am sad about work, kin, fun and roots.",
        "It takes courage, for your kindness.",
        "I feel stuck.",  # from the lowest mood up, after a cue of caring
        "Tell me more.",
        "I feel stuck.",  # no rise, no cue
        "It takes courage, for your joy.",
        "Thank you, that helps me.",  # a rise after a cue of hedonism
        "It takes courage, for your joy.",
        "Thank you, that helps me.",  # at the top: no trial
    )
    assert seen.mood_rises([talk], LEXICON, touched=True) == [("p", 1.0), ("p", 1.0)]
    assert seen.mood_rises([talk], LEXICON, touched=False) == [("p", 0.0)]


def test_judge_fit_finds_the_logits_of_a_table_of_votes():
    import numpy

    # 30 of 40 first dialogues with lead 1 won, 10 of 40 with lead -1: slope ln 3, bias 0.
    votes = [("a", 1, number < 30) for number in range(40)] + [("b", -1, number < 10) for number in range(40)]
    slope, bias = judge_fit(votes, ["a", "b"], numpy.ones((1, 2)))[0]
    assert math.isclose(slope, math.log(3), abs_tol=1e-6) and math.isclose(bias, 0.0, abs_tol=1e-6)


def test_votes_take_the_lead_of_the_dialogue_shown_first_and_leave_ties_out():
    rich, poor = dialogue("I feel stuck, with my kin and fun."), dialogue("I feel stuck.")
    ballots = [
        {"first": "system", "seeker": "A", "supporter": "Tie"},
        {"first": "reference", "seeker": "A", "supporter": "B"},
    ]
    votes = votes_of([{"id": "p", "votes": ballots}], {"p": rich}, {"p": poor}, LEXICON)
    assert votes == [("p", 2, True), ("p", -2, True), ("p", 0, False)]


def test_a_direction_is_recovered_only_above_zero_and_a_size_only_inside_its_interval():
    assert tabulate_planted.row("x", ">0", 0.2, 0.1, 0.3, 9)["verdict"] == "recovered"
    assert tabulate_planted.row("x", ">0", 0.2, -0.1, 0.3, 9)["verdict"] == "missed"
    assert tabulate_planted.row("x", 0.0, 0.2, 0.1, 0.3, 9)["verdict"] == "missed"
    assert tabulate_planted.row("x", 0.25, 0.2, 0.1, 0.3, 9)["verdict"] == "recovered"


def test_same_seed_gives_the_same_interval():
    trials = [(f"p{number % 7}", float(number % 3 == 0)) for number in range(40)]
    first, second = (tabulate_planted.mean_row("x", 0.3, trials, 500, seed) for seed in (1, 1))
    assert first == second and first[0]["n"] == 40
    assert tabulate_planted.mean_row("x", 0.3, [], 500, 1) == []


def test_orders_are_differences_by_persona():
    wins = {"ours_sft": {"p": {"seeker": 0.25, "supporter": 0.0}}, "esconv": {"p": {"seeker": 0.0, "supporter": 0.5}}}
    orders = tabulate_planted.order_trials(wins, {}, "ours_dpo")
    assert orders["es_value_seeker: ours_dpo above ours_sft"] == [("p", 0.25)]
    assert orders["es_value_supporter: ours_sft above esconv"] == [("p", -0.5)]
    assert orders["reference_use: ours_dpo above ours_sft"] == []
