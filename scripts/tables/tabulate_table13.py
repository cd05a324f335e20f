"""Table 13 of paper A: how experts' ratings follow the judges' (sections 6.2 and H; requirements A-077 and A-072).

Reads the sampled dialogues (the key of the exported sheet), the judges' ratings of all systems and, where it is there,
the experts' file. A row a criterion: Spearman with the experts' mean, with each of them, and between the first two. Who
rates only some dialogues is compared on those. Without the file every row is `needs_ratings`; ratings of stand-ins make
the rows `synthetic`. Markers: p < 0.05 and p < 0.1. Intervals resample dialogues.

python -m scripts tables.tabulate_table13 --sample results/judging/experts/sample.jsonl --systems '["gpt", …]' --skills
results/judging/skills/{gpt,…}.jsonl --value-ratings results/judging/rated_values/{gpt,…}.jsonl --criteria
resources/taxonomy/criteria.yaml --raters file --people 2 --ratings a_experts.csv --data-dir resources/external
--resamples 10000 --seed 42 --published resources/published/a_table13.csv --run paper --evidence real
--output table13.csv --text table13.md
"""

import argparse
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean

from scripts.provenance.errors import Problem
from scripts.stats.clustered import Units, rank_correlation
from scripts.stats.correlation import spearman
from scripts.stats.significance import marker
from scripts.tables.markdown import banner, grid, number, with_sign
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import read_jsonl, write_csv, write_text
from scripts.text.ratings import VALUE_CRITERIA, Ratings, criteria_of, read_ratings
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)

KEYS = ("group", "criterion")
FILE = "ratings/a_experts.csv"  # below data_dir
Scores = dict[tuple[str, str], float]  # (dialogue, criterion) -> score


def group_of(criterion: str) -> str:
    return "ES-Value" if criterion in VALUE_CRITERIA else "ES-Skills"


def judged(sample: Sequence[dict], files: Mapping[str, tuple[str, str]], criteria: Mapping[str, str]) -> Scores:
    """The judges' scores of the sampled dialogues; what a judge could not rate is left out."""
    found: Scores = {}
    for system, (skills, values) in files.items():
        rows: dict[str, dict] = {}
        for path in (skills, values):
            for row in read_jsonl(path):
                rows.setdefault(row["id"], {}).update(row)
        for row in sample:
            given = rows.get(row["persona_id"], {}) if row["system"] == system else {}
            found |= {(row["dialogue_id"], label): given[name] for label, name in criteria.items() if name in given}
    return found


def averaged(ratings: Ratings) -> Scores:
    """The mean of the raters, of those who rated."""
    every = {key for own in ratings.values() for key in own}
    return {key: fmean(own[key] for own in ratings.values() if key in own) for key in every}


def correlation(criterion: str, one: Mapping, other: Mapping, units: Units, status: str) -> Cell:
    """The cell of two raters of one criterion."""
    both = sorted(name for name, what in one.keys() & other.keys() if what == criterion)
    rows = [(name, one[name, criterion], other[name, criterion]) for name in both]
    value, interval = rank_correlation(units, rows)
    p = spearman([(a, b) for _, a, b in rows])[1]
    return Cell(value, len(rows), marker(p), interval, status)


def cells(judges: Scores, ratings: Ratings, criteria: Sequence[str], units: Units, status: str) -> dict[Key, Cell]:
    mean, raters = averaged(ratings), list(ratings)
    built: dict[Key, Cell] = {}
    for criterion in criteria:
        own = group_of(criterion), criterion
        built[*own, "spearman"] = correlation(criterion, judges, mean, units, status)
        for name in raters:
            built[*own, f"spearman_{name}"] = correlation(criterion, judges, ratings[name], units, status)
        if len(raters) > 1:
            between = correlation(criterion, ratings[raters[0]], ratings[raters[1]], units, status)
            built[*own, "between_raters"] = between
    return built


def missing(ratings: Ratings, people: int, each: int, path: str) -> int:
    """How many of the raters' scores (`each` of them `each`) are not there; more raters than people are a Problem."""
    if len(ratings) > people:
        raise Problem(
            f"{path} names {len(ratings)} raters ({', '.join(ratings)}) and measures.experts.people is {people}."
            " Write each person's name in one way, or set people."
        )
    return people * each - sum(map(len, ratings.values()))


def render(rows: Sequence[dict], evidence: str, raters: str, data_dir: str, gaps: int) -> str:
    note = f"{gaps} ratings are not there; means are over those that are.\n\n" if gaps else ""
    if all(row["status"] == "needs_ratings" for row in rows):
        note = (
            f"No ratings yet: fill in the exported sheet (judging/experts/) and save it as {Path(data_dir, FILE)}.\n\n"
        )
    elif raters == "llm":
        note += "A language model stands in for the experts: these numbers are synthetic.\n\n"
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    own = {(row["criterion"], row["metric"]): row for row in rows}
    lines = []
    for criterion in dict.fromkeys(row["criterion"] for row in rows):
        line = [group_of(criterion), criterion]
        for metric in metrics:
            row = own[criterion, metric]
            line.append(with_sign(number(row["value"], 3), row["marker"]))
        printed = own[criterion, "spearman"]
        line += [str(printed["n"] or "-"), with_sign(printed["published"] or "-", printed["published_marker"] or "")]
        lines.append(line)
    head = ["Group", "Criterion", *(metric.replace("_", " ") for metric in metrics), "n", "published"]
    return f"# Table 13: experts and the judges\n\n{banner(evidence)}{note}{grid(head, lines, left=2)}"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Experts' ratings beside the judges' (paper A, table 13).")
    parser.add_argument("--sample", required=True, help="key of the sampled dialogues")
    parser.add_argument("--systems", required=True, type=json.loads, help="JSON list of ids")
    parser.add_argument("--skills", required=True, nargs="+", help="skill ratings of each system")
    parser.add_argument("--value-ratings", required=True, nargs="+", help="value ratings of each system")
    parser.add_argument("--criteria", required=True, help="taxonomy of the criteria")
    parser.add_argument("--raters", required=True, choices=("file", "llm"))
    parser.add_argument("--ratings", required=True, nargs="*", help="the raters' file, if it is there")
    parser.add_argument("--people", required=True, type=int, help="how many raters there are")
    parser.add_argument("--data-dir", required=True, help="where the experts' file belongs")
    parser.add_argument("--resamples", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    sample, criteria = read_jsonl(args.sample), criteria_of(load_taxonomy(args.criteria))
    published = read_published(args.published, KEYS)
    files = dict(zip(args.systems, zip(args.skills, args.value_ratings, strict=True), strict=True))
    names = [row["dialogue_id"] for row in sample]
    if args.ratings:
        ratings = read_ratings(args.ratings[0], set(names), criteria)
        gaps = missing(ratings, args.people, len(names) * len(criteria), args.ratings[0])
        status = "synthetic" if args.raters == "llm" else "built"
        units = Units(names, args.resamples, args.seed)
        built = cells(judged(sample, files, criteria), ratings, list(criteria), units, status)
    else:
        built, gaps = {key: Cell(None, status="needs_ratings") for key in published}, 0
    rows = tidy(published, built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_text(args.text, render(rows, args.evidence, args.raters, args.data_dir, gaps))
    log.info("%d dialogues, %d criteria, ratings: %s", len(sample), len(criteria), args.ratings or "none")
    if gaps:
        log.warning("%d ratings are missing", gaps)


if __name__ == "__main__":
    main()
