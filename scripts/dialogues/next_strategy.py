"""An answer without one of the strategies: the next most probable one in its place (section I, requirement A-074).

What the model wrote up to its strategy stays; where that is the one left out, the most probable other label takes its
place and the model goes on from there with another response.
"""

import re
from dataclasses import replace

from scripts.dialogues.alternatives import Spoken
from scripts.llm.asking import Chat
from scripts.llm.ranking import label_probabilities, ranked
from scripts.text.answers import known_strategy, parse_four_steps

_STRATEGY = re.compile(r"^[ \t]*-\s*Strategy:(?P<label>[^\n]+)(?P<heading>\n\s*-\s*Response:)", re.MULTILINE)


def without(spoken: list[Spoken], masked: str, supporter: Chat, strategies: list[dict]) -> list[str | None]:
    """The answers, each with a strategy other than `masked`; None where what the model went on with stayed unusable.

    `supporter` is a model in this process; answers that use another strategy are returned as they are.
    """
    found: list[str | None] = [item.answer for item in spoken]
    places = [place for place, item in enumerate(spoken) if _strategy(item.answer, strategies) == masked]
    slots = [replace(spoken[place].request, prefix=_up_to_strategy(spoken[place].answer)) for place in places]
    labels = [entry["label"] for entry in strategies]
    chosen = [ranked(shares, masked)[0] for shares in label_probabilities(supporter, slots, labels)]
    forced = [
        replace(slot, prefix=f"{slot.prefix} {label}{_response_heading(spoken[place].answer)}")
        for place, slot, label in zip(places, slots, chosen, strict=True)
    ]
    for place, answer in zip(places, supporter.ask(forced, parse_four_steps), strict=True):
        found[place] = answer.text if answer.value is not None else None
    return found


def _strategy(answer: str, strategies: list[dict]) -> str | None:
    return known_strategy(parse_four_steps(answer).strategy, strategies)


def _slot(answer: str) -> re.Match:
    """Where Step 4 names its strategy: the last such line, which `parse_four_steps` reads too."""
    *_, last = _STRATEGY.finditer(answer)
    return last


def _up_to_strategy(answer: str) -> str:
    return answer[: _slot(answer).start("label")]


def _response_heading(answer: str) -> str:
    return _slot(answer)["heading"]
