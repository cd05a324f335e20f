"""Table 34 of paper A: utterances of ESConv and the values found in them (section 3, appendix A; A-036).

Reads the ESConv splits and the labels of their merged seeker turns. For each printed example (3, 4 and 7 values) the
positive turn with as many values that is surest of all of them: whose least probable present value is most probable.
Where no turn has as many, the next smaller number counts; the rows left over stay empty. Values stand by falling
probability.

ESConv is CC BY-NC: table and page name the turns (`<dialogue>:<merged turn index>`), and their words stand only in
`--texts` (columns `example, utterance, text`), which no report shows.

python -m scripts tables.tabulate_table34 --dialogues results/corpora/esconv/{train,dev,test}.jsonl --labels
results/labels/esconv.parquet --values resources/taxonomy/values.yaml --positive-rule v_reg --positive-threshold 0.5
--value-threshold 0.26 --published resources/published/a_table34_labels.csv --run laptop --evidence stand_in
--output results/table34.csv --text results/table34.md --texts results/table34_texts.csv
"""

import argparse
import collections
import logging
from collections.abc import Mapping, Sequence

from scripts.provenance.errors import Problem
from scripts.tables.labels import published_labels
from scripts.tables.markdown import banner, grid
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, tidy
from scripts.tables.value_effect import Label, read_labels
from scripts.text.dialogue import merge_turns
from scripts.text.files import read_jsonl, write_csv, write_text
from scripts.text.taxonomy import labels as taxonomy_labels
from scripts.text.taxonomy import load_taxonomy

log = logging.getLogger(__name__)

KEYS = ("example", "item")


def present(label: Label, threshold: float) -> list[tuple[float, int]]:
    """(probability, place) of the values above the threshold, the surest first."""
    found = [(probability, place) for place, probability in enumerate(label.probabilities) if probability > threshold]
    return sorted(found, key=lambda entry: (-entry[0], entry[1]))


def choose(labels: Mapping[str, Label], threshold: float, wanted: Mapping[str, int]) -> dict[str, str]:
    """The turn of each example by the number of values it wants; no turn is taken twice."""
    by_count: dict[int, list[tuple[float, str]]] = {}
    for name, label in labels.items():
        values = present(label, threshold) if label.positive else []
        if values:
            by_count.setdefault(len(values), []).append((-values[-1][0], name))
    chosen: dict[str, str] = {}
    for example, count in sorted(wanted.items(), key=lambda entry: -entry[1]):
        for size in range(count, 0, -1):
            free = [entry for entry in by_count.get(size, []) if entry[1] not in chosen.values()]
            if free:
                chosen[example] = min(free)[1]
                break
    if len(chosen) < len(wanted):
        raise Problem("Too few positive turns of ESConv carry a value for table 34. Give a larger corpus.")
    return {example: chosen[example] for example in wanted}


def cells(
    chosen: Mapping[str, str], labels: Mapping[str, Label], threshold: float, values: Sequence[str], wanted: dict
) -> dict[Key, Cell]:
    """The values of each example by item, and the turn that they stand in (empty item)."""
    built = {}
    for example, name in chosen.items():
        found = present(labels[name], threshold)
        for item in range(max(wanted[example], len(found))):
            value = values[found[item][1]] if item < len(found) else None
            built[example, str(item + 1), "detected_value"] = Cell(value)
            built[example, str(item + 1), "probability"] = Cell(found[item][0] if value else None)
        built[example, "", "utterance"] = Cell(name, len(found))
    return built


def words_of(dialogues: Sequence[dict]) -> dict[str, str]:
    """Text by label id of the merged seeker turns."""
    return {
        f"{dialogue['id']}:{turn['index']}": turn["text"]
        for dialogue in dialogues
        for turn in merge_turns(dialogue["turns"])
        if turn["role"] == "seeker"
    }


def render(rows: Sequence[dict], evidence: str) -> str:
    """A row an example: its turn, the values found, the printed ones."""
    lines = []
    for example in dict.fromkeys(row["example"] for row in rows):
        own = [row for row in rows if row["example"] == example]
        (turn,) = [row["value"] for row in own if row["metric"] == "utterance"]
        found = [row for row in own if row["metric"] == "detected_value"]
        ours = "; ".join(row["value"] for row in found if row["value"])
        lines.append([example, turn, ours, "; ".join(row["published"] for row in found if row["published"])])
    table = grid(["", "Utterance", "Detected values", "Published (of other utterances)"], lines, left=4)
    note = "The words of ESConv (CC BY-NC) stand in table34_texts.csv beside this page and are shown nowhere else.\n"
    return f"# Table 34: values in utterances of ESConv\n\n{banner(evidence)}{note}\n{table}"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Values in utterances of ESConv (paper A, table 34).")
    parser.add_argument("--dialogues", required=True, nargs="+", help="normalised splits of ESConv")
    parser.add_argument("--labels", required=True, help="labels of its merged seeker turns")
    parser.add_argument("--values", required=True, help="the taxonomy of values")
    parser.add_argument("--positive-rule", required=True, choices=("v_reg", "v_oc"))
    parser.add_argument("--positive-threshold", type=float, required=True)
    parser.add_argument("--value-threshold", type=float, required=True, help="a value is present above it")
    parser.add_argument("--texts", required=True, help="the utterances' words, .csv")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    values = taxonomy_labels(load_taxonomy(args.values))
    texts = words_of([dialogue for path in args.dialogues for dialogue in read_jsonl(path)])
    labels = read_labels(args.labels, len(values), args.positive_rule, args.positive_threshold)
    labels = {name: label for name, label in labels.items() if name in texts}
    published = published_labels(args.published, KEYS)
    wanted = dict(collections.Counter(key[0] for key in published))
    chosen = choose(labels, args.value_threshold, wanted)
    built = cells(chosen, labels, args.value_threshold, values, wanted)
    rows = tidy(published, built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_text(args.text, render(rows, args.evidence))
    told = [{"example": example, "utterance": name, "text": texts[name]} for example, name in chosen.items()]
    write_csv(args.texts, told, ["example", "utterance", "text"])
    log.info("%d labelled turns, examples %s", len(labels), chosen)


if __name__ == "__main__":
    main()
