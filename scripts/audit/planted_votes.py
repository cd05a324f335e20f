"""The pairwise judge's slope and first-position bias, estimated from its votes (logistic regression, no ties)."""

from typing import TYPE_CHECKING

from scripts.text.lexicon import Lexicon

if TYPE_CHECKING:
    import numpy as np

Vote = tuple[str, int, bool]  # (persona, lead of the dialogue shown first, whether it won)
STEPS = 25  # of Newton's method; it converges in fewer than ten
PERSPECTIVES = ("seeker", "supporter")


def values_shown(dialogue: dict, role: str, lexicon: Lexicon) -> int:
    """Values that the role's turns voice (seeker) or carry (supporter), each once a turn."""
    look = lexicon.voiced if role == "seeker" else lexicon.carried
    return sum(len(look(turn["text"])) for turn in dialogue["turns"] if turn["role"] == role)


def votes_of(rows: list[dict], system: dict[str, dict], reference: dict[str, dict], lexicon: Lexicon) -> list[Vote]:
    """The decided votes of one system's pairs; `system` and `reference` are dialogues by persona."""
    votes = []
    for row in rows:
        persona = row["id"]
        for role in PERSPECTIVES:
            lead = values_shown(system[persona], role, lexicon) - values_shown(reference[persona], role, lexicon)
            for vote in row["votes"]:
                if vote[role] != "Tie":
                    votes.append((persona, lead if vote["first"] == "system" else -lead, vote[role] == "A"))
    return votes


def judge_fit(votes: list[Vote], personas: list[str], weights: "np.ndarray") -> "np.ndarray":
    """(fits, 2): slope and first-position bias for each row of `weights` (fits x personas), by Newton's method.

    logit P(first wins) = slope * lead + bias. Votes are gathered by lead, so a fit costs the number of leads.
    """
    import numpy as np

    leads = sorted({lead for _, lead, _ in votes})
    place = {name: number for number, name in enumerate(personas)}
    counts = np.zeros((2, len(personas), len(leads)))
    for persona, lead, won in votes:
        counts[int(won), place[persona], leads.index(lead)] += 1
    won, shown = weights @ counts[1], weights @ counts.sum(0)
    x = np.array(leads, dtype=float)
    slope, bias = np.zeros(len(weights)), np.zeros(len(weights))
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(slope[:, None] * x + bias[:, None], -30, 30)))
        residual, spread = won - shown * chance, shown * chance * (1 - chance)
        gradient_slope, gradient_bias = (residual * x).sum(1), residual.sum(1)
        a, b, c = (spread * x * x).sum(1), (spread * x).sum(1), spread.sum(1)
        determinant = np.maximum(a * c - b * b, 1e-9)
        slope = slope + np.clip((c * gradient_slope - b * gradient_bias) / determinant, -1, 1)
        bias = bias + np.clip((a * gradient_bias - b * gradient_slope) / determinant, -1, 1)
    return np.stack([slope, bias], axis=1)
