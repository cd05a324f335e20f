"""Figure 3 of paper A: the framework, drawn from the rules of this workflow (requirement A-082).

Reads the rule graph of the whole build at paper scale (`rule, jobs, follows`, a row for each rule that a rule follows;
made by scripts.provenance.targets). Stages stand below one another in the order of the data's flow, a box a rule, a
curve from each rule to those that read what it makes; dashed ones lead back, to an earlier stage or box (a trained
supporter speaks in the next dialogues). The audit, which reads everything, is left out. The table has a row a curve:
`from_stage, from_rule, from_jobs, to_stage, to_rule, to_jobs`.

python -m scripts tables.plot_figure3 --graph resources/rule_graph.csv --output results/figure3.svg
--table results/figure3.csv
"""

import argparse
from collections.abc import Mapping, Sequence

from scripts.provenance.errors import Problem
from scripts.tables import svg
from scripts.text.files import read_csv, write_csv, write_text

COLUMNS = ["from_stage", "from_rule", "from_jobs", "to_stage", "to_rule", "to_jobs"]
STAGES = (  # as data flows, with a colour each
    ("corpora", "#6c757d"),
    ("models", "#495057"),
    ("reddit", "#b08968"),
    ("labels", "#84a98c"),
    ("detector", "#e9a03b"),
    ("reference", "#d62828"),
    ("personas", "#9d4edd"),
    ("dialogues", "#2a6f97"),
    ("supporter", "#f28482"),
    ("judging", "#354f52"),
    ("tables", "#1b4332"),
)
LEFT_OUT = "audit"
COLOURS = dict(STAGES)
SIZE, ROOM, WIDTH, LEFT = 10.0, 26.0, 1180.0, 90.0  # pixels: letters, height of a line of boxes, page, first box
TALL, PULL = 18.0, 25.0  # pixels: height of a box, how far a curve leaves it straight
Place = tuple[float, float, float]  # left, top, width


def read_graph(path: str) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Jobs by rule, in the order of the file, and (earlier rule, later rule); an unknown stage is a Problem."""
    rows = [row for row in read_csv(path) if not row["rule"].startswith(f"{LEFT_OUT}.")]
    jobs = {row["rule"]: int(row["jobs"]) for row in rows}
    seen = (row for row in rows if row["follows"] and not row["follows"].startswith(f"{LEFT_OUT}."))
    edges = [(row["follows"], row["rule"]) for row in seen]
    names = [*jobs, *(name for name, _ in edges)]
    if strange := [name for name in names if name.partition(".")[0] not in COLOURS or name not in jobs]:
        raise Problem(
            f"{path}: rule {strange[0]} has no stage or no row. Make the file anew: scripts.provenance.targets."
        )
    return jobs, edges


def places(jobs: Mapping[str, int]) -> tuple[dict[str, Place], dict[str, float], float]:
    """Where each rule's box stands, where each stage begins, and where the last one ends."""
    boxes: dict[str, Place] = {}
    tops: dict[str, float] = {}
    y = 50.0
    for stage, _ in STAGES:
        own = [name for name in jobs if name.partition(".")[0] == stage]
        if not own:
            continue
        tops[stage], x = y, LEFT
        for name in own:
            width = len(caption(name, jobs)) * SIZE * svg.GLYPH + 14
            if x + width > WIDTH - 10:
                x, y = LEFT, y + ROOM
            boxes[name] = (x, y, width)
            x += width + 8
        y += ROOM + 22
    return boxes, tops, y


def caption(name: str, jobs: Mapping[str, int]) -> str:
    count = jobs[name]
    return name.partition(".")[2].replace("_", " ") + (f" × {count}" if count > 1 else "")


def curve(start: Place, end: Place, colour: str) -> str:
    """From one box to the other: down from foot to head, along a row from side to side, else dashed, back up."""
    (x1, y1, width), (x2, y2, other) = start, end
    back = ""
    if y2 > y1:
        x1, y1, x2 = x1 + width / 2, y1 + TALL, x2 + other / 2
        bend = f"{x1:g},{y1 + PULL:g} {x2:g},{y2 - PULL:g}"
    elif y2 == y1 and x2 > x1:
        x1, y1, y2 = x1 + width, y1 + TALL / 2, y2 + TALL / 2
        low = y1 + min(PULL, (x2 - x1) / 8)
        bend = f"{x1 + 6:g},{low:g} {x2 - 6:g},{low:g}"
    else:
        x1, x2, y2, back = x1 + width / 2, x2 + other / 2, y2 + TALL, ' stroke-dasharray="4 3"'
        bend = f"{x1:g},{y1 - PULL:g} {x2:g},{y2 + PULL:g}"
    path = f"M{x1:g},{y1:g} C{bend} {x2:g},{y2:g}"
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-opacity="0.5"{back}/>\n'


def draw(jobs: Mapping[str, int], edges: Sequence[tuple[str, str]]) -> str:
    boxes, tops, end = places(jobs)
    size = f"{len(jobs)} rules, {sum(jobs.values())} jobs at paper scale"
    title = f"The pipeline by its rules: {size}; dashed: back to an earlier one"
    parts = [svg.lines(10, 25, [title], 13, font_weight="bold")]
    parts += [curve(boxes[start], boxes[stop], COLOURS[start.partition(".")[0]]) for start, stop in edges]
    for stage, top in tops.items():
        parts.append(svg.lines(10, top + 13, [stage], 12, font_weight="bold", fill=COLOURS[stage]))
    for name, (x, y, width) in boxes.items():
        parts.append(svg.box(x, y, width, TALL, "white", COLOURS[name.partition(".")[0]]))
        parts.append(svg.lines(x + 7, y + 13, [caption(name, jobs)], SIZE))
    return svg.page(WIDTH, end, parts)


def table(jobs: Mapping[str, int], edges: Sequence[tuple[str, str]]) -> list[dict]:
    found = []
    for edge in edges:
        row = {}
        for side, name in zip(("from", "to"), edge, strict=True):
            stage, _, rule = name.partition(".")
            row |= {f"{side}_stage": stage, f"{side}_rule": rule, f"{side}_jobs": jobs[name]}
        found.append(row)
    return found


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The framework by its rules (paper A, figure 3).", allow_abbrev=False)
    parser.add_argument("--graph", required=True, help="the rule graph, .csv")
    parser.add_argument("--output", required=True, help="figure, .svg")
    parser.add_argument("--table", required=True, help="its curves, .csv")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    jobs, edges = read_graph(args.graph)
    write_csv(args.table, table(jobs, edges), COLUMNS)
    write_text(args.output, draw(jobs, edges))


if __name__ == "__main__":
    main()
