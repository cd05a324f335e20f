"""The offline chat model that answers a help-seeker in paper B (B-BASE): it gives advice by habit.

In a state of the seeker that invites it (`advised`), it gives advice at the rate `chat_advises`; else, and in the other
states, it does what fits the state. It reads topic, feeling and state from the help-seeker's turns alone.
"""

import random

from scripts.llm.offline_reading import Message
from scripts.text.lexicon import Lexicon

OPENING_STATE = "start"  # what a bare situation is taken for


def answer(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """One sentence; ValueError when no help-seeker has spoken."""
    said = [message["content"] for message in messages if message["role"] == "user"]
    if not said:
        raise ValueError("the request shows no help-seeker")
    state = lexicon.state(said[-1]) or OPENING_STATE
    topic = next((found for text in said if (found := lexicon.topic(text))), "this")
    label = next((found for text in said if (found := lexicon.emotion(text))), "Sadness")
    if state in lexicon.raw["advised"] and rng.random() < lexicon.effects["chat_advises"]:
        return rng.choice(lexicon.raw["advice"]).format(t=topic, e=lexicon.raw["emotions"][label]) + "."
    return lexicon.reply(rng, lexicon.raw["fits"][state], topic, label, None, [])
