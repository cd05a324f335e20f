"""What a chat template makes of messages, and the messages that it says alike in training and when it is asked.

Templates differ in what they do with a system message: Llama-3 and Qwen2 give it a turn, Mistral 7B v0.3 puts it into
the user's turn if that is the last one (so that it is gone once an answer follows), earlier ones refuse it.
"""

from typing import Any

from scripts.provenance.errors import Problem

_ANSWER = {"role": "assistant", "content": "Yes."}


def as_said(tokenizer: Any, messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """Messages that the tokenizer's template says as it says these at inference, and the same when an answer follows.

    They are the same ones, or, where the template would lose the system message, those with its words where the
    template itself puts them, or, where it refuses them, before the user's first words. A Problem when none is alike.
    """
    said = _said(tokenizer, messages)
    for candidate in (messages, *_folded(messages)):
        text = _said(tokenizer, candidate)
        if text is not None and text == (said or text) and _goes_on(tokenizer, candidate, text):
            return candidate
    raise Problem(
        "The chat template says a prompt otherwise once an answer follows, or says no end of the answer. "
        "Mend chat_template.jinja of the checkpoint: text is added only at the end, an answer ends with one token."
    )


def rows_as_said(tokenizer: Any, rows: list[dict]) -> list[dict]:
    """Training rows with their prompts as the template says them at inference."""
    return [{**row, "prompt": as_said(tokenizer, row["prompt"])} for row in rows]


def _folded(messages: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Without their system message: its words at the user's first turn, at the last."""
    if messages[0]["role"] != "system":
        return []
    system, *turns = messages
    users = [place for place, turn in enumerate(turns) if turn["role"] == "user"]
    return [
        [
            {**turn, "content": f"{system['content']}\n\n{turn['content']}"} if number == place else turn
            for number, turn in enumerate(turns)
        ]
        for place in (users[:1] + users[-1:])
    ]


def _said(tokenizer: Any, messages: list[dict[str, str]]) -> str | None:
    """The prompt as text; None where the template refuses these roles."""
    from jinja2 import TemplateError

    try:
        return tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    except TemplateError:
        return None


def _goes_on(tokenizer: Any, messages: list[dict[str, str]], prompt: str) -> bool:
    """With an answer the text is the prompt, the answer, one added token and blanks."""
    whole = tokenizer.apply_chat_template([*messages, _ANSWER], tokenize=False)
    answer, found, end = whole.removeprefix(prompt).partition(_ANSWER["content"])
    return (
        whole.startswith(prompt) and bool(found) and not answer.strip() and end.strip() in tokenizer.get_added_vocab()
    )
