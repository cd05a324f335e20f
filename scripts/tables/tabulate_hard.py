"""Table 3's headline on the hard test personas: those least like any train persona (audit/persona_similarity.csv).

Of each system the mean of the ten ES-Skills (of a dialogue, then of dialogues), ES-Intensity and ES-Value by both
perspectives, over finished dialogues as in table 3, in three subsets: `all`, `hard` (nearest train persona less alike
than the median one's) and `rest`; a row `hard_less_rest` is what hardness costs. Intervals resample personas, the same
draws for every cell. `less_reference`: the mean paired difference from the reference model (ES-Value: from 0.5); `p`:
the paper's test within the subset, Mann-Whitney. A side file: table 3 itself is not read and does not change.

python -m scripts -- tables.tabulate_hard --similarity results/audit/persona_similarity.csv --blocks '[{"reference":
"ours_dpo", "label": "", "systems": [{"id": "gpt", "keys": ["Prompt-based", "GPT"]}, …]}]' --dialogues
results/dialogues/{gpt,…}/test.jsonl --skills results/judging/skills/{gpt,…}.jsonl --intensity
results/judging/intensity/{gpt,…}.jsonl --values results/judging/values/ours_dpo/{gpt,…}.jsonl --resamples 10000
--seed 42 --run demo --evidence stand_in --output results/table3_hard.csv
"""

import argparse
import json
import logging
from collections.abc import Collection, Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from scripts.provenance.errors import Problem
from scripts.stats.clustered import Interval, Units
from scripts.tables.comparison import read_blocks, read_ratios, read_scores, systems_of
from scripts.tables.scores import Measured, Metric, Scores, measure
from scripts.text.files import read_csv, write_csv

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

COLUMNS = [
    *("category", "model", "group", "metric", "subset", "value", "n", "ci_low", "ci_high"),
    *("less_reference", "less_reference_ci_low", "less_reference_ci_high", "p", "status", "evidence", "run"),
]
SKILLS_MEAN: Metric = ("es_skills", "mean")
HEADLINE: tuple[Metric, ...] = (
    *(SKILLS_MEAN, ("es_intensity", "es_intensity")),
    *(("es_value", "seeker"), ("es_value", "supporter")),
)
APART = "hard_less_rest"


def read_hard(path: str) -> dict[str, bool]:
    """Whether each test persona is hard."""
    return {row["name"]: row["hard"] == "yes" for row in read_csv(path) if row["kind"] == "persona"}


def headline(scores: Scores) -> Scores:
    """The headline's metrics by persona; a dialogue's skills become their mean."""
    skills: dict[str, list[float]] = {}
    for (group, _), found in scores.items():
        for persona, score in found.items() if group == "es_skills" else ():
            skills.setdefault(persona, []).append(score)
    kept = {metric: dict(scores[metric]) for metric in HEADLINE if metric in scores}
    return {SKILLS_MEAN: {persona: fmean(own) for persona, own in skills.items()}, **kept}


def within(scores: Scores, personas: Collection[str]) -> Scores:
    """The scores of these personas alone."""
    return {metric: {p: score for p, score in found.items() if p in personas} for metric, found in scores.items()}


def hard_less_rest(found: Mapping[str, float], hard: Mapping[str, bool], units: Units) -> tuple[float | None, Interval]:
    """The mean over hard personas less that over the rest; None where either is empty."""
    import numpy as np

    is_hard = np.array([hard[persona] for persona in found], dtype=float)
    values = np.array(list(found.values()), dtype=float)
    if not is_hard.any() or is_hard.all():
        return None, None
    columns = np.column_stack([is_hard * values, is_hard, (1 - is_hard) * values, 1 - is_hard])

    def apart(sums: "np.ndarray") -> "np.ndarray":
        return sums[..., 0] / sums[..., 1] - sums[..., 2] / sums[..., 3]

    return float(apart(columns.sum(0))), units.interval(list(found), columns, apart)


def row_of(cell: Measured, is_reference: bool, group: str) -> dict:
    """The numbers of one subset; ES-Value of the reference model is empty by construction."""
    if is_reference and group == "es_value":
        return {"status": "reference"}
    low, high = cell.interval or (None, None)
    less_low, less_high = cell.difference_interval or (None, None)
    return {
        **{"value": cell.mean, "n": cell.n, "ci_low": low, "ci_high": high, "less_reference": cell.difference},
        **{"less_reference_ci_low": less_low, "less_reference_ci_high": less_high},
        **{"p": cell.test.p if cell.test else None, "status": "built"},
    }


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Table 3's headline on hard personas.", allow_abbrev=False)
    parser.add_argument("--similarity", required=True, help="rows of compare_personas")
    parser.add_argument("--blocks", required=True, type=json.loads, help="as of table 3")
    for name in ("dialogues", "skills", "intensity"):
        parser.add_argument(f"--{name}", required=True, nargs="+", help=f"{name} of each system")
    parser.add_argument("--values", required=True, nargs="*", help="win ratios of all but the reference model")
    parser.add_argument("--resamples", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--run", required=True, help="paper, demo or laptop")
    parser.add_argument("--evidence", required=True, choices=("real", "stand_in"))
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    (block,) = blocks = read_blocks(args.blocks)
    rated, ends = read_scores(args, systems_of(blocks))
    (ratios,) = read_ratios(args, blocks, ends)
    scores = {name: headline({**own, **ratios.get(name, {})}) for name, own in rated.items()}
    hard, personas = read_hard(args.similarity), sorted(set().union(*ends.values()))
    if unknown := set(personas) - hard.keys():
        raise Problem(f"{args.similarity} lacks the persona {min(unknown)} of the dialogues. Build both again.")
    subsets = {"all": personas, "hard": [p for p in personas if hard[p]], "rest": [p for p in personas if not hard[p]]}
    measured = {
        subset: measure(
            {name: within(own, set(chosen)) for name, own in scores.items()},
            *(block.reference, HEADLINE, chosen, args.resamples, args.seed),
        )
        for subset, chosen in subsets.items()
        if chosen
    }
    units, rows = Units(personas, args.resamples, args.seed), []
    for system in block.systems:
        for metric in HEADLINE:
            head = dict(zip(COLUMNS, (*system.keys, *metric), strict=False))
            head |= {"evidence": args.evidence, "run": args.run}
            is_reference = system.id == block.reference
            for subset, found in measured.items():
                cell = found[system.id, metric]
                rows.append(head | {"subset": subset} | row_of(cell, is_reference, metric[0]))
            value, interval = hard_less_rest(scores[system.id].get(metric, {}), hard, units)
            low, high = interval or (None, None)
            status = "reference" if is_reference and metric[0] == "es_value" else "built"
            more = {"value": value, "ci_low": low, "ci_high": high, "status": status}
            rows.append(head | {"subset": APART} | more)
    write_csv(args.output, rows, COLUMNS)
    log.info("%d systems, %d personas, %d hard", len(scores), len(personas), len(subsets["hard"]))


if __name__ == "__main__":
    main()
