"""Prints what the laptop run found in real data: corpus facts, the value classifier's F1, figure 2's comparison.

Run: python -m scripts -- tables.show_laptop --folder results/laptop
"""

import argparse
from pathlib import Path

from scripts.text.files import read_csv, read_json


def lines(folder: Path) -> list[str]:
    facts = read_csv(folder / "audit/corpora.csv")
    off = [fact for fact in facts if abs(float(fact["difference"])) >= 0.5]
    scores = {row["classifier"]: row for row in read_csv(folder / "audit/value_classifier.csv")}
    totals = [row for row in read_csv(folder / "figure2.csv") if row["item"] == "total"]
    shown = read_json(folder / "figure2.json")["significant_values"]
    others = [name for name in scores if name != "model"]
    baselines = ", ".join(f"baseline {name} {float(scores[name]['macro_f1']):.3f}" for name in others)
    counts = "; ".join(
        f"{row['group']} effect {float(row['value']):.2f} (n {row['n']}, published {row['published']})"
        for row in totals
    )
    return [
        f"ESConv: {len(facts) - len(off)} of {len(facts)} published facts come out; "
        + (
            "; ".join(f"{fact['fact']} {fact['computed']} (published {fact['published']})" for fact in off)
            or "none differ"
        ),
        f"Value classifier on held-out ValueEval: macro-F1 {float(scores['model']['macro_f1']):.3f} ({baselines})",
        f"Figure 2, values in the last four seeker turns: {counts}; p = {float(totals[0]['p']):.3g}",
        f"Values that differ at p < 0.05: {', '.join(shown) or 'none'}",
        "Sentiment is a lexicon's here and the classifier a small one: this neither confirms nor refutes the paper.",
        f"Files: {folder}/figure2.svg and .csv, {folder}/audit/",
    ]


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="results of the run")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    print("\n" + "\n".join(lines(parse_args(argv).folder)))


if __name__ == "__main__":
    main()
