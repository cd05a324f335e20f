"""Figure 1 of paper B: what a model answers before and after training, with levels (section 1; B-045).

Our own drawing: one test dialogue, at each supporter turn both systems' responses to the real turns before it, their
level of emotional validation and, boxed in another colour, those that suggest a solution (type SS). Of the dialogues in
which both systems answer at least `--least-turns` times the one with the fewest turns is shown, the first id of equals:
chosen without a look at what the systems say. Of a trained system the first seed speaks.

ESConv is CC BY-NC: figure and table name the help-seeker's turns (`<dialogue>:<turn>`), and their words stand only in
`--texts` (`turn, role, text`), which no report shows. Without rankings there are no levels. The table (`model, variant,
responder, dialogue, turn, level, type, text, status, evidence, run`) has a row a response; a system that is not there
has one that says why.

python -m scripts -- tables.plot_eva_figure1 --number 1 --rows '[{"model": "Mistral", "variant": "vanilla",
"responders": ["mistral"], "aligned": false, "missing": ""}, …]' --responses
results/eva/responses/esconv/{mistral,…}.jsonl --levels results/scoring/esconv/{mistral,…}/levels.jsonl --types
resources/taxonomy/response_types.csv --least-turns 4 --raters human --run paper --evidence real --output
results/eva/figure1.svg --table results/eva/figure1.csv --texts results/eva/figure1_texts.csv
"""

import argparse
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scripts.provenance.errors import Problem
from scripts.stats.response_types import patterns, response_type
from scripts.tables import svg
from scripts.tables.eva_rows import WHY_EMPTY, Row, dealt, figure_parser, heading, status_of
from scripts.tables.plot_eva_figure4 import COLOURS
from scripts.text.files import read_csv, read_jsonl, write_csv, write_text

log = logging.getLogger(__name__)

COLUMNS = ["model", "variant", "responder", "dialogue", "turn", "level", "type", "text", "status", "evidence", "run"]
TEXTS = ["turn", "role", "text"]
SUGGESTION = "SS"
WIDTH, GAP, MARGIN, SIZE, SMALL = 430.0, 30.0, 20.0, 12.0, 10.0  # pixels
PLAIN, BOXED, STROKE = "#f1f3f5", "#f6d9a8", "#495057"


@dataclass(frozen=True)
class Side:
    """A system: its first seed's responses by dialogue and turn, and their levels by id; none where it is not there."""

    row: Row
    responses: Mapping[str, Mapping[int, dict]]
    levels: Mapping[str, int | None]


def read_side(row: Row, responses: Sequence[str], levels: Sequence[str]) -> Side:
    if row.missing:
        return Side(row, {}, {})
    found: dict[str, dict[int, dict]] = {}
    for one in read_jsonl(responses[0]):
        found.setdefault(one["dialogue_id"], {})[one["turn"]] = one
    return Side(row, found, {one["id"]: one["level"] for path in levels[:1] for one in read_jsonl(path)})


def choose(sides: Sequence[Side], least: int) -> str:
    """The dialogue that is shown; a Problem when none is long enough."""
    there = [side.responses for side in sides if not side.row.missing]
    shared = [name for name in there[0] if all(name in own for own in there)]
    long = [name for name in shared if len(there[0][name]) >= least]
    if not long:
        raise Problem(f"No dialogue has {least} responses of every system of figure 1. Give a larger test set.")
    return min(long, key=lambda name: (len(there[0][name]), name))


def rows_of(side: Side, dialogue: str, kinds: Mapping[str, Sequence[str]], args: argparse.Namespace) -> list[dict]:
    """A row a response, or one that says why there is none."""
    own = {"model": side.row.model, "variant": side.row.variant, "status": status_of(side.row, args.raters)}
    own |= {"evidence": args.evidence, "run": args.run, "dialogue": dialogue}
    if side.row.missing:
        return [own]
    compiled, found = patterns(kinds), []
    for turn, one in sorted(side.responses[dialogue].items()):
        said = {"level": side.levels.get(one["id"]), "type": response_type(one["response"], compiled)}
        said |= {"responder": side.row.responders[0], "turn": turn, "text": one["response"]}
        found.append(own | said)
    return found


def draw(sides: Sequence[Side], rows: Sequence[Sequence[dict]], dialogue: str, raters: str, evidence: str) -> str:
    """Both systems beside each other, turn by turn."""
    parts = [svg.lines(MARGIN, 30, [f"Responses in one dialogue, with levels ({dialogue})"], 13, font_weight="bold")]
    if evidence == "stand_in":
        parts.append(svg.lines(MARGIN, 46, [svg.NOTE], SMALL, fill=svg.ALERT))
    for place, side in enumerate(sides):
        parts.append(svg.lines(_left(place), 68, [heading(side.row, raters)], SIZE, font_weight="bold"))
        if side.row.missing:
            parts.append(svg.lines(_left(place), 96, [WHY_EMPTY[side.row.missing]], SIZE, fill=svg.ALERT))
    y = 88.0
    for turn in sorted({row["turn"] for own in rows for row in own if "turn" in row}):
        parts.append(svg.lines(MARGIN, y, [f"help-seeker, up to {dialogue}:{turn - 1}"], SMALL, fill=STROKE))
        boxes = [
            box(_left(place), y + 6, row) for place, own in enumerate(rows) for row in own if row.get("turn") == turn
        ]
        parts += [part for drawn, _ in boxes for part in drawn]
        y = max(below for _, below in boxes) + SIZE + 8
    parts += [svg.box(MARGIN, y, 12, 12, BOXED, STROKE), svg.lines(MARGIN + 18, y + 10, ["suggests a solution"], SMALL)]
    return svg.page(2 * (MARGIN + WIDTH) + GAP, y + 12 + MARGIN, parts)


def _left(place: int) -> float:
    return MARGIN + place * (WIDTH + GAP)


def box(x: float, y: float, row: dict) -> tuple[list[str], float]:
    """A response with its level at the right, and where it ends."""
    texts = svg.wrap(row["text"], WIDTH - 90, SIZE) or ["(no words)"]
    tall = svg.height(texts, SIZE) + 12
    fill = BOXED if row["type"] == SUGGESTION else PLAIN
    parts = [svg.box(x, y, WIDTH - 70, tall, fill, STROKE), svg.lines(x + 8, y + SIZE + 5, texts, SIZE)]
    if row["level"]:
        parts.append(svg.box(x + WIDTH - 62, y, 8, tall, COLOURS[row["level"]], STROKE))
        parts.append(svg.lines(x + WIDTH - 50, y + SIZE + 2, [f"LEVEL {row['level']}"], SMALL))
    return parts, y + tall


def texts_of(sides: Sequence[Side], dialogue: str) -> list[dict]:
    """The real turns before the last response, in order."""
    (history, *_) = [side.responses[dialogue] for side in sides if not side.row.missing]
    last = history[max(history)]
    return [
        {"turn": f"{dialogue}:{place}", "role": turn["role"], "text": turn["text"]}
        for place, turn in enumerate(last["history"])
    ]


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = figure_parser("Responses in one dialogue (paper B, figure 1).")
    parser.add_argument("--responses", required=True, nargs="*", help="of each responder, JSONL")
    parser.add_argument("--levels", required=True, nargs="*", help="of each responder, JSONL; none without rankings")
    parser.add_argument("--types", required=True, help="CSV type, type_name, phrase")
    parser.add_argument("--least-turns", required=True, type=int, help="responses in the dialogue, at least")
    parser.add_argument("--texts", required=True, help="the real turns' words, .csv")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    levels = [files for _, files in dealt(args.rows, "levels", args.levels)] if args.levels else [[]] * len(args.rows)
    said = dealt(args.rows, "responses", args.responses)
    sides = [read_side(row, responses, own) for (row, responses), own in zip(said, levels, strict=True)]
    kinds: dict[str, list[str]] = {}
    for one in read_csv(args.types):
        kinds.setdefault(one["type"], []).append(one["phrase"])
    there = any(not side.row.missing for side in sides)
    dialogue = choose(sides, args.least_turns) if there else ""
    rows = [rows_of(side, dialogue, kinds, args) for side in sides]
    write_csv(args.table, [row for own in rows for row in own], COLUMNS)
    write_csv(args.texts, texts_of(sides, dialogue) if there else [], TEXTS)
    write_text(args.output, draw(sides, rows, dialogue, args.raters, args.evidence))
    log.info("dialogue %s, responses %s", dialogue, [len(own) for own in rows])


if __name__ == "__main__":
    main()
