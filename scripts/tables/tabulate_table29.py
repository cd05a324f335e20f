"""Table 29 of paper A: seeker simulators beside ESConv's real seekers (section E.2; A-043, A-072).

Each simulator answered what stands before each seeker turn of the test split but the first. Columns: words and their
rank correlation; cosine of sentence vectors and the judge's rating (1-5); rank correlation of sentiment class and
strength; cosine and Euclidean distance of the 20 value probabilities (I-A15: both on the same probabilities). Intervals
resample dialogues. Three further rows, which the paper has not, say what the scale means: the real turns themselves
(length only), the same seeker's turn before, and a turn of another dialogue. Only the corpus, labels and sentence
vectors stand behind them: `--real` names the groups of columns in which these are no stand-ins.
Simulators that this run does not select are `not_selected`.

python -m scripts tables.tabulate_table29 --dialogues results/corpora/esconv/test.jsonl --real-labels
results/labels/esconv.parquet --simulators '[{"id": "gpt_zero", "model": "GPT-4o-mini", "details": "Zero-shot"}, …]'
--turns results/dialogues/seekers/{gpt_zero,…}.jsonl --labels results/labels/dialogues/seekers/{gpt_zero,…}.parquet
--ratings results/judging/similarity/{gpt_zero,…}.jsonl --sentences-kind tfidf --real
--resamples 10000 --seed 42 --published resources/published/a_table29.csv --run demo --evidence stand_in
--output results/table29.csv --text results/table29.md
"""

import argparse
import json
import logging
from collections.abc import Mapping, Sequence

from scripts.classifiers.sentences import open_sentences
from scripts.provenance.errors import Problem
from scripts.stats.clustered import Units, mean
from scripts.tables.imitations import METRICS, Label, Turn, label_of, likenesses, measured, read_labels, words
from scripts.tables.markdown import banner, emphasise, grid, number
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.draws import seeded
from scripts.text.files import read_jsonl, write_csv, write_text
from scripts.text.seeker_turns import Case, cases

log = logging.getLogger(__name__)

KEYS = ("model", "details")
REAL, BEFORE, OTHER = (("ESConv", what) for what in ("real turn", "turn before", "turn of another dialogue"))
GROUPS = ("length", "content", "emotion", "value")  # of columns, by what stands behind them
LOWER = ("value_e_dist",)
PLAIN = ("length_avg",)  # nearer to the real length is better, not longer


def imitated(
    real: Mapping[str, Case], real_labels: Mapping[str, Label], turns: str, labels: str, ratings: str
) -> list[Turn]:
    """A simulator's turns with what they are compared with; a turn that is none of the corpus is a Problem."""
    own, rated = read_labels(labels), {row["id"]: row["score"] for row in read_jsonl(ratings)}
    found = []
    for row in read_jsonl(turns):
        for turn in row["turns"]:
            name = f"{row['id']}:{turn['index']}"
            if name not in real:
                raise Problem(f"{turns} has the turn {name}, which the corpus lacks. Build that file again.")
            label = label_of(own, name, labels)
            found.append(Turn(row["id"], real[name].text, turn["text"], real_labels[name], label, rated.get(name)))
    return found


def corpus_turns(
    real: Mapping[str, Case], labels: Mapping[str, Label], path: str, seed: int
) -> dict[tuple[str, str], list[Turn]]:
    """The real turns beside the seeker's turn before, and beside a turn drawn from another dialogue."""
    ordered = sorted(real.values(), key=lambda case: case.id)
    found: dict[tuple[str, str], list[Turn]] = {BEFORE: [], OTHER: []}
    for case in ordered:
        before = next(turn for turn in reversed(case.before) if turn["role"] == "seeker")
        label = label_of(labels, f"{case.dialogue}:{before['index']}", path)
        found[BEFORE].append(Turn(case.dialogue, case.text, before["text"], labels[case.id], label))
        others = [other for other in ordered if other.dialogue != case.dialogue]
        if others:
            other = seeded(seed, "other", case.id).choice(others)
            found[OTHER].append(Turn(case.dialogue, case.text, other.text, labels[case.id], labels[other.id]))
    return found


def render(rows: Sequence[dict], evidence: str) -> str:
    """The paper's layout, best and second best of each column marked, then the published numbers."""
    own = {(row["model"], row["details"], row["metric"]): row for row in rows}
    names = list(dict.fromkeys((row["model"], row["details"]) for row in rows))
    head = ["Model", "Details", *(metric.replace("_", " ") for metric in METRICS)]
    columns, printed = [], []
    for metric in METRICS:
        decimals = 1 if metric in PLAIN else 3
        found = [own.get((*name, metric), {}) for name in names]
        values = [row.get("value") for row in found]
        marked = [
            None if value is None or metric in PLAIN or name in (REAL, BEFORE, OTHER) else round(value, decimals)
            for name, value in zip(names, values, strict=True)
        ]
        columns.append(emphasise([number(value, decimals) for value in values], marked, metric in LOWER))
        printed.append([row.get("published") or "-" for row in found])
    lines = [[*name, *line] for name, *line in zip(names, *columns, strict=True)]
    paper = [[*name, *line] for name, *line in zip(names, *printed, strict=True) if set(line) != {"-"}]
    return (
        f"# Table 29: seeker simulators\n\n{banner(evidence)}{grid(head, lines, left=2)}"
        f"\n## Published\n\n{grid(head, paper, left=2)}"
    )


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Seeker simulators beside real seekers (paper A, table 29).")
    parser.add_argument("--dialogues", required=True, help="normalised ESConv test dialogues")
    parser.add_argument("--real-labels", required=True, help="labels of ESConv's merged turns, parquet")
    parser.add_argument("--real", required=True, nargs="*", choices=GROUPS, help="columns that the corpus makes real")
    parser.add_argument("--simulators", required=True, type=json.loads, help="JSON list of id, model, details")
    for name in ("turns", "labels", "ratings"):
        parser.add_argument(f"--{name}", required=True, nargs="*", help="a file of each simulator")
    parser.add_argument("--sentences-kind", choices=("encoder", "tfidf"), required=True)
    parser.add_argument("--sentences-model", help="folder (none for tfidf)")
    parser.add_argument("--resamples", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    return parser.parse_args(argv)


def load(args: argparse.Namespace) -> tuple[dict[str, Case], dict[tuple[str, str], list[Turn]]]:
    """The corpus's turns, and the turns of every row by its keys."""
    for name in ("turns", "labels", "ratings"):
        if len(getattr(args, name)) != len(args.simulators):
            raise Problem(f"--{name} does not hold one file for each of the {len(args.simulators)} simulators.")
    real = {case.id: case for case in cases(read_jsonl(args.dialogues))}
    if not real:
        raise Problem(f"{args.dialogues} holds no seeker turn after an earlier one. Check how ESConv was read.")
    labels = read_labels(args.real_labels)
    for name in real:
        label_of(labels, name, args.real_labels)
    rows = {}
    for entry, *files in zip(args.simulators, args.turns, args.labels, args.ratings, strict=True):
        rows[entry["model"], entry["details"]] = imitated(real, labels, *files)
    return real, rows | corpus_turns(real, labels, args.real_labels, args.seed)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    real, turns = load(args)
    published = read_published(args.published, KEYS)
    units = Units(sorted({case.dialogue for case in real.values()}), args.resamples, args.seed)
    embed = open_sentences(args.sentences_kind, args.sentences_model)
    texts = [case.text for case in real.values()] + [turn.given for row in turns.values() for turn in row]
    likeness = likenesses(embed, texts)
    length = mean(units, [(case.dialogue, words(case.text)) for case in real.values()])

    def evidence(metric: str) -> str:
        return "real" if metric.split("_")[0] in args.real else "stand_in"

    built: dict[Key, Cell] = {}
    for name, row in turns.items():
        if name not in (BEFORE, OTHER):
            built |= {(*name, metric): cell for metric, cell in measured(row, units, likeness).items()}
            continue
        found = measured(row, units, likeness, evidence)
        # Nobody rates what the corpus says beside itself.
        built |= {(*name, metric): cell for metric, cell in found.items() if metric != "content_gpt"}
    built[*REAL, "length_avg"] = Cell(length[0], len(real), interval=length[1], evidence=evidence("length_avg"))
    missing = {key: Cell(None, status="not_selected") for key in published if key not in built}
    rows = tidy(published, missing | built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_text(args.text, render(rows, args.evidence))
    log.info("%d real turns, %d simulators", len(real), len(args.simulators))


if __name__ == "__main__":
    main()
