"""Table 14 of paper B: a response that wins in emotional validation and loses in fluency (Limitations; B-045).

Reads the pairs that people judged and their ratings (stage scoring): of two systems' responses at one turn, each answer
is the first system's win, tie or loss. A pair's margin by a criterion is the share of wins less that of losses. Of the
pairs that the first system loses in fluency the one with the greatest margin in emotional validation is shown (the
first id of equals); where there is none, of all pairs, and the labels say how it is. Pairs of equal words are left out.
Labels stand beside the printed ones of the paper's own example, `words` counts each response's. Without ratings the
rows are `needs_ratings`; those of stand-ins, and of systems that learnt from stand-ins' rankings, are `synthetic`.

ESConv is CC BY-NC: table and page name the turn (`<dialogue>:<turn>`), and the words before it stand only in `--texts`
(`turn, role, text`), which no report shows.

python -m scripts -- tables.tabulate_eva_table14 --systems mistral_eva mistral --names EVA_Mistral Mistral --key
key.jsonl --ratings ratings.csv --raters human --ranked-by human --published resources/published/b_table14_labels.csv
--run paper --evidence real --output results/eva/table14.csv --text results/eva/table14.md
--texts results/eva/table14_texts.csv
"""

import argparse
import logging
from collections.abc import Mapping, Sequence

from scripts.tables.labels import AGREES, published_labels, with_agreement
from scripts.tables.markdown import banner, grid, number
from scripts.tables.options import table_parser
from scripts.tables.people import status_of
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, tidy
from scripts.text.files import read_csv, read_jsonl, write_csv, write_text

log = logging.getLogger(__name__)

KEYS = ("model",)
VALIDATION, FLUENCY = "Emotional Validation", "Fluency"
LABELS = {VALIDATION: "relative_emotional_validation", FLUENCY: "relative_fluency"}
SIGNS = {"win": 1, "tie": 0, "lose": -1}
TEXTS = ["turn", "role", "text"]
Margins = dict[str, dict[str, tuple[float, int]]]  # by item and criterion: wins less losses, number of answers


def margins(ratings: Sequence[Mapping[str, str]]) -> Margins:
    """The first system's margin by item and criterion, of the items that were judged by both criteria."""
    answers: dict[str, dict[str, list[int]]] = {}
    for row in ratings:
        if row["criterion"] in LABELS:
            answers.setdefault(row["item_id"], {}).setdefault(row["criterion"], []).append(SIGNS[row["answer"]])
    return {
        item: {name: (sum(own) / len(own), len(own)) for name, own in found.items()}
        for item, found in answers.items()
        if found.keys() == LABELS.keys()
    }


def choose(found: Margins) -> str | None:
    """The item that is shown, None where nothing was judged."""
    losing = {item for item, own in found.items() if own[FLUENCY][0] < 0}
    return min(losing or found, key=lambda item: (-found[item][VALIDATION][0], item), default=None)


def relation(margin: float) -> str:
    return "higher" if margin > 0 else "lower" if margin < 0 else "equal"


def cells(
    item: Mapping, own: Mapping[str, tuple[float, int]], systems: Sequence[str], names: Sequence[str], status: str
) -> dict[Key, Cell]:
    """Both systems' rows; the second one's margins are the first one's, turned."""
    said = dict(zip(item["systems"], item["responses"], strict=True))
    built: dict[Key, Cell] = {}
    for sign, system, name in zip((1, -1), systems, names, strict=True):
        for criterion, label in LABELS.items():
            margin, n = own[criterion]
            built[name, label] = Cell(relation(sign * margin), n, status=status)
            built[name, f"margin_{label.removeprefix('relative_')}"] = Cell(sign * margin, n, status=status)
        built[name, "words"] = Cell(len(said[system].split()), status=status)
        built[name, "utterance"] = Cell(f"{item['dialogue_id']}:{item['turn']}", status=status)
        built[name, "response"] = Cell(said[system], status=status)
    return built


def render(rows: Sequence[dict], evidence: str, note: str) -> str:
    """A row a system, the printed labels beside ours."""
    found: dict[str, dict[str, dict]] = {}
    for row in rows:
        found.setdefault(row["model"], {})[row["metric"]] = row
    lines = []
    for model, own in found.items():
        labels = [cell for name in LABELS.values() for cell in (own[name]["value"] or "-", own[name]["published"])]
        words, response = (own[name]["value"] if name in own else None for name in ("words", "response"))
        lines.append([model, (response or "-").replace("|", "\\|").replace("\n", " "), number(words, 0), *labels])
    head = ["Model", "Response", "Words", "Emotional validation", "published", "Fluency", "published"]
    title = "# Table 14 of paper B: emotional validation and fluency"
    return f"{title}\n\n{banner(evidence)}{note}{grid(head, lines, left=len(head))}"


def note_of(raters: str, ranked_by: str, turn: str) -> str:
    if not turn:
        return (
            "Nobody has judged these systems yet: `snakemake rating_sheets` makes what people fill in, docs/rating.md "
            "says where their files belong.\n\n"
        )
    by = ""
    if status_of(raters, ranked_by) == "synthetic":
        what = "judged them" if raters == "llm" else "taught one"
        by = f" A model in people's place {what}: the rows are `synthetic`."
    return f"Responses at {turn}; the words before it stand in table14_texts.csv and are shown nowhere else.{by}\n\n"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("A response that wins in validation and loses in fluency (paper B, table 14).")
    parser.add_argument("--systems", required=True, nargs=2, help="ids; a win is the first one's")
    parser.add_argument("--names", required=True, nargs=2, help="as printed")
    parser.add_argument("--key", required=True, nargs="*", help="the pairs, JSONL, if there are any")
    parser.add_argument("--ratings", required=True, nargs="*", help="as scoring.import_ratings writes them, if there")
    parser.add_argument("--raters", choices=("human", "llm"), required=True)
    parser.add_argument("--ranked-by", choices=("human", "llm", "none"), required=True, help="who taught the systems")
    parser.add_argument("--texts", required=True, help="the words before the responses, .csv")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    published = published_labels(args.published, KEYS)
    items = {row["item_id"]: row for path in args.key for row in read_jsonl(path)}
    judged = margins([row for path in args.ratings for row in read_csv(path)])
    shown = choose({item: own for item, own in judged.items() if len({*items[item]["responses"]}) > 1})
    turn, told = "", []
    built = {key: Cell(None, status="needs_ratings") for key in published}
    if shown is not None:
        item, status = items[shown], status_of(args.raters, args.ranked_by)
        built = cells(item, judged[shown], args.systems, args.names, status)
        turn = f"{item['dialogue_id']}:{item['turn']}"
        for place, one in enumerate(item["history"]):
            told.append({"turn": f"{item['dialogue_id']}:{place}", "role": one["role"], "text": one["text"]})
    rows = with_agreement(tidy(published, built, KEYS, Origin(args.run, args.evidence)))
    write_csv(args.output, rows, [*KEYS, *COLUMNS, AGREES])
    write_csv(args.texts, told, TEXTS)
    write_text(args.text, render(rows, args.evidence, note_of(args.raters, args.ranked_by, turn)))
    log.info("pairs judged %d, shown %s", len(judged), shown)


if __name__ == "__main__":
    main()
