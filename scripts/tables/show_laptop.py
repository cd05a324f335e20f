"""Prints what the laptop run found in real data: corpus facts, classifiers' F1, figure 2, five tables, real supporters.

Run: python -m scripts -- tables.show_laptop --folder results/laptop
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from scripts.stats.positions import LEVELS
from scripts.text.files import read_csv, read_json
from scripts.text.quartiles import QUARTILES

MECHANISMS = {"er": "emotional reactions", "ip": "interpretations", "ex": "explorations"}
SHOWN = "esconv"  # the test split, of those that human_reference.csv has


def lines(folder: Path) -> list[str]:
    totals = [row for row in read_csv(folder / "figure2.csv") if row["item"] == "total"]
    shown = read_json(folder / "figure2.json")["significant_values"]
    counts = "; ".join(
        f"{row['group']} effect {float(row['value']):.2f} (n {row['n']}, published {row['published']})"
        for row in totals
    )
    return [
        facts(read_csv(folder / "audit/corpora.csv")),
        *classifier(read_csv(folder / "audit/value_classifier.csv")),
        f"Figure 2, values in the last four seeker turns: {counts}; p = {float(totals[0]['p']):.3g}",
        f"Values that differ at p < 0.05: {', '.join(shown) or 'none'}",
        constant(read_csv(folder / "table11.csv")),
        real_seekers(read_csv(folder / "table29.csv")),
        *(printed(number, read_csv(folder / f"table{number}.csv")) for number in (24, 33)),
        examples(read_csv(folder / "table34.csv")),
        *(empathy(read_csv(folder / f"scoring/readers/{name}.csv")) for name in MECHANISMS),
        *supporters(read_csv(folder / "eva/human_reference.csv")),
        "Sentiment is a lexicon's here and the classifier a small one: this neither confirms nor refutes the paper.",
        f"Files: {folder}/figure2.svg and .csv, {folder}/table{{11,24,29,33,34}}.md, {folder}/audit/,"
        f" {folder}/scoring/readers/*.csv, {folder}/eva/human_reference.csv",
    ]


def facts(rows: Sequence[dict]) -> str:
    """How many published facts about ESConv come out, and those that do not."""
    off = [fact for fact in rows if abs(float(fact["difference"])) >= 0.5]
    named = "; ".join(f"{fact['fact']} {fact['computed']} (published {fact['published']})" for fact in off)
    return f"ESConv: {len(rows) - len(off)} of {len(rows)} published facts come out; {named or 'none differ'}"


def classifier(rows: Sequence[dict]) -> list[str]:
    """The value classifier's macro-F1 over its seeds, and what it gains over frozen embeddings."""
    found = {row["classifier"]: row for row in rows if row["classifier"] != "training"}
    model = found.pop("model")
    gains = {name.removeprefix("gain_over_"): row for name, row in found.items() if name.startswith("gain_over_")}
    others = ", ".join(
        f"{name} {float(row['macro_f1']):.3f}" for name, row in found.items() if row not in gains.values()
    )
    return [
        f"Value classifier on held-out ValueEval: macro-F1 {around(model)}, n {model['n']} seeds; {others}",
        "Gain of fine-tuning: " + "; ".join(f"over {name} {around(row)}" for name, row in gains.items()),
    ]


def around(row: dict) -> str:
    """A macro-F1 with its interval."""
    return "{:.3f} ({:.3f} to {:.3f})".format(*(float(row[name]) for name in ("macro_f1", "low", "high")))


def constant(rows: Sequence[dict]) -> str:
    """Table 11's row that needs no model."""
    own = [row for row in rows if row["model"] == "Baseline" and row["value"]]
    told = ", ".join(f"{row['metric']} {float(row['value']):.3f} (published {row['published']})" for row in own)
    return f"Table 11, always 2: {told}; n {own[0]['n']}"


def real_seekers(rows: Sequence[dict]) -> str:
    """Table 29's rows of the corpus: how long real turns are, and how like a turn is to others."""
    own = {(row["details"], row["metric"]): row for row in rows if row["model"] == "ESConv"}
    length = own["real turn", "length_avg"]
    near, far = (float(own[name, "content_bert"]["value"]) for name in ("turn before", "turn of another dialogue"))
    printed = [float(row["published"]) for row in rows if row["metric"] == "content_bert" and row["published"]]
    return (
        f"Table 29, real seekers: {float(length['value']):.1f} words a turn (n {length['n']}); cosine of a turn and the"
        f" one before {near:.3f}, and one of another dialogue {far:.3f}"
        f" (published simulators, another encoder: {min(printed):.3f} to {max(printed):.3f})"
    )


def printed(number: int, rows: Sequence[dict]) -> str:
    """How many printed words of a table of words come out."""
    told = [row for row in rows if row["agrees"]]
    return f"Table {number}: {sum(row['agrees'] == 'yes' for row in told)} of {len(told)} printed cells agree"


def examples(rows: Sequence[dict]) -> str:
    """How many values table 34's utterances carry, beside the printed ones."""
    values = [row for row in rows if row["metric"] == "detected_value"]
    counts = [
        f"{sum(bool(row['value']) for row in own)} ({sum(bool(row['published']) for row in own)})"
        for own in (
            [row for row in values if row["example"] == name] for name in dict.fromkeys(r["example"] for r in values)
        )
    ]
    return f"Table 34, values found in an utterance (published, of other utterances): {', '.join(counts)}"


def empathy(rows: Sequence[dict]) -> str:
    """The macro-F1 of EPITOME's classifier of a mechanism, and by degree, beside what it has to beat."""
    found = {row["method"]: row for row in rows}
    own, frozen = found["bi_encoder"], found["frozen"]
    degrees = ", ".join(
        f"{float(own[f'f1_{degree}']):.2f} ({float(frozen[f'f1_{degree}']):.2f})" for degree in range(3)
    )
    gain = float(own["macro_f1"]) - float(frozen["macro_f1"])
    return (
        f"EPITOME, {MECHANISMS[own['mechanism']]}: macro-F1 {float(own['macro_f1']):.3f} on posts not seen"
        f" ({own['folds']} folds, n {own['n']}); frozen {float(frozen['macro_f1']):.3f} (gain {gain:+.3f}), majority"
        f" {float(found['majority']['macro_f1']):.3f}; degrees 0, 1, 2: {degrees}"
    )


def supporters(rows: Sequence[dict]) -> list[str]:
    """What the test split's real supporters score, and where a classifier sees levels in their turns."""
    own = {row["metric"]: row for row in rows if row["scored"] == SHOWN}
    turns = own["epitome_er"]["n"]

    def number(name: str, digits: int) -> str:
        mean, low, high = (f"{float(own[name][column]):.{digits}f}" for column in ("value", "ci_low", "ci_high"))
        return f"{mean} ({low} to {high})"

    degrees = ", ".join(f"{name.upper()} {number(f'epitome_{name}', 3)}" for name in MECHANISMS)
    types = ", ".join(f"{name[5:]} {float(row['value']):.1%}" for name, row in own.items() if name.startswith("type_"))
    said = ", ".join(
        f"“{name[7:]}” {float(row['value']):.0%}" for name, row in own.items() if name.startswith("phrase ")
    )
    levels = "; ".join(
        f"level {level} "
        + " ".join(
            f"{float(value):.2f}" if (value := own[f"level_{level}_quartile_{q}"]["value"]) else "-"
            for q in range(1, QUARTILES + 1)
        )
        for level in LEVELS
    )
    return [
        f"Real supporters (ESConv test, {own['dist_2']['n']} dialogues, {turns} turns): Dist-2 {number('dist_2', 1)};"
        f" EPITOME {degrees}",
        f"Their types of response: {types}; dialogues that hold their most frequent phrases: {said}",
        f"Their levels over quartiles ({own['level_1_quartile_1']['status']}): {levels}",
    ]


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="results of the run")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    print("\n" + "\n".join(lines(parse_args(argv).folder)))


if __name__ == "__main__":
    main()
