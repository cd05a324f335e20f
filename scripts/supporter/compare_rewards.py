"""How far a second rollout of the same candidates repeats the rewards of the first (requirement A-051).

A share of the turns is rolled out twice, both candidates (config: supporter.reward.reliability_share). For every source
of rollouts and point of the reward grid one row a measure, with a 95 % interval that resamples personas; by (h, gamma):

reward_icc           ICC(1) of the rewards R of single candidates
difference_icc       ICC(1) of the differences R(initial) - R(alternative), which make the pairs
difference_spearman  rank correlation of the differences
same_sign            share of the turns with differences of equal sign (0 is a sign too)

and by (h, gamma, T):

pairs_same_sign      share of the first rollouts' pairs (difference over T) whose second difference has their sign
pairs_again          share of those pairs that the second rollouts make again, in the same direction

python -m scripts supporter.compare_rewards --first results/supporter/value/rewards/{gpt,ours_sft}/dev.parquet
--second results/supporter/value/rewards/{gpt,ours_sft}/dev_second.parquet --sources '["GPT", "SFT"]'
--points '[{"h": 3, "gamma": 1, "t": 2}]' --compare gt --resamples 10000 --seed 42 --run demo --evidence stand_in
--output results/audit/reward_reliability.csv
"""

import argparse
import json
import logging
from collections.abc import Iterator
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.stats.clustered import Interval, Units, intraclass, mean, rank_correlation
from scripts.supporter.reward import exceeds, read_rewards
from scripts.text.files import write_csv
from scripts.text.rollouts import CANDIDATES

log = logging.getLogger(__name__)

COLUMNS = ["supporter", "h", "gamma", "t_diff", "measure", "value", "ci_low", "ci_high", "n", "personas"]
COLUMNS += ["evidence", "run"]
Rewards = dict[tuple[str, int], dict[str, float]]  # (dialogue, turn) -> reward by candidate; a dialogue is a persona's
Doubled = tuple[str, float, float]  # persona, first and second number
Measure = tuple[str, tuple[float | None, Interval], int]  # name, value and interval, rows behind it


def sign(number: float) -> int:
    """-1, 0 or 1; what rounding leaves of equal rewards is 0."""
    return 0 if not exceeds(number, 0, "gt") else 1 if number > 0 else -1


def differences(first: Rewards, second: Rewards) -> list[Doubled]:
    """R(initial) - R(alternative) of every turn whose rewards are known both times."""
    return [
        (key[0], *(rewards[key]["initial"] - rewards[key]["alternative"] for rewards in (first, second)))
        for key in sorted(first.keys() & second.keys())
    ]


def of_rewards(first: Rewards, second: Rewards, units: Units) -> Iterator[Measure]:
    """What no threshold enters."""
    apart = differences(first, second)
    single = [
        (key[0], first[key][candidate], second[key][candidate])
        for key in sorted(first.keys() & second.keys())
        for candidate in CANDIDATES
    ]
    equal = [(unit, float(sign(one) == sign(two))) for unit, one, two in apart]
    yield "reward_icc", intraclass(units, single), len(single)
    yield "difference_icc", intraclass(units, apart), len(apart)
    yield "difference_spearman", rank_correlation(units, apart), len(apart)
    yield "same_sign", mean(units, equal), len(equal)


def of_pairs(apart: list[Doubled], threshold: float, compare: str, units: Units) -> Iterator[Measure]:
    """What becomes of the first rollouts' pairs."""
    pairs = [row for row in apart if exceeds(row[1], threshold, compare)]
    kept = [(unit, float(sign(one) == sign(two))) for unit, one, two in pairs]
    again = [(unit, float(sign(one) == sign(two) and exceeds(two, threshold, compare))) for unit, one, two in pairs]
    yield "pairs_same_sign", mean(units, kept), len(kept)
    yield "pairs_again", mean(units, again), len(again)


def rows_of(supporter: str, paths: tuple[Path, Path], args: argparse.Namespace) -> Iterator[dict]:
    """The rows of one source of rollouts, by grid point; no turn in common is a Problem."""
    thresholds: dict[tuple, list[float]] = {}
    for point in args.points:
        thresholds.setdefault((point["h"], point["gamma"]), []).append(point["t"])
    for (h, gamma), wanted in thresholds.items():
        first, second = (read_rewards(path, None if h == "all" else h, gamma) for path in paths)
        personas = sorted({key[0] for key in first.keys() & second.keys()})
        if not personas:
            raise Problem(f"{paths[0]} and {paths[1]} have no turn in common. Rebuild the second rollouts.")
        units, apart = Units(personas, args.resamples, args.seed), differences(first, second)
        found = [("", measure) for measure in of_rewards(first, second, units)]
        found += [(f"{t:g}", measure) for t in wanted for measure in of_pairs(apart, t, args.compare, units)]
        for t, (name, (value, interval), n) in found:
            about = (supporter, str(h).capitalize(), f"{gamma:g}", t, name, value, *(interval or (None, None)), n)
            yield dict(zip(COLUMNS, (*about, len(personas), args.evidence, args.run), strict=True))


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=Path, nargs="+", required=True, help="rewards, one file a source")
    parser.add_argument("--second", type=Path, nargs="+", required=True, help="of the second rollouts, in that order")
    parser.add_argument("--sources", type=json.loads, required=True, help="JSON list of what the sources are called")
    parser.add_argument("--points", type=json.loads, required=True, help="JSON list of {h, gamma, t}")
    parser.add_argument("--compare", choices=["gt", "ge"], required=True)
    parser.add_argument("--resamples", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--evidence", choices=["real", "stand_in"], required=True)
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    sources = zip(args.sources, zip(args.first, args.second, strict=True), strict=True)
    rows = [row for supporter, paths in sources for row in rows_of(supporter, paths, args)]
    write_csv(args.output, rows, COLUMNS)
    log.info("%d rows, %d points of %d sources", len(rows), len(args.points), len(args.sources))


if __name__ == "__main__":
    main()
