"""A support dialogue as chat messages: the seeker is the user, the supporter the assistant (paper B, 4.1.1; B-009)."""

from collections.abc import Iterable

from scripts.text.dialogue import merge_turns
from scripts.text.prompts import Prompt

ROLES = {"seeker": "user", "supporter": "assistant"}
HELP = {"seeker": "help-seeker", "supporter": "supporter"}  # paper B's prompts name the parties so


def chat_history(prompt: Prompt, turns: list[dict], **slots: object) -> list[dict[str, str]]:
    """The instruction, then the turns from the seeker's first one on: a dialogue is rounds that the seeker opens.

    A supporter's greeting before it is left out, as chat templates refuse an assistant who speaks first.
    """
    merged = merge_turns(turns)
    first = next((place for place, turn in enumerate(merged) if turn["role"] == "seeker"), len(merged))
    said = [{"role": ROLES[turn["role"]], "content": turn["text"]} for turn in merged[first:]]
    return [*prompt.messages(**slots), *said]


def seeker_first(dialogues: Iterable[dict]) -> list[dict]:
    """Those whose first turn is the seeker's, turns merged (ESConv: 422 of train, 94 of dev, 101 of test; B-006)."""
    merged = ({**dialogue, "turns": merge_turns(dialogue["turns"])} for dialogue in dialogues)
    return [dialogue for dialogue in merged if dialogue["turns"] and dialogue["turns"][0]["role"] == "seeker"]
