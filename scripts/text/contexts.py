"""What each local role is shown at a turn: one place, so that training and simulation show the same."""

from scripts.text.dialogue import fit_history, transcript
from scripts.text.prompts import Prompt
from scripts.text.taxonomy import labels


def history_text(turns: list[dict], window: dict) -> str:
    """The transcript shown to a model; `window` is {first_words, last_words} (requirement A-021)."""
    return transcript(fit_history(turns, window["first_words"], window["last_words"]))


def detector_messages(prompt: Prompt, turns: list[dict], values: list[dict], window: dict) -> list[dict]:
    """Paper A, Table 15: the value list and the history that ends on a seeker turn."""
    return prompt.messages(values=labels(values), history=history_text(turns, window))


def reference_messages(
    prompt: Prompt, turns: list[dict], targets: list[str], values: list[dict], window: dict
) -> list[dict]:
    """Paper A, Table 16 (with target values) or section G.1 (history only), as the prompt's slots say."""
    history = history_text(turns, window)
    if "targets" not in prompt.slots:
        return prompt.messages(history=history)
    return prompt.messages(history=history, targets=[value for value in values if value["label"] in targets])


def supporter_messages(
    prompt: Prompt, turns: list[dict], targets: list[str], reference: str, strategies: list[dict], window: dict
) -> list[dict]:
    """Paper A, Table 18; each input is given only where the prompt has a slot for it (emotion variant, plain form)."""
    given = {
        "history": history_text(turns, window),
        "strategies": strategies,
        "targets": targets,
        "reference": reference,
    }
    return prompt.messages(**{slot: given[slot] for slot in prompt.slots})
