"""The offline people who judge paper B's responses (B-HUM-COMF, B-HUM-PAIR, B-HUM-VALID).

They hold a level of emotional validation fit for a point of the conversation, as the raters of candidates do
(`offline_levels.held_fit`): the later, the higher. A response is the better the nearer its level lies to that; what has
no level is far off. Of fluency they know nothing: there the responses tie or win by chance.
"""

import random
import re

from scripts.llm.offline_levels import SLIP, SPOKEN, held_fit
from scripts.llm.offline_reading import Message, all_text, marked
from scripts.text.levels import level_said
from scripts.text.lexicon import Lexicon

FAR = 2.5  # distance of a response without a level
NEAR, TIED = 1.2, 0.3  # distance that still comforts; difference of two distances below which they tie
ANSWERS = ("win", "tie", "lose")
CHANCE = (0.3, 0.4, 0.3)  # of these, where nothing tells two responses apart
BLIND = ("Fluency",)
_CRITERION = re.compile(r"^(?:- )?([A-Z][A-Za-z ]+):", re.MULTILINE)


def distance(response: str, fit: float, lexicon: Lexicon) -> float:
    level = level_said(response, lexicon)
    return FAR if level is None else abs(level - fit)


def feel(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """Whether the response comforts; a planted share of the raters says the other."""
    text = all_text(messages)
    far = distance(marked(text, "Response"), held_fit(rng, text, lexicon), lexicon) + rng.gauss(0, SLIP)
    slips = rng.random() < lexicon.effects["comfort_slips"]  # without it, responses of one kind have one answer
    return f"Answer: {'comfortable' if (far < NEAR) != slips else 'not'}"


def compare(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """The first response beside the second by each criterion that the request names."""
    text = all_text(messages)
    fit = held_fit(rng, text, lexicon)
    far = [distance(marked(text, f"{which} response"), fit, lexicon) for which in ("First", "Second")]
    lines = []
    for name in dict.fromkeys(_CRITERION.findall(text.rpartition("Second response:")[2])):
        nearer = far[1] - far[0] + rng.gauss(0, SLIP)
        said = "tie" if abs(nearer) < TIED else "win" if nearer > 0 else "lose"
        (chance,) = rng.choices(ANSWERS, CHANCE)
        lines.append(f"{name}: {chance if name in BLIND or far[0] == far[1] else said}")
    return "\n".join(lines)


def score(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """1 to 5 for a dialogue: 5 where every utterance has the level held fit at its place."""
    text = all_text(messages)
    far, before = [], ""
    for line in SPOKEN.finditer(text):
        if line[1] == "supporter":
            far.append(distance(line[2], held_fit(rng, before, lexicon), lexicon))
        before += line[0] + "\n"
    mean = sum(far) / len(far) if far else FAR
    return f"Score: {min(5, max(1, round(5 - 4 * mean / FAR + rng.gauss(0, SLIP))))}"
