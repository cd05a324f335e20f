"""Figure 4 of paper B: levels of the chosen utterances by quartile of the dialogue (section 4.1.2; requirement B-021).

Reads train and dev of the voted items. The table has, by quartile and level, the number of items, their share within
the quartile (what is drawn) and within the level (what EVAEval compares with by default, I-B01), with 95 % intervals
over dialogues. The paper prints no numbers. Without rankings every row is `needs_ratings` and the figure says so.

python -m scripts -- tables.plot_eva_figure4 --train results/evad/train.jsonl --dev results/evad/dev.jsonl --raters
human --resamples 10000 --seed 42 --run paper --evidence real --output results/eva/figure4.svg --table
results/eva/figure4.csv
"""

import argparse
import logging
from collections.abc import Sequence

from scripts.tables import svg
from scripts.tables.level_shares import COUNT, LEVELS, WITHIN_LEVEL, WITHIN_QUARTILE, shares
from scripts.tables.tidy import COLUMNS, Cell, Origin, tidy
from scripts.text.files import read_jsonl, write_csv, write_text
from scripts.text.quartiles import QUARTILES

log = logging.getLogger(__name__)

KEYS = ("quartile", "level")
COLOURS = {1: "#cfe3f1", 2: "#8fbbd9", 3: "#3f7fae", 4: "#173f5f"}
WIDTH, TALL, LEFT, TOP, FLOOR = 640.0, 360.0, 60.0, 50.0, 300.0  # pixels
BAR, GAP = 28.0, 24.0  # width of a bar, room between quartiles
SIZE = 11.0


def draw(rows: Sequence[dict], evidence: str) -> str:
    """The figure: four bars a quartile, with their intervals."""
    found = {(row["quartile"], row["level"]): row for row in rows if row["metric"] == WITHIN_QUARTILE}
    parts = [svg.lines(LEFT, 24, ["Levels of the chosen utterances by quartile of the dialogue"], 14)]
    if evidence == "stand_in":
        parts.append(svg.lines(LEFT, 40, [svg.NOTE], 10, fill=svg.ALERT))
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _height(share)
        parts.append(f'<line x1="{LEFT:g}" y1="{y:g}" x2="{WIDTH - 20:g}" y2="{y:g}" stroke="#ddd"/>\n')
        parts.append(svg.lines(LEFT - 8, y + 4, [f"{share:.0%}"], SIZE, text_anchor="end"))
    for quartile in range(1, QUARTILES + 1):
        start = LEFT + GAP / 2 + (quartile - 1) * (len(LEVELS) * BAR + GAP)
        middle = start + len(LEVELS) * BAR / 2
        parts.append(svg.lines(middle, FLOOR + 18, [f"quartile {quartile}"], SIZE, text_anchor="middle"))
        for place, level in enumerate(LEVELS):
            parts += _bar(start + place * BAR, level, found[str(quartile), str(level)])
    for place, level in enumerate(LEVELS):
        x = LEFT + place * 90
        parts.append(svg.box(x, FLOOR + 34, 12, 12, COLOURS[level], "#333"))
        parts.append(svg.lines(x + 18, FLOOR + 44, [f"LEVEL {level}"], SIZE))
    if all(row["value"] is None for row in rows):
        parts.append(svg.lines(WIDTH / 2, 170, ["nobody has ranked yet"], 14, text_anchor="middle", fill=svg.ALERT))
    return svg.page(WIDTH, TALL, parts)


def _height(share: float) -> float:
    return FLOOR - share * (FLOOR - TOP)


def _bar(x: float, level: int, row: dict) -> list[str]:
    if row["value"] is None:
        return []
    top = _height(row["value"])
    parts = [svg.box(x + 2, top, BAR - 4, FLOOR - top, COLOURS[level], "#333")]
    if row["ci_low"] is not None:
        middle = x + BAR / 2
        low, high = _height(row["ci_low"]), _height(row["ci_high"])
        parts.append(f'<path d="M{middle:g} {low:g}V{high:g}" stroke="#d62828" stroke-width="1.5"/>\n')
    return parts


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Levels by quartile (paper B, figure 4).", allow_abbrev=False)
    parser.add_argument("--train", required=True, help="voted items")
    parser.add_argument("--dev", required=True, help="voted items")
    parser.add_argument("--raters", choices=("human", "llm"), required=True)
    parser.add_argument("--resamples", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--run", required=True, help="paper, demo or laptop")
    parser.add_argument("--evidence", required=True, choices=("real", "stand_in"))
    parser.add_argument("--output", required=True, help="figure, .svg")
    parser.add_argument("--table", required=True, help="the plotted numbers, .csv")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    items = [*read_jsonl(args.train), *read_jsonl(args.dev)]
    if items:
        places = [(item["dialogue_id"], item["quartile"], item["chosen"]["level"]) for item in items]
        status = "synthetic" if args.raters == "llm" else "built"
        built = shares(places, args.resamples, args.seed, status)
    else:
        metrics = (COUNT, WITHIN_QUARTILE, WITHIN_LEVEL)
        places = [(str(q), str(level)) for q in range(1, QUARTILES + 1) for level in LEVELS]
        built = {(*key, metric): Cell(None, status="needs_ratings") for key in places for metric in metrics}
    rows = tidy({}, built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.table, rows, [*KEYS, *COLUMNS])
    write_text(args.output, draw(rows, args.evidence))
    log.info("%d chosen utterances", len(items))


if __name__ == "__main__":
    main()
