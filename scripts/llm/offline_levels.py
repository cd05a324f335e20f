"""The offline writer of validation levels (B-L1 to B-L4) and the offline raters that rank them (B-HUM-RANK).

The writer says a level in the world's frames of that level, about the topic and the feeling that the help-seeker
showed. A rater holds a level fit for a point of the conversation: the later it is, the higher (`effects.level_rises` a
help-seeker turn; in the null world a middle level throughout), and puts the replies in order by how near they are.
"""

import random
import re
from collections.abc import Callable

from scripts.llm.offline_reading import Message, all_text
from scripts.text.levels import MIDDLE, fitting_level, level_said
from scripts.text.lexicon import Lexicon

OPINION, SLIP = 0.45, 0.35  # standard deviations between raters: of the level held fit, of a reply's distance from it
LETTERS = "ABCD"

SPOKEN = re.compile(r"^(help-seeker|supporter): (.+)$", re.MULTILINE)
_REPLY = re.compile(rf"^([{LETTERS}]): (.+)$", re.MULTILINE)


def writer(level: int) -> Callable[[random.Random, list[Message], Lexicon], str]:
    """Who answers the prompt of a level."""

    def write(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
        said = [text for who, text in SPOKEN.findall(all_text(messages)) if who == "help-seeker"]
        topic = next((found for text in said if (found := lexicon.topic(text))), "this")
        label = next((found for text in said if (found := lexicon.emotion(text))), None)
        feeling = lexicon.raw["emotions"][label] if label else "sad"
        return rng.choice(lexicon.raw["levels"][level]).format(t=topic, e=feeling) + "."

    return write


def held_fit(rng: random.Random, text: str, lexicon: Lexicon) -> float:
    """The level that a rater holds fit after what was said in the text."""
    turns = sum(who == "help-seeker" for who, _ in SPOKEN.findall(text))
    return min(4.0, max(1.0, rng.gauss(fitting_level(turns, lexicon), OPINION)))


def rank(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """The letters of the replies, the nearest to the level held fit first; ValueError when there are no four."""
    text = all_text(messages)
    replies = dict(_REPLY.findall(text))
    if sorted(replies) != list(LETTERS):
        raise ValueError("the request shows no four replies")
    fit = held_fit(rng, text, lexicon)
    far = {letter: abs((level_said(said, lexicon) or MIDDLE) - fit) for letter, said in replies.items()}
    order = sorted(replies, key=lambda letter: far[letter] + rng.gauss(0, SLIP))
    return f"Ranking: {', '.join(order)}"
