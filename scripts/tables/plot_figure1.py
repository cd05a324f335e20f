"""Figure 1 of paper A: what target values and a reference change (section 1; requirement A-082).

Our own drawing of two simulated dialogues beside each other: one persona, a supporter without a reference and one with
target values and a reference. Of the personas whose dialogues both ended by themselves (not cut off, not failed) the
one is shown whose two dialogues have the fewest turns, the first id of equals. The table (`side, system, persona, turn,
role, strategy, target_values, use_reference, text, evidence, run`) has the same turns; references are left out, for
their generator learnt from Reddit.

python -m scripts tables.plot_figure1 --without results/dialogues/esconv/test.jsonl --with
results/dialogues/ours_dpo/test.jsonl --personas results/personas/test.jsonl --run demo --evidence stand_in
--output results/figure1.svg --table results/figure1.csv
"""

import argparse
from collections.abc import Sequence

from scripts.provenance.errors import Problem
from scripts.tables import svg
from scripts.text.files import read_jsonl, write_csv, write_text

COLUMNS = [
    *("side", "system", "persona", "turn", "role", "strategy", "target_values", "use_reference", "text"),
    *("evidence", "run"),
]
TITLES = {"without": "Without target values and reference", "with": "With target values and reference"}
ENDED = ("end_token", "gratitude")
WIDTH, GAP, MARGIN, SIZE, SMALL = 430.0, 30.0, 20.0, 12.0, 10.0  # pixels
FILLS = {"seeker": "#f1f3f5", "supporter": "#d8e8f3"}
STROKES = {"seeker": "#adb5bd", "supporter": "#2a6f97"}


def choose(without: Sequence[dict], with_reference: Sequence[dict]) -> tuple[dict, dict]:
    """The pair of one persona that is shown; a Problem when no persona ended by itself in both systems."""
    ended = {row["persona_id"]: row for row in without if row["end_reason"] in ENDED}
    pairs = [
        (ended[row["persona_id"]], row)
        for row in with_reference
        if row["end_reason"] in ENDED and row["persona_id"] in ended
    ]
    if not pairs:
        raise Problem("No persona's dialogue ended by itself in both systems of figure 1. Simulate more personas.")
    return min(pairs, key=lambda pair: (len(pair[0]["turns"]) + len(pair[1]["turns"]), pair[0]["persona_id"]))


def rows_of(side: str, dialogue: dict, evidence: str, run: str) -> list[dict]:
    """A row a turn; empty cells where a turn has no such field."""
    return [
        {
            "side": side,
            "system": dialogue["system"],
            "persona": dialogue["persona_id"],
            "turn": turn["index"],
            "role": turn["role"],
            "strategy": turn.get("strategy"),
            "target_values": "; ".join(turn.get("target_values") or []),
            "use_reference": {True: "yes", False: "no"}.get(turn.get("use_reference")),
            "text": turn["text"],
            "evidence": evidence,
            "run": run,
        }
        for turn in dialogue["turns"]
    ]


def remark(row: dict) -> str:
    """What stood behind a supporter's turn, in small letters below it."""
    used = {"yes": "reference used", "no": "reference left aside"}.get(row["use_reference"])
    return " · ".join(filter(None, [row["target_values"], row["strategy"], used]))


def column(x: float, y: float, rows: Sequence[dict]) -> tuple[list[str], float]:
    """The boxes of a dialogue from `y` down, and where they end."""
    parts = []
    for row in rows:
        inset = 0.0 if row["role"] == "seeker" else 30.0
        texts = svg.wrap(row["text"], WIDTH - 50, SIZE)
        notes = svg.wrap(remark(row), WIDTH - 50, SMALL)
        tall = svg.height(texts, SIZE) + svg.height(notes, SMALL) + SMALL * svg.LEADING + 8
        parts.append(svg.box(x + inset, y, WIDTH - 30, tall, FILLS[row["role"]], STROKES[row["role"]]))
        parts.append(svg.lines(x + inset + 8, y + SMALL + 3, [row["role"]], SMALL, fill="#495057"))
        first = y + SMALL * svg.LEADING + SIZE + 3
        parts.append(svg.lines(x + inset + 8, first, texts, SIZE))
        below = first + svg.height(texts, SIZE)
        parts.append(svg.lines(x + inset + 8, below, notes, SMALL, fill="#495057", font_style="italic"))
        y += tall + 8
    return parts, y


def draw(rows: Sequence[dict], persona: dict) -> str:
    """The SVG; `persona` has category, emotion, age_range, gender and occupation."""
    words = ", ".join(str(persona[name]) for name in ("category", "emotion", "age_range", "gender", "occupation"))
    parts = [svg.lines(MARGIN, 30, [f"One seeker, two supporters: {words}"], 13, font_weight="bold")]
    top = 55.0
    if rows[0]["evidence"] == "stand_in":
        parts.append(svg.lines(MARGIN, 50, [svg.NOTE], SMALL, fill=svg.ALERT))
        top = 75.0
    end = top
    for place, (side, title) in enumerate(TITLES.items()):
        own = [row for row in rows if row["side"] == side]
        x = MARGIN + place * (WIDTH + GAP)
        parts.append(svg.lines(x, top, [f"{title} ({own[0]['system']})"], SIZE, font_weight="bold"))
        boxes, below = column(x, top + 12, own)
        parts += boxes
        end = max(end, below)
    return svg.page(2 * (MARGIN + WIDTH) + GAP, end + MARGIN, parts)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A simulated pair of dialogues (paper A, figure 1).")
    parser.add_argument("--without", required=True, help="dialogues of a system without reference")
    parser.add_argument("--with", required=True, dest="with_values", help="dialogues of one with values and reference")
    parser.add_argument("--personas", required=True, help="their personas")
    parser.add_argument("--run", required=True, help="paper, demo or laptop")
    parser.add_argument("--evidence", required=True, choices=("real", "stand_in"))
    parser.add_argument("--output", required=True, help="figure, .svg")
    parser.add_argument("--table", required=True, help="its turns, .csv")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    pair = choose(read_jsonl(args.without), read_jsonl(args.with_values))
    personas = {row["id"]: row for row in read_jsonl(args.personas)}
    rows = [row for side, one in zip(TITLES, pair, strict=True) for row in rows_of(side, one, args.evidence, args.run)]
    write_csv(args.table, rows, COLUMNS)
    write_text(args.output, draw(rows, personas[pair[0]["persona_id"]]))


if __name__ == "__main__":
    main()
