"""Prints the headline tables beside the published numbers, with where the results are.

Run: python -m scripts -- tables.show_headline --folder results/demo
"""

import argparse
from pathlib import Path

from scripts.text.files import read_csv

BANNER = (
    "These numbers calibrate the pipeline: tiny models and an offline language model stand in for the real ones.\n"
    "They are not comparable with the published numbers, which stand in brackets."
)
TABLES = {  # file: (title, columns that name a row, decimals)
    "table3.csv": ("Table 3 of paper A", ("category", "model"), 2),
    "eva/table2.csv": ("Table 2 of paper B", ("model", "variant"), 3),
}
HEADS = {  # as the papers' tables print them
    "identification": "Iden.",
    "comforting": "Conf.",
    "suggestions": "Sugg.",
    "experience": "Expe.",
    "informativeness": "Info.",
    "consistency": "Cons.",
    "role_adherence": "Role.",
    "expression": "Expr.",
    "humanness": "Huma.",
    "overall": "Over.",
    "es_intensity": "Intensity",
    "seeker": "Val. seeker",
    "supporter": "Val. supp.",
    "bleu_2": "BLEU-2",
    "rouge_l": "ROUGE-L",
    "dist_2": "Dist-2",
    "epitome_ip": "IP",
    "epitome_ex": "EX",
    "epitome_er": "ER",
    "evaeval_avg": "EVAEval",
} | {f"evaeval_level{level}": f"level {level}" for level in range(1, 5)}


def lines(rows: list[dict[str, str]], named: tuple[str, ...], decimals: int) -> list[str]:
    """One line a system, named by the columns `named`: each metric as built (published)."""
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    shown = {(*(row[name] for name in named), row["metric"]): cell(row, decimals) for row in rows}
    systems = list(dict.fromkeys(key[:-1] for key in shown))
    width = max(len(" ".join(system)) for system in systems)
    wide = max(12, *(len(text) + 1 for text in shown.values()))
    head = " " * width + " ".join(f"{HEADS.get(metric, metric):>{wide}}" for metric in metrics)
    return [head] + [
        f"{' '.join(system):<{width}}" + " ".join(f"{shown[(*system, metric)]:>{wide}}" for metric in metrics)
        for system in systems
    ]


def cell(row: dict[str, str], decimals: int) -> str:
    built = f"{float(row['value']):.{decimals}f}" if row["value"] else "-"
    return f"{built} ({row['published'] or '-'})"


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="results of the run")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    evidence = set()
    for name, (title, named, decimals) in TABLES.items():
        rows = read_csv(args.folder / name)
        evidence |= {row["evidence"] for row in rows}
        print(f"\n{title}, built (published)\n")
        print("\n".join(lines(rows, named, decimals)))
    if evidence != {"real"}:
        print("\n" + BANNER)
    print(
        f"\nTables: {args.folder}/table*.csv, {args.folder}/eva/table*.csv and .md; report: {args.folder}/report.html"
    )


if __name__ == "__main__":
    main()
