"""Scores of systems from the judges' files, and what sets them apart from the reference model."""

import collections
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from scripts.provenance.errors import Problem
from scripts.stats.bootstrap import mean_intervals, resample_weights
from scripts.stats.significance import Comparison, against_complement, mann_whitney, wilcoxon_half
from scripts.text.files import read_jsonl

Metric = tuple[str, str]  # group (es_skills, es_intensity, es_value) and metric, as published
Scores = dict[Metric, dict[str, float]]  # by metric and persona
Interval = tuple[float, float] | None

FINISHED = ("end_token", "gratitude")


@dataclass(frozen=True)
class System:
    """A row of a table: the system's id in file names, and the row's published keys."""

    id: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """Rows that are tested against one reference model, which may be a row too; `label` is its printed name."""

    reference: str
    label: str
    systems: tuple[System, ...]


def key_of(keys: Sequence[str], block: Block, system: System, metric: Metric) -> tuple[str, ...]:
    """The published key of a cell: the system's, the metric's group or the reference model, the metric."""
    return (*system.keys, metric[0] if keys[-1] == "group" else block.label, metric[1])


@dataclass(frozen=True)
class Measured:
    """One system on one metric; differences are paired by persona and taken from the reference model.

    For ES-Value the difference is the win ratio minus 0.5, `test` sets x against 1 - x, and `own_p` is Wilcoxon's.
    """

    n: int
    mean: float | None
    interval: Interval
    test: Comparison | None = None
    own_p: float | None = None
    difference: float | None = None
    difference_interval: Interval = None


Found = Mapping[tuple[str, Metric], Measured]  # by system id and metric


def end_reasons(path: str, system: str) -> dict[str, str]:
    """End reason of each persona's dialogue; a dialogue of another system is a Problem."""
    ends = {}
    for dialogue in read_jsonl(path):
        if dialogue["system"] != system:
            raise Problem(
                f"{path}, dialogue {dialogue['id']} is of {dialogue['system']}, not {system}. "
                "Give the files in the systems' order."
            )
        ends[dialogue["persona_id"]] = dialogue["end_reason"]
    return ends


def load_scores(skills: str, intensity: str, finished: set[str]) -> Scores:
    """A system's skills and intensity by metric and persona."""
    return _loaded((("es_skills", skills), ("es_intensity", intensity)), finished)


def load_ratios(values: str, finished: set[str]) -> Scores:
    """A system's win ratios by perspective and persona."""
    return _loaded((("es_value", values),), finished)


def _loaded(files: Sequence[tuple[str, str]], finished: set[str]) -> Scores:
    """A judged dialogue that is not among the `finished` ones is a Problem: the files are of different builds."""
    scores: Scores = collections.defaultdict(dict)
    for group, path in files:
        for row in read_jsonl(path):
            if row["id"] not in finished:
                raise Problem(f"{path} judges {row['id']}, which is no finished dialogue. Build that file again.")
            for name, score in row.items():
                if name not in ("id", "votes"):
                    metric = "es_intensity" if group == "es_intensity" else name
                    scores[group, metric][row["id"]] = score
    return dict(scores)


def measure(
    scores: Mapping[str, Scores],
    reference: str,
    metrics: Sequence[Metric],
    personas: Sequence[str],
    resamples: int,
    seed: int,
) -> dict[tuple[str, Metric], Measured]:
    """Every system on every metric, with 95 % intervals from resampling the personas, shared by all systems."""
    cells = [(system, metric) for system in scores for metric in metrics]
    weights = resample_weights(len(personas), resamples, seed)
    found = {cell: scores[cell[0]].get(cell[1], {}) for cell in cells}
    differences = {cell: _differences(cell[1], found[cell], found.get((reference, cell[1]), {})) for cell in cells}
    intervals = mean_intervals([[found[cell].get(persona) for persona in personas] for cell in cells], weights)
    apart = mean_intervals([[differences[cell].get(persona) for persona in personas] for cell in cells], weights)
    measured = {}
    for cell, interval, difference_interval in zip(cells, intervals, apart, strict=True):
        sample = list(found[cell].values())
        mean = fmean(sample) if sample else None
        if cell[0] == reference:
            measured[cell] = Measured(len(sample), mean, interval)
            continue
        is_ratio = cell[1][0] == "es_value"
        measured[cell] = Measured(
            n=len(sample),
            mean=mean,
            interval=interval,
            test=against_complement(sample)
            if is_ratio
            else mann_whitney(sample, list(found.get((reference, cell[1]), {}).values())),
            own_p=wilcoxon_half(sample) if is_ratio else None,
            difference=fmean(differences[cell].values()) if differences[cell] else None,
            difference_interval=difference_interval,
        )
    return measured


def _differences(metric: Metric, own: dict[str, float], reference: dict[str, float]) -> dict[str, float]:
    """By persona: the score minus the reference model's; of a win ratio minus 0.5."""
    if metric[0] == "es_value":
        return {persona: score - 0.5 for persona, score in own.items()}
    return {persona: score - reference[persona] for persona, score in own.items() if persona in reference}
