"""Table 9 of paper B: whether automatic scores of a dialogue follow people's (appendix H; requirement B-025).

Spearman's rho, over dialogues, of the mean rating with EVAEval's average (Eq. 1 of the dialogue alone; lower is better,
so rho should be negative) and with the mean degree of EPITOME's three mechanisms (higher is better, yet the paper
prints negative numbers and compares sizes, I-B10): signed, and its absolute value. Markers: p < 0.05 and p < 0.1.
Intervals resample dialogues. Without ratings the rows are `needs_ratings`, as is EVAEval's while the level classifier
has nothing to learn from; those of stand-ins are `synthetic`, as is EVAEval's where it learnt from the writer's levels.

python -m scripts -- tables.tabulate_eva_table9 --evaeval evaeval.csv --empathy empathy.parquet --ratings ratings.csv
--raters human --ranked-by human --sheet sheet.csv --data-dir resources/external --file ratings/b_validity47.csv
--resamples 1000 --seed 1 --published resources/published/b_table09.csv --run paper --evidence real --output table9.csv
--text table9.md
"""

import argparse
import logging
from collections.abc import Mapping, Sequence
from statistics import fmean

from scripts.stats.clustered import Units, rank_correlation
from scripts.stats.correlation import spearman
from scripts.stats.significance import marker
from scripts.tables.markdown import banner, grid, number, with_sign
from scripts.tables.options import table_parser
from scripts.tables.people import NEEDS, add_people_options, note_of, read_judged, status_of
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import read_csv, write_csv, write_text

log = logging.getLogger(__name__)

KEYS = ("metric_name",)
SIGNED, SIZE = "spearman_vs_human", "absolute_spearman_vs_human"
EVAEVAL = "EVAEval (Avg.)"
MECHANISMS = {"epitome_ip": "EPITOME-IP", "epitome_ex": "EPITOME-EX", "epitome_er": "EPITOME-ER"}
Scores = dict[str, float]  # by dialogue


def evaeval_of(rows: Sequence[Mapping[str, str]]) -> Scores:
    """EVAEval's average of each dialogue alone."""
    return {
        row["dialogue_id"]: float(row["value"])
        for row in rows
        if row["dialogue_id"] and (row["variant"], row["metric"]) == ("mean", "evaeval_avg") and row["value"]
    }


def empathy_of(path: str) -> dict[str, Scores]:
    """The mean degree of each dialogue's turns, by mechanism as printed."""
    import pyarrow.parquet

    turns: dict[str, dict[str, list[float]]] = {name: {} for name in MECHANISMS.values()}
    for row in pyarrow.parquet.read_table(path).to_pylist():
        turns[MECHANISMS[row["metric"]]].setdefault(row["dialogue_id"], []).append(row["value"])
    return {name: {dialogue: fmean(values) for dialogue, values in own.items()} for name, own in turns.items()}


def human_of(rows: Sequence[Mapping[str, str]]) -> Scores:
    """The mean of each dialogue's raters."""
    given: dict[str, list[float]] = {}
    for row in rows:
        given.setdefault(row["dialogue_id"], []).append(float(row["answer"]))
    return {dialogue: fmean(scores) for dialogue, scores in given.items()}


def cells(scores: Mapping[str, Scores], human: Scores, units: Units, statuses: Mapping[str, str]) -> dict[Key, Cell]:
    """Both numbers of each metric; a metric without scores has its status alone."""
    built = {}
    for name, status in statuses.items():
        if name not in scores:
            built |= {(name, metric): Cell(None, status=status) for metric in (SIGNED, SIZE)}
            continue
        own = scores[name]
        pairs = [(dialogue, own[dialogue], human[dialogue]) for dialogue in sorted(own.keys() & human.keys())]
        value, interval = rank_correlation(units, pairs)
        sign = marker(spearman([(a, b) for _, a, b in pairs])[1])
        built[name, SIGNED] = Cell(value, len(pairs), sign, interval, status)
        built[name, SIZE] = Cell(None if value is None else abs(value), len(pairs), sign, status=status)
    return built


def render(rows: Sequence[dict], evidence: str, note: str) -> str:
    found = {(row["metric_name"], row["metric"]): row for row in rows}
    lines = []
    for name in dict.fromkeys(row["metric_name"] for row in rows):
        signed, size = found[name, SIGNED], found[name, SIZE]
        built = [with_sign(number(row["value"], 3), row["marker"]) for row in (signed, size)]
        lines.append([name, *built, str(signed["n"] or "-"), signed["published"]])
    table = grid(["Metric", "rho", "absolute rho", "dialogues", "published rho"], lines)
    said = "EVAEval is the better the lower, the others the higher.\n"
    return f"# Table 9 of paper B: automatic scores and people's\n\n{banner(evidence)}{note}{table}\n{said}"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Automatic scores beside people's (paper B, table 9).")
    add_people_options(parser)
    parser.add_argument("--evaeval", required=True, nargs="*", help="of the judged system, .csv, if it is there")
    parser.add_argument("--empathy", required=True, nargs="*", help="of the judged system, .parquet, if it is there")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    published, rows = read_published(args.published, KEYS), read_judged(args.ratings)
    if rows:
        human = human_of(rows)
        units = Units(sorted(human), args.resamples, args.seed)
        status = status_of(args.raters, args.ranked_by)
        scores, statuses = empathy_of(*args.empathy), {EVAEVAL: NEEDS} | dict.fromkeys(MECHANISMS.values(), status)
        for path in args.evaeval:
            lines = read_csv(path)
            scores[EVAEVAL] = evaeval_of(lines)
            statuses[EVAEVAL] = "synthetic" if any(line["labels"] == "synthetic" for line in lines) else status
        built = cells(scores, human, units, statuses)
    else:
        built = {(name, metric): Cell(None, status=NEEDS) for name, _ in published for metric in (SIGNED, SIZE)}
    found = tidy(published, built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, found, [*KEYS, *COLUMNS])
    write_text(args.text, render(found, args.evidence, note_of(args, bool(rows))))
    log.info("%d ratings", len(rows))


if __name__ == "__main__":
    main()
