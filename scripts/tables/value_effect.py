"""Positive value expressions in ESConv's last seeker turns, by effectiveness of the support (paper A, section 3, A).

Groups are of dialogues whose seeker began at intensity 5: `high` effectiveness ended at 1 or 2, `low` at 3 or 4
(requirement A-033). A dialogue without a final rating is in no group.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from scripts.provenance.errors import Problem
from scripts.text.dialogue import merge_turns

GROUPS = ("high", "low")
START = 5
ENDS = {1: "high", 2: "high", 3: "low", 4: "low"}


@dataclass(frozen=True)
class Label:
    """One utterance's labels: `probabilities` of the values in taxonomy order."""

    positive: bool
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Effect:
    """One dialogue: `means` by value, the mean probability per turn with 0 for a turn that is not positive;
    `count`, values present in its positive turns, summed over the turns (a value in two turns counts twice)."""

    group: str
    means: tuple[float, ...]
    count: int
    turns: int
    positive_turns: int


def effect_group(meta: Mapping[str, object]) -> str | None:
    """high, low, or None for a dialogue outside both groups."""
    return ENDS.get(meta["final_intensity"]) if meta["initial_intensity"] == START else None


def is_positive(rule: str, threshold: float, sentiment: float, sentiment_class: int) -> bool:
    """`v_reg`: strength (0-1) above the threshold; `v_oc`: class (-3..3) at least the threshold."""
    return sentiment > threshold if rule == "v_reg" else sentiment_class >= threshold


def read_labels(path: str, values: int, rule: str, threshold: float) -> dict[str, Label]:
    """Labels by utterance id."""
    import pyarrow.parquet

    columns = ["id", "sentiment", "sentiment_class", *(f"v{place:02d}" for place in range(values))]
    table = pyarrow.parquet.read_table(path, columns=columns).to_pydict()
    return {
        name: Label(is_positive(rule, threshold, sentiment, sentiment_class), probabilities)
        for name, sentiment, sentiment_class, *probabilities in zip(*table.values(), strict=True)
    }


def last_seeker_turns(dialogue: Mapping[str, object], window: int) -> list[str]:
    """Label ids `<dialogue>:<merged turn index>` of the last `window` merged seeker turns, or what there is."""
    merged = merge_turns(dialogue["turns"])
    ids = [f"{dialogue['id']}:{turn['index']}" for turn in merged if turn["role"] == "seeker"]
    return ids[-window:]


def measure_effect(group: str, labels: Sequence[Label], threshold: float) -> Effect:
    """The effect of one dialogue from the labels of its last seeker turns; a value is present above `threshold`."""
    positive = [label for label in labels if label.positive]
    count = sum(probability > threshold for label in positive for probability in label.probabilities)
    values = zip(*(_positive_part(label) for label in labels), strict=True)
    return Effect(group, tuple(fmean(value) for value in values), count, len(labels), len(positive))


def _positive_part(label: Label) -> tuple[float, ...]:
    return label.probabilities if label.positive else (0.0,) * len(label.probabilities)


def measure_all(
    dialogues: Sequence[Mapping[str, object]], labels: Mapping[str, Label], window: int, threshold: float
) -> list[Effect]:
    """The effects of all dialogues in a group; a seeker turn without labels, or an empty group, is a Problem."""
    effects = []
    for dialogue in dialogues:
        group, ids = effect_group(dialogue["meta"]), last_seeker_turns(dialogue, window)
        if group is None or not ids:
            continue
        missing = [name for name in ids if name not in labels]
        if missing:
            raise Problem(f"Turn {missing[0]} has no labels. Build the labels of this corpus again.")
        effects.append(measure_effect(group, [labels[name] for name in ids], threshold))
    for group in GROUPS:
        if not any(effect.group == group for effect in effects):
            raise Problem(
                f"No dialogue with initial intensity {START} is of {group} effectiveness. Give a larger corpus."
            )
    return effects
