"""Prints the headline table beside the published numbers, with where the results are.

Run: python -m scripts -- tables.show_headline --table results/demo/table3.csv --folder results/demo
"""

import argparse
from pathlib import Path

from scripts.text.files import read_csv

BANNER = (
    "These numbers calibrate the pipeline: tiny models and an offline language model stand in for the real ones.\n"
    "They are not comparable with the published numbers, which stand in brackets."
)
HEADS = {  # as the paper's table prints them
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
}


def lines(rows: list[dict[str, str]]) -> list[str]:
    """One line a system: each metric as built (published)."""
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    systems = list(dict.fromkeys((row["category"], row["model"]) for row in rows))
    cells = {(row["category"], row["model"], row["metric"]): row for row in rows}
    width = max(len(" ".join(system)) for system in systems)
    head = " " * width + " ".join(f"{HEADS.get(metric, metric):>12}" for metric in metrics)
    return [head] + [
        f"{' '.join(system):<{width}}" + " ".join(f"{cell(cells[(*system, metric)]):>12}" for metric in metrics)
        for system in systems
    ]


def cell(row: dict[str, str]) -> str:
    built = f"{float(row['value']):.2f}" if row["value"] else "-"
    return f"{built} ({row['published'] or '-'})"


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", required=True, help="table 3 (.csv)")
    parser.add_argument("--folder", type=Path, required=True, help="results of the run")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    rows = read_csv(args.table)
    print("\nTable 3 of paper A, built (published)\n")
    print("\n".join(lines(rows)))
    if rows[0]["evidence"] != "real":
        print("\n" + BANNER)
    print(f"\nTables: {args.folder}/table*.csv and .md; report: {args.folder}/report.html")


if __name__ == "__main__":
    main()
