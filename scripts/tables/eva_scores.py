"""What a responder scores by the files of stage scoring, on the test set and on resamples of its dialogues.

BLEU-2, ROUGE-L and Dist-2 are shares times 100, EPITOME mean degrees (0 to 2). EVAEval's value is the sum over
quartiles (four times Eq. 1): the printed numbers exceed what a mean of four can be (inconsistency I-B01). Beside a
value stand, where there are such, `pooled` (BLEU-2 of the corpus, Dist-2 of all responses together), `eq1` (Eq. 1) and
`position_only` (Eq. 1 free of how often a level is used).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scripts.provenance.errors import Problem
from scripts.stats.bootstrap import LEVEL, resample_weights
from scripts.stats.positions import LEVELS, Table
from scripts.tables.tabulate_human import by_dialogue
from scripts.text.files import read_csv
from scripts.text.quartiles import QUARTILES

if TYPE_CHECKING:
    import numpy as np

WORDS = ("bleu_2", "rouge_l", "dist_2")
EMPATHY = ("epitome_ip", "epitome_ex", "epitome_er")
EVAEVAL = (*(f"evaeval_level{level}" for level in LEVELS), "evaeval_avg")
METRICS = (*WORDS, *EMPATHY, *EVAEVAL)  # in the printed order
BESIDE = ["pooled", "eq1", "position_only"]
SUM = "sum"  # the variant of EVAEval that is compared with print
PERCENT = 100.0


@dataclass(frozen=True)
class Score:
    """A value, the turns or dialogues behind it, the value on each resample, and what stands beside it."""

    value: float | None
    n: int
    draws: "np.ndarray | None" = None
    beside: Mapping[str, float | None] = field(default_factory=dict)


class Resamples:
    """Resamples of all dialogues of a table, so that its systems share them."""

    def __init__(self, names: Sequence[str], resamples: int, seed: int):
        self.place = {name: place for place, name in enumerate(names)}
        self.weights = resample_weights(len(self.place), resamples, seed)

    def sums(self, rows: Mapping[str, Sequence[float]]) -> "np.ndarray":
        """Of each resample the sums of the dialogues' columns."""
        import numpy as np

        columns = np.zeros((len(self.place), len(next(iter(rows.values())))))
        for name, own in rows.items():
            columns[self.place[name]] = own
        return self.weights @ columns


def interval(draws: "np.ndarray | None") -> tuple[float, float] | None:
    """95 % percentiles of the draws that are numbers."""
    import numpy as np

    if draws is None or not np.isfinite(draws).any():
        return None
    low, high = np.percentile(draws[np.isfinite(draws)], LEVEL)
    return float(low), float(high)


Read = Mapping[str, Mapping[str | None, Sequence[float]]]  # by metric and dialogue, None: the system's own


def mean_score(read: Read, metric: str, resamples: Resamples) -> Score:
    """The mean over turns (of Dist-2: dialogues), and its corpus-level counterpart; no value where none was scored."""
    import numpy as np

    scale = PERCENT if metric in WORDS else 1.0
    pooled = read.get(f"{metric}_corpus", {}).get(None)
    beside = {"pooled": pooled[0] * scale if pooled else None}
    own = {name: (sum(values), len(values)) for name, values in read.get(metric, {}).items()}
    if not own:
        return Score(None, 0, beside=beside)
    total, n = (sum(part) for part in zip(*own.values(), strict=True))
    drawn = resamples.sums(own)
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = drawn[:, 0] / drawn[:, 1] * scale
    return Score(total / n * scale, n, draws, beside)


def word_scores(scores: str, empathy: str, resamples: Resamples) -> dict[str, Score]:
    """The scores of words and empathy."""
    words, degrees = by_dialogue(scores), by_dialogue(empathy)
    found = {metric: mean_score(words, metric, resamples) for metric in WORDS}
    return found | {metric: mean_score(degrees, metric, resamples) for metric in EMPATHY}


def eva_scores(path: str, gold: Table, resamples: Resamples) -> tuple[dict[str, Score], str]:
    """EVAEval of each level and on average, and whose labels its classifier learnt from; `gold` are EVAD's shares.

    A file whose shares do not give its own values with these is a Problem: it is of another build.
    """
    rows = read_csv(path)
    own = {(row["variant"], row["metric"]): row for row in rows if not row["dialogue_id"]}
    shares: dict[str, dict[str, float]] = {}
    for row in rows:
        if row["variant"] == "share":
            shares.setdefault(row["dialogue_id"], {})[row["metric"]] = float(row["value"])
    cells = [f"level{level}_q{part}" for level in LEVELS for part in range(1, QUARTILES + 1)]
    columns = {name: [1.0, *(found[cell] for cell in cells)] for name, found in shares.items()}
    drawn = resamples.sums(columns)
    draws = _distances(drawn, gold)
    every = [sum(column) for column in zip(*columns.values(), strict=True)]
    (again,) = _distances([every], gold)
    found = {}
    for place, metric in enumerate(EVAEVAL):
        value = float(own[SUM, metric]["value"])
        if abs(again[place] - value) > 1e-9:
            raise Problem(f"{path} does not fit EVAD's levels ({metric} is not what they give). Build it again.")
        beside = {name: _number(own[variant, metric]["value"]) for name, variant in _VARIANTS.items()}
        found[metric] = Score(value, len(columns), draws[:, place], beside)
    return found, rows[0]["labels"]


_VARIANTS = {"eq1": "mean", "position_only": "position_only"}


def _number(text: str) -> float | None:
    return float(text) if text else None


def _distances(sums: "np.ndarray | Sequence[Sequence[float]]", gold: Table) -> "np.ndarray":
    """The squared distances of each level, and their mean; a row is a number of dialogues and sums of their shares."""
    import numpy as np

    sums = np.asarray(sums, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = (sums[:, 1:] / sums[:, :1]).reshape(-1, len(LEVELS), QUARTILES)
    levels = ((means - np.array(gold)) ** 2).sum(2)
    return np.column_stack([levels, levels.mean(1)])
