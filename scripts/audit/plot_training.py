"""Figure of how each local model was trained: loss on train, loss on dev after each epoch, and the epoch kept.

Reads `training.json` of each folder (losses as means over ten steps). Of preference training the share of dev pairs
whose chosen answer wins is written beside the epochs; it chooses there.

python -m scripts audit.plot_training --trained results/demo/detector/adapter … --evidence stand_in
--output results/demo/training.svg
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from scripts.provenance.drafts import publishing
from scripts.text.files import read_json

COLUMNS, WIDTH, HEIGHT, TOP = 3, 3.4, 2.3, 0.4  # panels a row; inches of a panel, and above the first
TRAIN, DEV, KEPT = "#2a6f97", "#e9a03b", "#d90429"


def names_of(folders: Sequence[str]) -> list[str]:
    """What tells the folders apart, such as `supporter/value/sft`."""
    shared = os.path.commonpath([str(Path(folder).parent) for folder in folders])
    return [os.path.relpath(folder, shared).replace("_adapter", "").removesuffix("/adapter") for folder in folders]


def draw(reports: dict[str, dict], evidence: str, output: str) -> None:
    """Writes the SVG; the same reports give the same bytes (fixed ids, no date)."""
    import matplotlib
    from matplotlib.figure import Figure

    rows = -(-len(reports) // COLUMNS)
    width, height = WIDTH * COLUMNS, TOP + HEIGHT * rows
    with matplotlib.rc_context({"svg.hashsalt": "affirm", "svg.fonttype": "none", "font.size": 8}):
        figure = Figure(figsize=(width, height))
        for place, (name, report) in enumerate(reports.items()):
            left, bottom = place % COLUMNS * WIDTH + 0.5, height - TOP - (place // COLUMNS + 1) * HEIGHT + 0.5
            axes = figure.add_axes((left / width, bottom / height, (WIDTH - 0.7) / width, (HEIGHT - 0.9) / height))
            _panel(axes, name, report)
        note = "blue: loss on train; yellow: loss on dev; red: the epoch kept"
        if evidence == "stand_in":
            note += "; stand-in run, not comparable with the paper"
        figure.text(0.5, 1 - 0.2 / height, note, ha="center")
        with publishing(output) as draft:
            figure.savefig(draft, format="svg", metadata={"Date": None})


def _panel(axes, name: str, report: dict) -> None:
    losses, dev = report["losses"], report["dev"]
    axes.plot([entry["step"] for entry in losses], [entry["loss"] for entry in losses], ".-", color=TRAIN, lw=1, ms=3)
    axes.plot([entry["step"] for entry in dev], [entry["eval_loss"] for entry in dev], "s-", color=DEV, lw=1, ms=4)
    kept = dev[report["chosen"]["epoch"] - 1]
    axes.plot([kept["step"]], [kept["eval_loss"]], "s", color=KEPT, ms=6, mfc="none")
    for entry in dev:
        if "eval_rewards/accuracies" in entry:
            share = f"{entry['eval_rewards/accuracies']:.2f}"
            axes.annotate(share, (entry["step"], entry["eval_loss"]), xytext=(0, 5), textcoords="offset points")
    axes.set_title(f"{name}, {report['rows']['train']['used']:,} rows", loc="left")
    axes.set_xlabel("step")
    axes.set_xlim(left=0, right=report["steps"] * 1.08)
    axes.margins(y=0.15)
    axes.spines[["top", "right"]].set_visible(False)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Figure of the training runs.", allow_abbrev=False)
    parser.add_argument("--trained", required=True, nargs="+", help="folders with training.json")
    parser.add_argument("--evidence", required=True, choices=("real", "stand_in"))
    parser.add_argument("--output", required=True, help="figure, .svg")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    reports = [read_json(Path(folder, "training.json")) for folder in args.trained]
    draw(dict(zip(names_of(args.trained), reports, strict=True)), args.evidence, args.output)


if __name__ == "__main__":
    main()
