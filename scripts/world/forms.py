"""The world's dialogues and sentences in the forms in which the public corpora are published."""

import random

from scripts.text.lexicon import Lexicon
from scripts.world.talks import HELLOS, draw_talk, draw_theme

ESCONV_SPELLING = {
    "Restatement": "Restatement or Paraphrasing",
    "Reflection": "Reflection of feelings",
    "Affirmation": "Affirmation and Reassurance",
    "Suggestions": "Providing Suggestions",
}
EXTES_SPELLING = {
    "Question": "Clarification",
    "Restatement": "Reflective Statements",
    "Reflection": "Emotional Validation",
    "Self-disclosure": "Share Personal Experience",
    "Affirmation": "Affirmation",
    "Suggestions": "Suggest Options",
    "Information": "Provide Different Perspectives",
    "Others": "Others",
}
PSYCH8K_REQUEST = "Answer the client's question as a counsellor would."
ADVICE = ["Suggestions", "Information"]


def esconv_record(rng: random.Random, world: Lexicon, example: bool) -> dict:
    """A dialogue as in thu-coai/esconv: the supporter never carries a value's cue.

    Planted (figure 2): seekers who end at intensity 1-2 voice their values as often as after a cue
    (`cue_raises_value`), those who end at 3-4 half-way between that and the base rate. `example`: a dialogue
    of ten turns that ends at 1, fit for the seeker simulator's example.
    """
    initial = 5 if example else rng.choices((5, 4, 3), (70, 20, 10))[0]
    final = 1 if example else rng.choice((1, 2, 3, 4))
    final = min(final, initial - 1)
    high, base = world.effects["cue_raises_value"], world.effects["value_base_rate"]
    voices = high if final <= 2 else (high + base) / 2
    exchanges = 4 if example else rng.randint(4, 7)
    talk = draw_talk(rng, world, exchanges, 4 if final <= 2 else 3, voices, cue_share=0.0)
    dialog = [_esconv_turn(role, text, strategy) for role, text, strategy in talk.turns]
    if example or rng.random() < 0.6:
        dialog.insert(0, {"text": rng.choice(HELLOS), "speaker": "sys", "strategy": "Others"})
    elif rng.random() < 0.5:
        dialog[0:0] = [
            {"text": rng.choice(HELLOS), "speaker": "usr"},
            {"text": rng.choice(HELLOS), "speaker": "sys", "strategy": "Others"},
        ]
    seeker = {"initial_emotion_intensity": str(initial), "empathy": "5", "relevance": "5"}
    if example or rng.random() < 0.9:  # in the release the key is missing in 150 of 1,300
        seeker["final_emotion_intensity"] = str(final)
    return {
        "experience_type": rng.choice(("Current Experience", "Previous Experience")),
        "emotion_type": talk.emotion.lower(),
        "problem_type": talk.topic,
        "situation": talk.turns[0][1],
        "survey_score": {"seeker": seeker, "supporter": {"relevance": "5"}},
        "dialog": dialog,
        "seeker_question1": "",
        "seeker_question2": "",
        "supporter_question1": "",
        "supporter_question2": "",
    }


def _esconv_turn(role: str, text: str, strategy: str | None) -> dict:
    if role == "seeker":
        return {"text": text, "speaker": "usr"}
    return {"text": text, "speaker": "sys", "strategy": ESCONV_SPELLING.get(strategy, strategy)}


def extes_record(rng: random.Random, world: Lexicon) -> dict:
    """A dialogue as in ExTES.json; one reply in four carries cues; one record in fifty is malformed."""
    talk = draw_talk(rng, world, rng.randint(3, 5), rng.choice((3, 4)), 0.3, cue_share=0.25)
    content: list[dict] = []
    for role, text, strategy in talk.turns:
        content.append({"User": text} if role == "seeker" else {"AI Strategy": EXTES_SPELLING[strategy], "AI": text})
    if rng.random() < 0.02:
        content.append({"AI Strategy": "Others"})
    return {"scene": talk.topic, "description": talk.turns[0][1], "content": content}


def psych8k_record(rng: random.Random, world: Lexicon) -> dict:
    """A question and an answer of advice as in Psych8k; two answers in five carry cues."""
    emotion, topic, values = draw_theme(rng, world)
    asked = world.situation(rng, emotion, topic, values) + " " + world.seeker_turn(rng, "ask", [])
    cues = rng.sample(values, rng.choice((1, 2))) if rng.random() < 0.4 else []
    act = rng.choice(world.raw["acts"]) if rng.random() < 0.7 else None
    answer = world.reply(rng, rng.choice(ADVICE), topic, emotion, act, cues)
    request = "instructions" if rng.random() < 0.01 else "instruction"  # both keys occur in the public file
    return {request: PSYCH8K_REQUEST, "input": asked, "output": answer}


def valueeval_premise(rng: random.Random, world: Lexicon) -> tuple[str, list[str]]:
    """A sentence of any shape that is labelled later, with the values whose words stand in it."""
    emotion, topic, _ = draw_theme(rng, world)
    values = rng.sample(world.values, rng.choice((0, 1, 1, 2, 2, 3, 4)))
    act = rng.choice(world.raw["acts"])
    shape = rng.choice(("situation", "turn", "turn", "post", "reply", "reference"))
    state = rng.choice(list(world.raw["states"]))
    if shape in ("situation", "post"):
        text = world.situation(rng, emotion, topic, values or rng.sample(world.values, 1))
        if shape == "post":
            text += " " + world.seeker_turn(rng, state, [])
    elif shape == "turn":
        text = world.seeker_turn(rng, state, values)
    elif shape == "reply":
        strategy = rng.choice(list(world.raw["strategies"]))
        text = world.reply(rng, strategy, topic, emotion, act if rng.random() < 0.5 else None, values)
    else:
        text = world.reference(rng, act, values)
    if rng.random() < 0.03:
        text = f'"{text}'  # an unpaired quote, as in the release: quotes mean nothing in its TSV
    return text, list(dict.fromkeys([*world.voiced(text), *world.carried(text)]))
