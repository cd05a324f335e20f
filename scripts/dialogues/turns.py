"""One exchange of one or many dialogues: the supporter's turn, the seeker's turn, the end rules."""

import re
from collections.abc import Callable
from typing import Any

from scripts.dialogues.alternatives import Spoken, add_alternatives, described
from scripts.dialogues.disclosure import without_disclosures
from scripts.dialogues.roles import Roles
from scripts.llm.chat import Request
from scripts.llm.top_values import top_values
from scripts.text.answers import parse_four_steps, parse_text, parse_two_steps, parse_values
from scripts.text.contexts import detector_messages, reference_messages, supporter_messages
from scripts.text.taxonomy import labels

END = "[END]"
Drafts = list[tuple[dict, dict]]  # (dialogue, its next supporter turn)


def begin(personas: list[dict], roles: Roles) -> list[dict]:
    """Dialogues that open with the greeting and the persona's situation (requirement A-042)."""
    scores = roles.sentiment([persona["situation"] for persona in personas]) if personas else []
    return [
        {
            "id": persona["id"],
            "persona_id": persona["id"],
            "system": roles.system,
            "turns": [
                {"index": 0, "role": "supporter", "text": seeker_opening(persona, roles)[-1]["content"]},
                {"index": 1, "role": "seeker", "text": persona["situation"], "sentiment": score},
            ],
            "end_reason": None,
        }
        for persona, (score, _) in zip(personas, scores, strict=True)
    ]


def seeker_opening(persona: dict, roles: Roles) -> list[dict]:
    """The seeker prompt's system message and greeting for this persona."""
    fields = ("category", "emotion", "age_range", "gender", "occupation")
    return roles.prompts["seeker"].messages(example=roles.example, **{field: persona[field] for field in fields})


def support(dialogues: list[dict], roles: Roles, alternatives: bool) -> None:
    """Appends a supporter turn to each dialogue, with its alternative if asked.

    A dialogue in which the detector, the reference generator or the supporter gave no usable answer ends as failed.
    """
    drafts = [(dialogue, {"index": len(dialogue["turns"]), "role": "supporter"}) for dialogue in dialogues]
    drafts = filled(drafts, "target_values", detect(drafts, roles))
    drafts = filled(drafts, "reference", refer(drafts, roles))
    prompt = roles.prompts["supporter"]
    requests = [
        request(
            dialogue,
            prompt.id,
            supporter_messages(
                prompt, dialogue["turns"], turn["target_values"], turn["reference"], roles.strategies, roles.window
            ),
            roles.draw,
        )
        for dialogue, turn in drafts
    ]
    answers = roles.supporter.ask(requests, answer_parser(roles))
    spoken = []
    for (dialogue, turn), asked, answer in zip(drafts, requests, answers, strict=True):
        if answer.value is None:
            dialogue["end_reason"] = "failed"
            continue
        turn |= {"text": answer.value} if roles.plain else described(answer.value, answer.text, roles)
        dialogue["turns"].append(turn)
        spoken.append(Spoken(turn, asked, answer.text))
    if alternatives and roles.reference is not None:
        add_alternatives(spoken, roles)
    if roles.ranks or roles.rephrase is not None:
        speaking = [dialogue for dialogue, _ in drafts if dialogue["end_reason"] is None]
        for place in without_disclosures(spoken, [dialogue["turns"][:-1] for dialogue in speaking], roles):
            speaking[place]["turns"].pop()
            speaking[place]["end_reason"] = "failed"


def answer_parser(roles: Roles) -> Callable[[str], Any]:
    """How the supporter's answer is read: plain text, four steps, or two where there is no reference to weigh."""
    if roles.plain:
        return parse_text
    return parse_four_steps if roles.reference is not None else parse_two_steps


def filled(drafts: Drafts, field: str, values: list) -> Drafts:
    """The drafts with their values in `field`; where a value is None the dialogue ends as failed."""
    kept = []
    for (dialogue, turn), value in zip(drafts, values, strict=True):
        if value is None:
            dialogue["end_reason"] = "failed"
        else:
            turn[field] = value
            kept.append((dialogue, turn))
    return kept


def request(dialogue: dict, kind: str, messages: list[dict], draw: int) -> Request:
    """A question about the dialogue's next turn."""
    return Request(f"{dialogue['id']}:{len(dialogue['turns'])}", kind, messages, draw)


def detect(drafts: Drafts, roles: Roles) -> list[list[str] | None]:
    """Target values of each next turn: at most `top_values`, by the detector's probability (section D.1)."""
    if roles.detector is None:
        return [[] for _ in drafts]
    prompt, known = roles.prompts["detector"], labels(roles.values)
    requests = [
        request(
            dialogue, prompt.id, detector_messages(prompt, dialogue["turns"], roles.values, roles.window), roles.draw
        )
        for dialogue, _ in drafts
    ]
    answers = roles.detector.ask(requests, lambda text: parse_values(text, known))
    return [top_values(answer, known, roles.top_values) if answer.value else None for answer in answers]


def refer(drafts: Drafts, roles: Roles) -> list[str | None]:
    """A reference response for each next turn, from the history and, where the prompt has them, the target values.

    One that the token limit cut (A-026) is taken as it stands: unlike a supporter's answer it has no form to keep.
    """
    if roles.reference is None:
        return ["" for _ in drafts]
    prompt = roles.prompts["reference"]
    requests = [
        request(
            dialogue,
            prompt.id,
            reference_messages(prompt, dialogue["turns"], turn["target_values"], roles.values, roles.window),
            roles.draw,
        )
        for dialogue, turn in drafts
    ]
    answers = roles.reference.ask(requests, parse_text)
    return [answer.value or " ".join(answer.text.split()) or None for answer in answers]


def answer_back(dialogues: list[dict], personas: dict[str, dict], roles: Roles) -> None:
    """Appends the seeker's turn to each dialogue and applies the end rules of section 6.1.

    The end token is no turn; words beside it are one.
    """
    kind = roles.prompts["seeker"].id
    requests = [request(one, kind, seeker_messages(one, personas, roles), roles.draw) for one in dialogues]
    answered = []
    for dialogue, answer in zip(dialogues, roles.seeker.ask(requests, parse_text), strict=True):
        if answer.value is None:
            dialogue["end_reason"] = "failed"
            continue
        said = " ".join(answer.value.replace(END, " ").split())
        if re.search(r"\w", said):
            dialogue["turns"].append({"index": len(dialogue["turns"]), "role": "seeker", "text": said})
            answered.append(dialogue)
        if END in answer.value:
            dialogue["end_reason"] = "end_token"
    scores = roles.sentiment([dialogue["turns"][-1]["text"] for dialogue in answered]) if answered else []
    for dialogue, (score, _) in zip(answered, scores, strict=True):
        dialogue["turns"][-1]["sentiment"] = score
        dialogue["end_reason"] = dialogue["end_reason"] or end_reason(dialogue, roles)


def end_reason(dialogue: dict, roles: Roles) -> str | None:
    """Why the dialogue ends with the seeker's last turn: thanks in a good mood, the limit, or not yet (None)."""
    last = dialogue["turns"][-1]
    if ends_in_gratitude(last["text"], last["sentiment"], roles.gratitude, roles.end_score):
        return "gratitude"
    return "limit" if exchanges(dialogue) >= roles.max_exchanges else None


def seeker_messages(dialogue: dict, personas: dict[str, dict], roles: Roles) -> list[dict]:
    """System prompt and greeting, then the turns with the supporter as `user` and the seeker as `assistant`."""
    chat = {"supporter": "user", "seeker": "assistant"}
    spoken = [{"role": chat[turn["role"]], "content": turn["text"]} for turn in dialogue["turns"][1:]]
    return seeker_opening(personas[dialogue["persona_id"]], roles) + spoken


def ends_in_gratitude(text: str, score: float | None, words: list[str], end_score: float) -> bool:
    """V-reg at or above the score and a word of thanks, as whole words in any case (section 6.1, A-064).

    A score of None (unreadable) ends nothing.
    """
    pattern = r"\b(" + "|".join(map(re.escape, words)) + r")\b"
    return score is not None and score >= end_score and re.search(pattern, text, re.IGNORECASE) is not None


def exchanges(dialogue: dict) -> int:
    """Supporter + seeker pairs so far; the greeting and the situation are no exchange."""
    return sum(turn["role"] == "seeker" for turn in dialogue["turns"]) - 1
