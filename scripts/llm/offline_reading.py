"""What the offline responder reads out of a request's messages: marked lines, transcripts, strategies."""

import re

from scripts.text.lexicon import Lexicon

Message = dict[str, str]
Turn = tuple[str, str]  # ("seeker" | "supporter", text)

_ROLES = {"Patient": "seeker", "Therapist": "supporter"}
_SPOKEN = re.compile(r"^(Patient|Therapist): (.*)$", re.MULTILINE)


def all_text(messages: list[Message]) -> str:
    return "\n".join(message["content"] for message in messages)


def spoken(text: str) -> list[Turn]:
    """The transcript lines in the text, in order."""
    return [(_ROLES[name], said) for name, said in _SPOKEN.findall(text)]


def said_by(role: str, turns: list[Turn]) -> list[str]:
    return [text for who, text in turns if who == role]


def marked(text: str, name: str) -> str:
    """The rest of the first line that begins with `<name>:`; empty when there is none."""
    found = re.search(rf"^(?:\d+\. |- )?{re.escape(name)}: *(.*)$", text, re.MULTILINE)
    return found[1].strip() if found else ""


def between(text: str, start: str, end: str | None) -> str:
    """The text after the line `start` up to the line `end` (or the end of the text)."""
    after = re.split(rf"^{re.escape(start)}\s*$", text, maxsplit=1, flags=re.MULTILINE)[-1]
    return re.split(rf"^{re.escape(end)}\s*$", after, maxsplit=1, flags=re.MULTILINE)[0] if end else after


def cue_words(text: str, lexicon: Lexicon) -> list[str]:
    """The supporter words of values in the text, in order."""
    return [word for word in re.findall(r"[a-z]+", text.lower()) if word in lexicon.supporter_words]


def strategy_of(text: str, lexicon: Lexicon) -> str | None:
    """The strategy whose frame the sentence is built on, or None."""
    for strategy, frames in lexicon.raw["strategies"].items():
        for frame in frames:
            pieces = [piece for piece in re.split(r"\{[te]\}", frame) if piece.strip()]
            if all(piece in text for piece in pieces):
                return strategy
    return None


def mood(text: str, lexicon: Lexicon) -> int | None:
    """Rung of the seeker's state on the ladder (0 lowest), or None when the text shows no state."""
    state = lexicon.state(text)
    return None if state is None else list(lexicon.raw["states"]).index(state)
