"""How many of a turn's target values each later seeker turn shows, for both candidates (paper A, Eq. 3's N).

Writes parquet `id, turn, candidate (initial|alternative), steps`: steps[k-1] = N_{t+k}(v_{t+1}), 0 to 3; a last null
where the continuation was cut off by a failed answer.
Run: python -m scripts.supporter.compute_rewards --dialogues … --rollouts … --labels … --rollout-labels … --output …
"""

import argparse
import logging
from pathlib import Path

from scripts.supporter.candidates import Candidate, candidates, write_rewards
from scripts.text.files import read_jsonl
from scripts.text.taxonomy import labels, load_taxonomy

log = logging.getLogger(__name__)


def detected(table: Path, names: list[str], threshold: float) -> dict[str, set[str]]:
    """Utterance id -> values with probability over the threshold (strict)."""
    import pyarrow.parquet as pq

    columns = [f"v{number:02d}" for number in range(len(names))]
    rows = pq.read_table(table, columns=["id", *columns]).to_pylist()
    return {
        row["id"]: {name for name, column in zip(names, columns, strict=True) if row[column] > threshold}
        for row in rows
    }


def steps(candidate: Candidate, values: dict[str, set[str]]) -> list[float | None]:
    """How many different target values of the turn each later seeker turn shows."""
    targets = set(candidate.turn["target_values"])
    found = [float(len(targets & values[name])) for name, _ in candidate.later]
    return [*found, None] if candidate.cut_off else found


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=Path, required=True)
    parser.add_argument("--rollouts", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True, help="labels of the dialogues' seeker turns")
    parser.add_argument("--rollout-labels", type=Path, required=True)
    parser.add_argument("--values", type=Path, required=True)
    parser.add_argument("--value-threshold", type=float, required=True)
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    names = labels(load_taxonomy(args.values))
    values = detected(args.labels, names, args.value_threshold)
    values |= detected(args.rollout_labels, names, args.value_threshold)
    rows = [
        {**candidate.key, "steps": steps(candidate, values)}
        for candidate in candidates(read_jsonl(args.dialogues), read_jsonl(args.rollouts))
    ]
    write_rewards(args.output, rows)
    log.info("%d candidates of %d turns", len(rows), len(rows) // 2)


if __name__ == "__main__":
    main()
