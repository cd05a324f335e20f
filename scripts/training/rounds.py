"""Whole dialogues as a trainer reads them: loss on every assistant turn, given all that was said before it.

A row is `messages`: an instruction, then user and assistant in turn, the last one an assistant's (paper B, section
4.1.1; requirement B-009). The text is that of the checkpoint's own chat template, and each assistant turn is preceded
by exactly the text with which it is asked for at inference.
"""

import logging
from typing import Any

from scripts.llm.template import as_said
from scripts.provenance.errors import Problem

log = logging.getLogger(__name__)


def rounds_as_said(tokenizer: Any, rows: list[dict], max_length: int) -> list[dict]:
    """`input_ids` and `completion_mask` (1 where loss is) of each row, cut from the left to `max_length` tokens.

    What is cut are whole rounds, the oldest first, never the instruction; a row whose last round alone is longer is
    left out. How many were cut or left out is told in the log. None left is a Problem.
    """
    kept, cut = [], 0
    for row in rows:
        messages = row["messages"]
        encoded = encode(tokenizer, messages)
        shorter = messages
        while len(encoded["input_ids"]) > max_length and (shorter := without_first_round(shorter)):
            encoded = encode(tokenizer, shorter)
        cut += shorter is not messages
        if shorter:
            kept.append(encoded)
    if cut:
        log.warning(
            "%d of %d dialogues lost rounds to max_length %d, %d all", cut, len(rows), max_length, len(rows) - len(kept)
        )
    if not kept:
        raise Problem(f"Every dialogue's last round has more than {max_length} tokens. Raise max_length.")
    return kept


def without_first_round(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """The messages without their oldest user and assistant turn; empty when there was one such round only."""
    start = 1 if messages[0]["role"] == "system" else 0
    rest = messages[start + 2 :]
    return [*messages[:start], *rest] if rest else []


def encode(tokenizer: Any, messages: list[dict[str, str]]) -> dict[str, list[int]]:
    """`input_ids` of the dialogue and `completion_mask`; the end of each answer is learnt with it.

    A Problem when the template says an earlier part otherwise once more follows: no one text then fits every turn.
    """
    whole = _whole(tokenizer, messages)
    learnt = []
    for place, message in enumerate(messages):
        if message["role"] == "assistant":
            asked = tokenizer.apply_chat_template(
                as_said(tokenizer, messages[:place]), add_generation_prompt=True, tokenize=False
            )
            answered = _whole(tokenizer, messages[: place + 1])
            if not (whole.startswith(answered) and answered.startswith(asked)):
                raise Problem(
                    "The chat template says the beginning of a dialogue otherwise once more follows, so one text "
                    "cannot teach all its turns. Take a checkpoint whose template adds text at the end only."
                )
            learnt.append((len(asked), len(answered.rstrip())))
    found = tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True)
    mask = [
        int(any(low <= start and end <= high for low, high in learnt) and end > start)
        for start, end in found["offset_mapping"]
    ]
    return {"input_ids": found["input_ids"], "completion_mask": mask}


def _whole(tokenizer: Any, messages: list[dict[str, str]]) -> str:
    """The text of a dialogue that ends with an answer, its instruction where it is at inference."""
    first = next(place for place, message in enumerate(messages) if message["role"] == "assistant")
    said = [*as_said(tokenizer, messages[:first]), *messages[first:]]
    return tokenizer.apply_chat_template(said, tokenize=False)
