"""Table 10 of paper A: strategies of initial and alternative responses in the SFT train set (section D.3; A-049).

Reads the counts of the SFT set (its strategies after the filter). Percentages are of all initial, or all
alternative, responses; `n` is that total.

python -m scripts tables.tabulate_table10 --counts results/supporter/value/sft/counts.json --published
resources/published/a_table10.csv --run demo --evidence stand_in --output results/table10.csv --text results/table10.md
"""

import argparse
from collections.abc import Sequence

from scripts.tables.markdown import banner, emphasise, grid, number
from scripts.tables.options import table_parser
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import read_json, write_csv, write_text

KEYS = ("strategy", "response")
RESPONSES = ("initial", "alternative")


def cells(strategies: dict[str, dict[str, int]], labels: Sequence[str]) -> dict[Key, Cell]:
    """Count and percentage of each strategy; a label that never came up counts 0."""
    built = {}
    for response in RESPONSES:
        counts = strategies[response]
        total = sum(counts.values())
        for label in labels:
            count = counts.get(label, 0)
            built[label, response, "count"] = Cell(count, n=total)
            built[label, response, "percent"] = Cell(100 * count / total if total else None, n=total)
    return built


def render(rows: list[dict], evidence: str) -> str:
    """The paper's layout with recomputed emphasis, then the published numbers in the same layout."""
    own = _layout({_key(row): row["value"] for row in rows})
    printed = _layout({_key(row): float(row["published"]) for row in rows})
    title = "# Table 10: strategies in the supporter's SFT set"
    return f"{title}\n\n{banner(evidence)}{own}\n## Published\n\n{printed}"


def _key(row: dict) -> Key:
    return row["strategy"], row["response"], row["metric"]


def _layout(values: dict[Key, float | None]) -> str:
    strategies = list(dict.fromkeys(strategy for strategy, _, _ in values))
    columns = []
    for response in RESPONSES:
        counts = [values[strategy, response, "count"] for strategy in strategies]
        for metric, decimals in (("count", 0), ("percent", 1)):
            texts = [number(values[strategy, response, metric], decimals) for strategy in strategies]
            columns.append(emphasise(texts, counts))
    head = ["Category", "Initial Response", "%", "Alternative Response", "%"]
    return grid(head, [list(line) for line in zip(strategies, *columns, strict=True)])


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = table_parser("Strategies in the supporter's SFT set (paper A, table 10).")
    parser.add_argument("--counts", required=True, help="counts of the SFT set")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    published = read_published(args.published, KEYS)
    labels = list(dict.fromkeys(strategy for strategy, _, _ in published))
    built = cells(read_json(args.counts)["train"]["strategies"], labels)
    rows = tidy(published, built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_text(args.text, render(rows, args.evidence))


if __name__ == "__main__":
    main()
