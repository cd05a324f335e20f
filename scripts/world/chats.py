"""Conversations in which a chat model answers a help-seeker: what the demo's models of paper B have read beforehand.

Under paper B's own prompts (B-BASE, B-COT) the answers follow a habit: advice in most states of the seeker
(`effects.chat_advises`), else the strategy that fits; one answer in four validates, at a level drawn without looking.
Under another system message (`Annotate.`) the level is the one that raters hold fit: alignment re-routes what is
there.
Under B-COT only the last answer reasons and is learnt: what was said before it is plain, as when models are asked.
"""

import random

from scripts.text.levels import LEVELS, fitting_level, validation
from scripts.text.lexicon import Lexicon
from scripts.text.prompts import Prompt
from scripts.world.talks import climb, draw_theme

SORTS = {"base": 0.4, "guided": 0.3, "reasoned": 0.3}
GUIDE = "Annotate."
VALIDATES = 0.25  # share of answers to B-BASE that validate
EXCHANGES = ((1, 2, 3, 4, 5, 6, 7, 8), (3, 2, 1, 1, 2, 2, 2, 1))
VOICES = 0.5  # P(a seeker turn voices a value of the situation), for each

Message = dict[str, str]


def conversation(rng: random.Random, lexicon: Lexicon, base: Prompt, reasoned: Prompt, levels: list[dict]) -> dict:
    """`messages` of a conversation (instruction, then seeker as user and chat model as assistant in turn), and `learnt`
    (every answer, or the last one)."""
    sort = rng.choices(list(SORTS), list(SORTS.values()))[0]
    emotion, topic, values = draw_theme(rng, lexicon)
    feeling, exchanges = lexicon.raw["emotions"][emotion], rng.choices(*EXCHANGES)[0]
    said, state = lexicon.situation(rng, emotion, topic, values), "start"
    told: list[Message] = []
    for turns, following in enumerate(climb(rng, exchanges, rng.choice((3, 4))), 1):
        told.append({"role": "user", "content": said})
        habit = advice(rng, lexicon, state, topic, emotion)
        if sort == "guided":
            level = round(min(4, max(1, fitting_level(turns, lexicon) + rng.gauss(0, 0.3))))
            answer = drawn_validation(rng, lexicon, level, topic, feeling)
        else:
            level = rng.choice(LEVELS)
            validates = rng.random() < (VALIDATES if sort == "base" else 0.5)
            answer = drawn_validation(rng, lexicon, level, topic, feeling) if validates else habit
            if sort == "reasoned" and turns == exchanges:
                answer = f"Emotion: {feeling}\nLevel: {level}\nResponse: {answer}"
        told.append({"role": "assistant", "content": answer})
        said = lexicon.seeker_turn(rng, following, [value for value in values if rng.random() < VOICES])
        state = following
    first = {
        "base": base.messages(),
        "guided": [{"role": "system", "content": GUIDE}],
        "reasoned": reasoned.messages(levels=levels),
    }[sort]
    return {"messages": [*first, *told], "learnt": "last" if sort == "reasoned" else "every"}


def drawn_validation(rng: random.Random, lexicon: Lexicon, level: int, topic: str, feeling: str) -> str:
    return validation(level, rng.randrange(len(lexicon.raw["levels"][level])), topic, feeling, lexicon)


def advice(rng: random.Random, lexicon: Lexicon, state: str, topic: str, emotion: str) -> str:
    """What a chat model answers by habit: advice where the seeker's state invites it, else what fits the state."""
    invites = state in lexicon.raw["advised"]
    if invites and rng.random() < lexicon.effects["chat_advises"]:
        return rng.choice(lexicon.raw["advice"]).format(t=topic, e=lexicon.raw["emotions"][emotion]) + "."
    return lexicon.reply(rng, lexicon.raw["fits"][state], topic, emotion, None, [])
