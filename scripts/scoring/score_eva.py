"""EVAEval of a system: its levels over the dialogue beside EVAD's (paper B, section 4.2, Eq. 1; requirement B-024).

Reads the system's levels (scoring.predict_levels), EVAD's items (their chosen levels and quartiles) and the level
classifier's folder. Writes CSV `dialogue_id, variant, metric, value, n, labels`:
- of the system (`dialogue_id` empty): `evaeval_level1` … `evaeval_level4`, `evaeval_avg` in the variants `mean`
  (Eq. 1), `sum` (four times that, comparable with print) and `position_only` (free of how often a level is used; empty
  for a level that never occurs); `n` counts dialogues;
- of each dialogue: the same of the dialogue alone (`mean`), and its shares (variant `share`, metric `level1_q1` …), of
  which the system's are the mean, so that intervals can resample dialogues; `n` counts its utterances.
`labels`: human or synthetic, those that the classifier was trained on.

    python -m scripts -- scoring.score_eva --levels levels.jsonl --evad train.jsonl dev.jsonl --model levels \
        --normalisation per_level --output evaeval.csv
"""

import argparse
import logging
from collections.abc import Iterator, Sequence

from scripts.provenance.errors import Problem
from scripts.scoring.responses import by_dialogue
from scripts.stats.evaeval import dialogue_tables, evaeval
from scripts.stats.positions import LEVELS, NORMALISATIONS, Table, counts
from scripts.text.files import read_json, read_jsonl, write_csv

log = logging.getLogger(__name__)
COLUMNS = ["dialogue_id", "variant", "metric", "value", "n", "labels"]


def gold_counts(paths: Sequence[str]) -> Table:
    """How often EVAD's chosen utterances of each level stand in each quartile; none at all is a Problem."""
    items = [item for path in paths for item in read_jsonl(path)]
    if not items:
        raise Problem(f"{' '.join(paths)} hold no item: nothing says where levels belong. Build the stage evad first.")
    return counts((item["chosen"]["level"], item["quartile"]) for item in items)


def system_rows(dialogues: Sequence[Sequence[int | None]], gold: Table, normalisation: str) -> Iterator[dict]:
    for variant, named in evaeval(dialogues, gold, normalisation).items():
        for name, value in named.items():
            yield {"variant": variant, "metric": f"evaeval_{name}", "value": value, "n": len(dialogues)}


def dialogue_rows(name: str, levels: Sequence[int | None], gold: Table, normalisation: str) -> Iterator[dict]:
    own = {"dialogue_id": name, "n": len(levels)}
    for metric, value in evaeval([levels], gold, normalisation)["mean"].items():
        yield own | {"variant": "mean", "metric": f"evaeval_{metric}", "value": value}
    (table,) = dialogue_tables([levels], normalisation)
    for level, row in zip(LEVELS, table, strict=True):
        for part, value in enumerate(row, 1):
            yield own | {"variant": "share", "metric": f"level{level}_q{part}", "value": value}


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--levels", required=True, help="JSONL of scoring.predict_levels")
    parser.add_argument("--evad", required=True, nargs="+", help="EVAD's splits, JSONL")
    parser.add_argument("--model", required=True, help="folder of the level classifier")
    parser.add_argument("--normalisation", required=True, choices=NORMALISATIONS)
    parser.add_argument("--output", required=True, help="CSV")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    gold, labels = gold_counts(args.evad), read_json(f"{args.model}/training.json")["labels"]
    dialogues = {name: [row["level"] for row in rows] for name, rows in by_dialogue(read_jsonl(args.levels)).items()}
    if not dialogues:
        raise Problem(f"{args.levels} holds no level. Rebuild it with scoring.predict_levels.")
    rows = list(system_rows(list(dialogues.values()), gold, args.normalisation))
    for name, levels in dialogues.items():
        rows += dialogue_rows(name, levels, gold, args.normalisation)
    write_csv(args.output, [row | {"labels": labels} for row in rows], COLUMNS)
    short = sum(len(levels) < 4 for levels in dialogues.values())
    log.info("dialogues %d, shorter than four utterances %d, labels %s", len(dialogues), short, labels)


if __name__ == "__main__":
    main()
