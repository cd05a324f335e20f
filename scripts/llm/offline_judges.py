"""The offline judges: skills, intensity, pairwise values, emotion score (A-SKILL, A-INT, A-VAL, A-EMO).

They read transcripts only. What they prefer is planted (`effects`); in the null world (`scale` 0) skills and
comparisons depend on nothing but noise and, for pairs, on which dialogue is shown first.
"""

import json
import math
import random

from scripts.llm.offline_reading import (
    Message,
    Turn,
    all_text,
    between,
    marked,
    mood,
    said_by,
    spoken,
    strategy_of,
)
from scripts.text.lexicon import Lexicon

SKILL_NOISE = 0.55  # standard deviation of a rating before rounding
TIES = 0.25  # share of ties between dialogues that show equally much
BLUR = 0.15  # share of intensity and emotion answers that are one step off
INTENSITY = ("extreme", "high", "moderate", "low", "very low")  # by rung of the mood, lowest mood first
EMOTION = (
    "No, the patient feels worse.",
    "No, the patient feels the same.",
    "No, but the patient feels better.",
    "Yes, the patient's issue is solved.",
)
EXPLORING = ("Question", "Restatement", "Reflection")
WARM = ("Reflection", "Affirmation", "Self-disclosure")


def rate_skills(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """JSON with a rating for each of the request's keys, from shares of what the therapist did."""
    text = all_text(messages)
    shares = _shares(said_by("supporter", spoken(text)), lexicon)
    scale = lexicon.effects["scale"]
    ratings = {key: _rating(rng, 3.0 + scale * 2.0 * (shares.get(key, shares["overall"]) - 0.3)) for key in _keys(text)}
    return json.dumps(ratings)


def _keys(text: str) -> list[str]:
    keys = marked(text, "Keys")
    if not keys:
        raise ValueError("the request lists no keys")
    return keys.split(", ")


def _shares(replies: list[str], lexicon: Lexicon) -> dict[str, float]:
    """What each criterion sees, 0-1; the greeting is no reply. A criterion not listed sees the overall mean."""
    replies = replies[1:] or replies
    total = max(len(replies), 1)
    strategies = [strategy_of(reply, lexicon) for reply in replies]
    acts = sum(lexicon.act(reply) is not None for reply in replies) / total
    cues = sum(bool(lexicon.carried(reply)) for reply in replies) / total
    varied = len(set(replies)) / total

    def share(*wanted: str) -> float:
        return sum(strategy in wanted for strategy in strategies) / total

    shares = {
        "identification": share(*EXPLORING),
        "comforting": (share(*WARM) + cues) / 2,
        "suggestions": min(1.0, share("Suggestions") + acts),
        "experience": share("Self-disclosure"),
        "informativeness": min(1.0, share("Information") + acts),
        "consistency": varied,
        "role_adherence": varied,
        "expression": (varied + cues) / 2,
        "humanness": (share(*WARM) + varied) / 2,
    }
    return shares | {"overall": sum(shares.values()) / len(shares)}


def _rating(rng: random.Random, centre: float) -> int:
    return min(5, max(1, round(rng.gauss(centre, SKILL_NOISE))))


def rate_intensity(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """The level of the seeker's last mood, at times one step off."""
    rungs = [mood(text, lexicon) for text in said_by("seeker", spoken(all_text(messages)))]
    last = next((rung for rung in reversed(rungs) if rung is not None), 0)
    return f"{INTENSITY[_blurred(rng, last, len(INTENSITY))]} amount of negative emotion remains"


def score_emotion(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """Whether the seeker's last turn stands higher than the one before, at times one step off."""
    rungs = [mood(text, lexicon) or 0 for text in said_by("seeker", spoken(all_text(messages)))]
    last, before = (rungs[-1:] or [0])[0], (rungs[-2:-1] or [0])[0]
    solved = last == len(lexicon.raw["states"]) - 1
    step = 3 if solved else 1 + (last > before) - (last < before)
    return EMOTION[_blurred(rng, step, len(EMOTION))]


def _blurred(rng: random.Random, place: int, count: int) -> int:
    if rng.random() >= BLUR:
        return place
    return min(count - 1, max(0, place + rng.choice((-1, 1))))


def compare_values(rng: random.Random, messages: list[Message], lexicon: Lexicon) -> str:
    """Which dialogue shows more values: voiced over the patient's turns, and carried by the therapist's."""
    text = all_text(messages)
    first = spoken(between(text, "Dialogue A:", "Dialogue B:"))
    second = spoken(between(text, "Dialogue B:", None))
    patient, therapist = (
        _choice(rng, values_shown(role, first, lexicon) - values_shown(role, second, lexicon), lexicon)
        for role in ("seeker", "supporter")
    )
    return (
        "1. Reasoning: I counted what each of them says about values.\n"
        f"2. Results:\n1) Patient's perspective: {patient}\n2) Therapist's perspective: {therapist}"
    )


def values_shown(role: str, turns: list[Turn], lexicon: Lexicon) -> int:
    """Values that the role's turns voice (seeker) or carry (supporter), each counted once a turn."""
    look = lexicon.voiced if role == "seeker" else lexicon.carried
    return sum(len(look(text)) for text in said_by(role, turns))


def _choice(rng: random.Random, lead: int, lexicon: Lexicon) -> str:
    """`lead` is A's count less B's; dialogues that show equally much tie at times."""
    if lead == 0 and rng.random() < TIES:
        return "Tie"
    logit = lexicon.effects["judge_slope"] * lead + lexicon.effects["judge_first_bias"]
    return "Dialogue A" if rng.random() < 1 / (1 + math.exp(-logit)) else "Dialogue B"
