"""What tables of people's judgements share: their ratings, by whom, and what is said of these (paper B)."""

import argparse
from collections.abc import Mapping, Sequence

from scripts.text.files import read_csv

NEEDS = "needs_ratings"


def read_judged(paths: Sequence[str]) -> list[dict[str, str]]:
    """Ratings as scoring.import_ratings writes them; none while nobody has rated, or could."""
    return [row for path in paths for row in read_csv(path)]


def status_of(raters: str, ranked_by: str = "none") -> str:
    """`synthetic` where a model rated, or ranked what the judged systems learnt from."""
    return "synthetic" if "llm" in (raters, ranked_by) else "built"


def note_of(args: argparse.Namespace, rated: bool) -> str:
    """What is to be known of who rated."""
    if not args.ratings:
        return (
            "No ratings yet, and nobody can rate yet: a judged system learns from rankings, which nobody has given. "
            f"Rank first on the exported pages (`{args.sheet}`), as docs/rating.md says; the sheet comes after.\n\n"
        )
    if args.raters == "llm":
        return "A language model stands in for the raters: these numbers are `synthetic`.\n\n"
    if rated and args.ranked_by == "llm":
        return "The judged system learnt from a language model's rankings: these numbers are `synthetic`.\n\n"
    place = f"`{args.data_dir}/{args.file}`"
    return "" if rated else f"No ratings yet: fill in the exported sheet (`{args.sheet}`) and save it as {place}.\n\n"


def answers_by_item(rows: Sequence[Mapping[str, str]]) -> list[list[str]]:
    """The answers of each item (and criterion), whoever gave them: what agreement is about."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row["item_id"], row["criterion"]), []).append(row["answer"])
    return list(found.values())


def add_people_options(parser: argparse.ArgumentParser) -> None:
    """Options of a table of people's judgements."""
    parser.add_argument("--ratings", required=True, nargs="*", help="as scoring.import_ratings writes them, if there")
    parser.add_argument("--raters", required=True, choices=("human", "llm"))
    parser.add_argument("--ranked-by", required=True, choices=("human", "llm", "none"), help="who taught the systems")
    parser.add_argument("--sheet", required=True, help="the exported sheet, or the pages to rank on first")
    parser.add_argument("--data-dir", required=True, help="of the user's own files")
    parser.add_argument("--file", required=True, help="below it, where people's ratings belong")
    parser.add_argument("--resamples", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
