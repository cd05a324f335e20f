"""How much of a turn's target values each later seeker turn shows, for both candidates (paper A, Eq. 3's N).

Writes parquet `id, turn, candidate (initial|alternative), steps`: steps[k-1] = N_{t+k}(v_{t+1}); a last null where the
continuation was cut off by a failed answer. N is how many of the targets appear in the seeker's turn (`presence`, 0 to
3), or how often they do: once in each sentence that shows one (`count`, given labels of sentences; I-A31).
Run: python -m scripts.supporter.compute_rewards --dialogues … --rollouts … --labels … --rollout-labels … --output …
"""

import argparse
import logging
from collections import Counter, defaultdict
from pathlib import Path

from scripts.supporter.candidates import Candidate, candidates, write_rewards
from scripts.text.files import read_jsonl
from scripts.text.sentences import utterance_of
from scripts.text.taxonomy import labels, load_taxonomy

log = logging.getLogger(__name__)


def detected(table: Path, names: list[str], threshold: float) -> dict[str, Counter]:
    """Utterance id -> in how many rows of the utterance each value has a probability over the threshold (strict)."""
    import pyarrow.parquet as pq

    columns = [f"v{number:02d}" for number in range(len(names))]
    found: dict[str, Counter] = defaultdict(Counter)
    for row in pq.read_table(table, columns=["id", *columns]).to_pylist():
        shown = {name for name, column in zip(names, columns, strict=True) if row[column] > threshold}
        found[utterance_of(row["id"])].update(shown)
    return found


def steps(candidate: Candidate, values: dict[str, Counter], count: str) -> list[float | None]:
    """N of each later seeker turn: how many targets of the turn it shows (presence), or how often it shows them."""
    targets = set(candidate.turn["target_values"])
    shown = [[values[name][target] for target in targets] for name, _ in candidate.later]
    found = [float(sum(map(bool, times) if count == "presence" else times)) for times in shown]
    return [*found, None] if candidate.cut_off else found


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=Path, required=True)
    parser.add_argument("--rollouts", type=Path, nargs="+", required=True)
    parser.add_argument("--labels", type=Path, required=True, help="labels of the dialogues' seeker turns")
    parser.add_argument("--rollout-labels", type=Path, nargs="+", required=True)
    parser.add_argument("--values", type=Path, required=True)
    parser.add_argument("--value-threshold", type=float, required=True)
    parser.add_argument("--count", choices=["presence", "count"], required=True, help="what N counts (Eq. 3)")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    names = labels(load_taxonomy(args.values))
    values: dict[str, Counter] = {}
    for table in (args.labels, *args.rollout_labels):
        values |= detected(table, names, args.value_threshold)
    rollouts = [rollout for path in args.rollouts for rollout in read_jsonl(path)]
    rows = [
        {**candidate.key, "steps": steps(candidate, values, args.count)}
        for candidate in candidates(read_jsonl(args.dialogues), rollouts)
    ]
    write_rewards(args.output, rows)
    log.info("%d candidates of %d turns", len(rows), len(rows) // 2)


if __name__ == "__main__":
    main()
