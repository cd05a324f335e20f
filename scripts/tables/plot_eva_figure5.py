"""Figure 5 of paper B: which of two systems people prefer, by four criteria (section 6.3, appendix K; B-040).

The share of all judgements, in percent, in which the first system wins, ties or loses; intervals resample dialogues.
The paper prints one of these in its text, roughly. Without ratings the rows are `needs_ratings` and the figure says so;
those of stand-ins are `synthetic`.

python -m scripts -- tables.plot_eva_figure5 --ratings ratings.csv --criteria resources/taxonomy/comparison.yaml
--names "EVA Mistral" Mistral --raters human --ranked-by human --sheet sheet.csv --data-dir data --file
ratings/b_pairwise.csv --resamples 10000 --seed 42 --published resources/published/b_inline.csv --run paper --evidence
real --output figure5.svg --table figure5.csv
"""

import argparse
import logging
from collections.abc import Mapping, Sequence

from scripts.stats.clustered import Units, mean
from scripts.tables import svg
from scripts.tables.people import NEEDS, add_people_options, note_of, read_judged, status_of
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import write_csv, write_text
from scripts.text.studies import LOSE, TIE, WIN
from scripts.text.taxonomy import labels, load_taxonomy

log = logging.getLogger(__name__)

KEYS = ("criterion", "label")
METRIC = "percent"
ANSWERS = (WIN, TIE, LOSE)
PRINTED = ("Comfortness", WIN), ("human_eval", "comfort_win_percent")  # our row, its key in b_inline.csv
COLOURS = {WIN: "#3f7fae", TIE: "#d9d9d9", LOSE: "#e0a458"}
WIDTH, LEFT, TOP, ROW, BAR, SPAN, SIZE = 640.0, 150.0, 60.0, 44.0, 26.0, 460.0, 11.0  # pixels


def cells(rows: Sequence[Mapping[str, str]], criteria: Sequence[str], units: Units, status: str) -> dict[Key, Cell]:
    built = {}
    for criterion in criteria:
        own = [row for row in rows if row["criterion"] == criterion]
        for label in ANSWERS:
            value, interval = mean(units, [(row["dialogue_id"], 100.0 * (row["answer"] == label)) for row in own])
            built[criterion, label, METRIC] = Cell(value, len(own), "", interval, status)
    return built


def draw(rows: Sequence[dict], names: Sequence[str], evidence: str, note: str) -> str:
    """A bar a criterion, parted by answers."""
    criteria = list(dict.fromkeys(row["criterion"] for row in rows))
    parts = [svg.lines(20, 24, [f"{names[0]} beside {names[1]}, as people judge"], 14)]
    if evidence == "stand_in":
        parts.append(svg.lines(20, 42, [svg.NOTE], 10, fill=svg.ALERT))
    for place, criterion in enumerate(criteria):
        y, x = TOP + place * ROW, LEFT
        parts.append(svg.lines(LEFT - 10, y + BAR / 2 + 4, [criterion], SIZE, text_anchor="end"))
        for row in (row for row in rows if row["criterion"] == criterion and row["value"] is not None):
            wide = SPAN * row["value"] / 100
            parts.append(svg.box(x, y, wide, BAR, COLOURS[row["label"]], "#333"))
            if wide > 40:
                said = f"{row['value']:.1f} %"
                parts.append(svg.lines(x + wide / 2, y + BAR / 2 + 4, [said], SIZE, text_anchor="middle"))
            x += wide
    floor = TOP + len(criteria) * ROW
    for place, label in enumerate(ANSWERS):
        parts.append(svg.box(LEFT + place * 90, floor, 12, 12, COLOURS[label], "#333"))
        parts.append(svg.lines(LEFT + place * 90 + 18, floor + 10, [label], SIZE))
    told = svg.wrap(note.replace("`", ""), WIDTH - 40, 10)
    parts.append(svg.lines(20, floor + 34, told, 10, fill=svg.ALERT))
    return svg.page(WIDTH, floor + 44 + svg.height(told, 10), parts)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Which system people prefer (figure 5).", allow_abbrev=False)
    add_people_options(parser)
    parser.add_argument("--criteria", required=True, help="what pairs are compared by")
    parser.add_argument("--names", required=True, nargs=2, help="the systems; a win is the first one's")
    parser.add_argument("--published", required=True, help="numbers of the paper's text")
    parser.add_argument("--run", required=True, help="paper, demo or laptop")
    parser.add_argument("--evidence", required=True, choices=("real", "stand_in"))
    parser.add_argument("--output", required=True, help="figure, .svg")
    parser.add_argument("--table", required=True, help="the plotted numbers, .csv")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    ours, theirs = PRINTED
    published = {(*ours, METRIC): read_published(args.published, ("key",))[theirs]}
    criteria, rows = labels(load_taxonomy(args.criteria)), read_judged(args.ratings)
    if rows:
        units = Units([row["dialogue_id"] for row in rows], args.resamples, args.seed)
        built = cells(rows, criteria, units, status_of(args.raters, args.ranked_by))
    else:
        built = {(name, label, METRIC): Cell(None, status=NEEDS) for name in criteria for label in ANSWERS}
    order = {key: published.get(key, {"value": "", "marker": ""}) for key in built}
    found = tidy(order, built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.table, found, [*KEYS, *COLUMNS])
    note = note_of(args, bool(rows))
    write_text(args.output, draw(found, args.names, args.evidence, note))
    log.info("%d judgements", len(rows))


if __name__ == "__main__":
    main()
