"""The alternative of a supporter turn: the same Steps 1 and 2, the opposite reference decision (A-047, A-052)."""

from dataclasses import replace
from functools import partial
from typing import NamedTuple

from scripts.dialogues.roles import Roles
from scripts.llm.chat import Request
from scripts.text.answers import FourSteps, known_strategy, parse_four_steps, steps_1_and_2, steps_3_and_4, up_to_step_3


class Spoken(NamedTuple):
    """A supporter turn with the request it answers and the answer as written."""

    turn: dict
    request: Request
    answer: str

    def opposite(self) -> str:
        return "No" if self.turn["use_reference"] else "Yes"


def described(steps: FourSteps, answer: str, roles: Roles) -> dict:
    """The fields of a four-step turn; a strategy outside the eight stays as written (the SFT filter drops it)."""
    return {
        "text": steps.response,
        "use_reference": steps.use_reference,
        "strategy": known_strategy(steps.strategy, roles.strategies) or steps.strategy,
        "reasoning": steps.reasoning(),
        "answer": answer,
    }


def add_alternatives(spoken: list[Spoken], roles: Roles) -> None:
    """Gives each turn the answer with the opposite reference decision, or None when it stayed unusable."""
    answers = forced(spoken, roles) if roles.supporter_is_local else asked_again(spoken, roles)
    for item, answer in zip(spoken, answers, strict=True):
        item.turn["alternative"] = answer and described(parse_four_steps(answer), answer, roles)


def forced(spoken: list[Spoken], roles: Roles) -> list[str | None]:
    """A local model goes on from its own answer up to the other word of Step 3 (A-052)."""
    requests = [replace(item.request, prefix=f"{up_to_step_3(item.answer)} {item.opposite()}") for item in spoken]
    return [answer.value and answer.text for answer in roles.supporter.ask(requests, parse_four_steps)]


def asked_again(spoken: list[Spoken], roles: Roles) -> list[str | None]:
    """Any other model is told the decision in a further message; its Steps 3 and 4 take the place of the first (A-047).

    An answer that decides otherwise than told is asked again like any unusable one.
    """
    prompt = roles.prompts["alternative"]
    found: list[str | None] = [None] * len(spoken)
    for decision in ("Yes", "No"):
        places = [place for place, item in enumerate(spoken) if item.opposite() == decision]
        requests = [follow_up(spoken[place], prompt.id, prompt.messages(decision=decision)) for place in places]
        answers = roles.supporter.ask(requests, partial(steps_3_and_4, decision=decision))
        for place, answer in zip(places, answers, strict=True):
            if answer.value is not None:
                found[place] = steps_1_and_2(spoken[place].answer) + answer.value
    return found


def follow_up(item: Spoken, kind: str, messages: list[dict]) -> Request:
    """The first question, its answer, and what is asked next."""
    said = {"role": "assistant", "content": item.answer}
    return Request(item.request.id, kind, [*item.request.messages, said, *messages], item.request.sample)
