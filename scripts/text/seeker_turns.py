"""The seeker turns of a corpus that simulators imitate (paper A, section E.2; requirement A-043)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scripts.text.dialogue import merge_turns


@dataclass(frozen=True)
class Case:
    """A seeker turn, by its index among the merged turns, with all turns before it."""

    dialogue: str
    index: int
    before: list[dict]
    text: str
    meta: dict

    @property
    def id(self) -> str:
        return f"{self.dialogue}:{self.index}"


def cases(dialogues: Sequence[dict]) -> Iterator[Case]:
    """Every seeker turn that an earlier one precedes: the first one has no context."""
    for dialogue in dialogues:
        turns = merge_turns(dialogue["turns"])
        spoken = False
        for turn in turns:
            if turn["role"] == "seeker":
                if spoken:
                    before = turns[: turn["index"]]
                    yield Case(dialogue["id"], turn["index"], before, turn["text"], dialogue.get("meta", {}))
                spoken = True
