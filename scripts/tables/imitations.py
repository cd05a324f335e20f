"""How near simulated seeker turns are to the real ones (paper A, section E.2; requirement A-043)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.provenance.errors import Problem
from scripts.stats.clustered import Units, mean, rank_correlation
from scripts.tables.tidy import Cell

METRICS = (  # in the printed order
    *("length_avg", "length_corr", "content_bert", "content_gpt"),
    *("emotion_v_oc", "emotion_v_reg", "value_cosine", "value_e_dist"),
)


@dataclass(frozen=True)
class Label:
    """Sentiment (V-reg, V-oc; None where unread) and the 20 value probabilities of an utterance."""

    strength: float | None
    ordinal: int | None
    values: Any


@dataclass(frozen=True)
class Turn:
    """One imitation: the real text and the given one, with their labels, and the judge's rating if there is one."""

    dialogue: str
    real: str
    given: str
    real_label: Label
    label: Label
    rating: int | None = None


def read_labels(path: str) -> dict[str, Label]:
    """The labels of a table of utterances by id."""
    import numpy
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    names = sorted(name for name in table.column_names if name[0] == "v" and name[1:].isdigit())
    values = numpy.column_stack([table[name].to_numpy() for name in names]).astype(float)
    columns = (table[name].to_pylist() for name in ("id", "sentiment", "sentiment_class"))
    return {name: Label(*found, values[place]) for place, (name, *found) in enumerate(zip(*columns, strict=True))}


def label_of(labels: Mapping[str, Label], name: str, path: str) -> Label:
    if name not in labels:
        raise Problem(f"{path} has no label of {name}. Build the labels again.")
    return labels[name]


def words(text: str) -> int:
    return len(text.split())


def cosine(one: Any, other: Any) -> float:
    """The cosine of two vectors of which neither is zero (probabilities are not)."""
    return float(one @ other / ((one @ one) * (other @ other)) ** 0.5)


def measured(
    turns: Sequence[Turn],
    units: Units,
    likeness: Callable[[str, str], float],
    evidence: Callable[[str], str | None] = lambda metric: None,
) -> dict[str, Cell]:
    """The eight metrics of a row; pairs with an unread label or rating are left out of the metric that needs it."""
    distance = [float(((t.label.values - t.real_label.values) ** 2).sum() ** 0.5) for t in turns]
    names = [t.dialogue for t in turns]
    means = {
        "length_avg": [(t.dialogue, words(t.given)) for t in turns],
        "content_bert": [(t.dialogue, likeness(t.real, t.given)) for t in turns],
        "content_gpt": [(t.dialogue, t.rating) for t in turns if t.rating is not None],
        "value_cosine": [(t.dialogue, cosine(t.label.values, t.real_label.values)) for t in turns],
        "value_e_dist": list(zip(names, distance, strict=True)),
    }
    ranked = {
        "length_corr": [(t.dialogue, words(t.real), words(t.given)) for t in turns],
        "emotion_v_oc": [(t.dialogue, t.real_label.ordinal, t.label.ordinal) for t in turns],
        "emotion_v_reg": [(t.dialogue, t.real_label.strength, t.label.strength) for t in turns],
    }
    built = {}
    for metric in METRICS:
        if metric in means:
            rows = means[metric]
            value, interval = mean(units, rows)
        else:
            rows = [row for row in ranked[metric] if None not in row]
            value, interval = rank_correlation(units, rows)
        built[metric] = Cell(value, len(rows), interval=interval, evidence=evidence(metric))
    return built


def likenesses(embed: Callable[[Sequence[str]], Any], texts: Sequence[str]) -> Callable[[str, str], float]:
    """The cosine of two of the texts; all are embedded at once, as a stand-in weighs words by rarity among them."""
    distinct = sorted(set(texts))
    vectors = embed(distinct)
    place = {text: number for number, text in enumerate(distinct)}
    return lambda one, other: float(vectors[place[one]] @ vectors[place[other]])
