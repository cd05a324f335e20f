"""Table 7 of paper B: chosen and rejected levels of the preference data, by split (section E; requirement B-020).

Reads train and dev of the voted items. A row a label (chosen, rejected) and split (dev is printed as valid): the number
of items and, of each level, how many it was chosen or rejected in. Without rankings every row is `needs_ratings`;
rankings of stand-ins make the rows `synthetic`.

python -m scripts -- tables.tabulate_eva_table7 --train results/evad/train.jsonl --dev results/evad/dev.jsonl --raters
human --data-dir resources/external --folder ratings/evad --published resources/published/b_table07.csv --run paper
--evidence real --output results/eva/table7.csv --text results/eva/table7.md
"""

import argparse
import logging
from collections import Counter
from collections.abc import Mapping, Sequence

from scripts.tables.markdown import banner, grid, number
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import read_jsonl, write_csv, write_text

log = logging.getLogger(__name__)

KEYS = ("label", "split")
PICKED = ("chosen", "rejected")
LEVELS = (1, 2, 3, 4)
METRICS = {"n_examples": "# Examples"} | {f"level{level}": f"LEVEL{level}" for level in LEVELS}


def cells(splits: Mapping[str, Sequence[dict]], status: str) -> dict[Key, Cell]:
    """Counts of each label and split; `total` is both."""
    built: dict[Key, Cell] = {}
    groups = {**splits, "total": [item for own in splits.values() for item in own]}
    for label in PICKED:
        for split, items in groups.items():
            counts = Counter(item[label]["level"] for item in items)
            numbers = {"n_examples": len(items)} | {f"level{level}": counts[level] for level in LEVELS}
            for metric, value in numbers.items():
                built[label, split, metric] = Cell(value, n=len(items), status=status)
    return built


def render(rows: Sequence[dict], evidence: str, note: str) -> str:
    """Both halves in the paper's layout, then the published numbers in the same layout."""
    own = _layout(rows, lambda row: row["value"])
    printed = _layout(rows, lambda row: float(row["published"]))
    title = "# Table 7 of paper B: levels of the chosen and rejected utterances in EVAD"
    return f"{title}\n\n{banner(evidence)}{note}{own}\n## Published\n\n{printed}"


def _layout(rows: Sequence[dict], take) -> str:
    found = {(row["label"], row["split"], row["metric"]): take(row) for row in rows}
    parts = []
    for label in PICKED:
        lines = [
            [split.capitalize(), *(number(found[label, split, metric], 0) for metric in METRICS)]
            for split in dict.fromkeys(split for _, split, _ in found)
        ]
        parts.append(grid([f"{label.capitalize()} utterance", *METRICS.values()], lines))
    return "\n".join(parts)


def note_of(raters: str, ranked: bool, folder: str) -> str:
    """What is to be known of who ranked."""
    if raters == "llm":
        return "Ranked by a model in the raters' place: the rows are `synthetic`.\n\n"
    if ranked:
        return ""
    return (
        "Nobody has ranked yet: `snakemake rating_sheets` makes the pages. Put what they save into "
        f"`{folder}` and build again.\n\n"
    )


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Levels of the chosen and rejected utterances (paper B, table 7).")
    parser.add_argument("--train", required=True, help="voted items")
    parser.add_argument("--dev", required=True, help="voted items")
    parser.add_argument("--raters", choices=("human", "llm"), required=True)
    parser.add_argument("--data-dir", required=True, help="of the user's own files")
    parser.add_argument("--folder", required=True, help="below it, into which rankings are dropped")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    published = read_published(args.published, KEYS)
    splits = {"train": read_jsonl(args.train), "valid": read_jsonl(args.dev)}
    ranked = any(splits.values())
    if ranked:
        built = cells(splits, "synthetic" if args.raters == "llm" else "built")
    else:
        built = {key: Cell(None, status="needs_ratings") for key in published}
    rows = tidy(published, built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_text(args.text, render(rows, args.evidence, note_of(args.raters, ranked, f"{args.data_dir}/{args.folder}")))
    log.info("%s", {split: len(items) for split, items in splits.items()})


if __name__ == "__main__":
    main()
