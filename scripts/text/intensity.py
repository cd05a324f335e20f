"""The five levels of negative emotion that a dialogue leaves, and the sentences that name them (paper A, F.2)."""

LEVELS = ("very low", "low", "moderate", "high", "extreme")  # 1 to 5


def sentence(intensity: int) -> str:
    """The answer of prompt A-INT for an intensity from 1 to 5."""
    return f"{LEVELS[intensity - 1]} amount of negative emotion remains"
