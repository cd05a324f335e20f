"""Supporter turns without self-disclosure (paper A, section I; requirements A-074 and A-075).

Either the next most probable strategy takes its place and the response is generated anew, or another model rewrites the
response as other people's experience. Both happen while the dialogue goes on: the seeker never hears the disclosure.
"""

from scripts.dialogues.alternatives import Spoken, described
from scripts.dialogues.next_strategy import without
from scripts.dialogues.roles import Roles
from scripts.llm.chat import Request
from scripts.text.answers import parse_four_steps, parse_text
from scripts.text.contexts import history_text

DISCLOSURE = "Self-disclosure"


def without_disclosures(spoken: list[Spoken], histories: list[list[dict]], roles: Roles) -> list[int]:
    """Takes self-disclosures out of the turns; gives the places of turns for which no usable answer came.

    `histories` are the turns before each. A changed turn keeps what it would have said under `disclosed`.
    """
    places = [place for place, item in enumerate(spoken) if item.turn["strategy"] == DISCLOSURE]
    chosen = [spoken[place] for place in places]
    if roles.ranks:
        failed = _next_strategy(chosen, roles)
    else:
        failed = _rewritten(chosen, [histories[place] for place in places], roles)
    return [places[place] for place in failed]


def _next_strategy(spoken: list[Spoken], roles: Roles) -> list[int]:
    """Steps 1 to 3 as they were, the most probable of the other strategies, and a new response (A-074)."""
    failed = []
    for place, answer in enumerate(without(spoken, DISCLOSURE, roles.supporter, roles.strategies)):
        turn = spoken[place].turn
        if answer is None:
            failed.append(place)
        else:
            turn |= {"disclosed": turn["text"], **described(parse_four_steps(answer), answer, roles)}
    return failed


def _rewritten(spoken: list[Spoken], histories: list[list[dict]], roles: Roles) -> list[int]:
    """The response in the words of another model; strategy and steps stay as they were (A-075)."""
    prompt = roles.prompts["rephrase"]
    requests = [
        Request(
            item.request.id,
            prompt.id,
            prompt.messages(history=history_text(history, roles.window), response=item.turn["text"]),
            roles.draw,
        )
        for item, history in zip(spoken, histories, strict=True)
    ]
    failed = []
    for place, answer in enumerate(roles.rephrase.ask(requests, parse_text) if requests else []):
        turn = spoken[place].turn
        if answer.value is None:
            failed.append(place)
        else:
            turn |= {"disclosed": turn["text"], "text": answer.value}
    return failed
