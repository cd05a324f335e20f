"""Names of the continuations of a branched supporter turn."""

CANDIDATES = ("initial", "alternative")


def turn_name(dialogue: str, index: int) -> str:
    """The branched turn: `<dialogue>:<index>`."""
    return f"{dialogue}:{index}"


def rollout_name(dialogue: str, index: int, candidate: str) -> str:
    """The rollout of a candidate: the alternative's is called as the turn, the initial answer's ends in `:initial`."""
    name = turn_name(dialogue, index)
    return name if candidate == "alternative" else f"{name}:{candidate}"
