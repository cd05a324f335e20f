"""Counts of which of two references was nearer, by order of presentation, and tests of them (paper A, Tables 7 and 8).

The paper prints counts and no test. Beside them stand an exact binomial test of each order, and what the order itself
did: threads that were decided alike in both orders (tested without the others), and how often Comment A was chosen.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from scripts.provenance.errors import Problem
from scripts.stats.clustered import Units, mean
from scripts.stats.significance import holm
from scripts.tables.markdown import banner, grid
from scripts.tables.options import table_parser
from scripts.tables.published import printed_rows
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, tidy
from scripts.text.files import read_jsonl, write_csv, write_text

KEYS = ("setting", "order", "comparison", "option")
ORDERS = {"order_1": "Order 1", "order_2": "Order 2"}  # the first option is Comment A, then Comment B
BOTH = "Both orders"
STATS = [
    *("setting", "comparison", "order", "n", "first", "second", "p", "p_holm"),
    *("first_is", "second_is", "undecided", "comment_a_share", "drawn"),
]


@dataclass(frozen=True)
class Comparison:
    """Two options that were set beside each other; `first` is the one that is Comment A in order 1."""

    setting: str
    comparison: str
    first: str
    second: str

    @property
    def options(self) -> dict[str, str]:
        return {"first": self.first, "second": self.second}


def read_counts(path: str) -> dict[Key, dict[str, str]]:
    """The published counts by key, in printed order; a key that stands twice is a Problem."""
    rows: dict[Key, dict[str, str]] = {}
    for row in printed_rows(path):
        key = (*(row[name] for name in KEYS), "count")
        if key in rows:
            raise Problem(f"{path} holds {', '.join(key)} twice. Restore the file from the repository.")
        rows[key] = row
    return rows


def cells(comparison: Comparison, rows: Sequence[dict], resamples: int, seed: int) -> dict[Key, Cell]:
    """Counts of both orders, and each option's mean share over them with its interval over threads."""
    built: dict[Key, Cell] = {}
    own = comparison.setting, comparison.comparison
    for place, option in comparison.options.items():
        for order, printed in ORDERS.items():
            count = sum(row[order] == place for row in rows)
            built[own[0], printed, own[1], option, "count"] = Cell(count, len(rows))
    if rows:
        units = Units([row["id"] for row in rows], resamples, seed)
        for place, option in comparison.options.items():
            shares = [(row["id"], fmean(row[order] == place for order in ORDERS)) for row in rows]
            value, interval = mean(units, shares)
            built[own[0], BOTH, own[1], option, "share"] = Cell(value, len(rows), interval=interval)
    return built


def binomial(hits: int, n: int) -> float | None:
    """Two-sided exact p of `hits` of `n` against one half; None without trials."""
    if not n:
        return None
    from scipy.stats import binomtest

    return float(binomtest(hits, n).pvalue)


def order_tests(comparison: Comparison, rows: Sequence[dict]) -> list[dict]:
    """A row for each order, and one for the threads that both orders decide alike."""
    head = {"setting": comparison.setting, "comparison": comparison.comparison}
    head |= {"first_is": comparison.first, "second_is": comparison.second}
    found = []
    for order, printed in ORDERS.items():
        first = sum(row[order] == "first" for row in rows)
        shown_first = "first" if order == "order_1" else "second"
        share = fmean(row[order] == shown_first for row in rows) if rows else None
        counts = {"order": printed, "n": len(rows), "first": first, "second": len(rows) - first}
        drawn = sum(order in row["drawn"] for row in rows)
        found.append(head | counts | {"p": binomial(first, len(rows)), "comment_a_share": share, "drawn": drawn})
    alike = [row["order_1"] for row in rows if row["order_1"] == row["order_2"]]
    first = alike.count("first")
    counts = {"order": "Alike in both orders", "n": len(alike), "first": first, "second": len(alike) - first}
    found.append(head | counts | {"p": binomial(first, len(alike)), "undecided": len(rows) - len(alike)})
    return found


def render(title: str, rows: Sequence[dict], evidence: str) -> str:
    """A line for each setting, order and comparison: each option's count and, in brackets, the published one."""
    lines: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        printed = f" ({row['published']})" if row["published"] else ""
        value = f"{row['value']:.3f}" if row["metric"] == "share" else f"{row['value']}"
        own = row["setting"], row["order"], row["comparison"]
        lines.setdefault(own, []).extend([row["option"], f"{value}{printed}"])
    head = ["Setting", "Order", "Comparison", "Option", "built (published)", "Option", "built (published)"]
    return f"# {title}\n\n{banner(evidence)}{grid(head, [[*own, *line] for own, line in lines.items()], left=3)}"


def comparison_parser(description: str) -> argparse.ArgumentParser:
    parser = table_parser(description)
    parser.add_argument("--comparisons", required=True, type=json.loads, help="setting, comparison, first, second")
    parser.add_argument("--choices", required=True, nargs="+", help="rows of compare_comments, one file each")
    parser.add_argument("--resamples", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--stats", required=True, help="side file, .csv")
    return parser


def write_tables(args: argparse.Namespace, title: str) -> None:
    """The table, its page and the tests."""
    if len(args.choices) != len(args.comparisons):
        raise Problem(
            f"--choices has {len(args.choices)} files for {len(args.comparisons)} comparisons. Give one each."
        )
    built: dict[Key, Cell] = {}
    tested: list[dict] = []
    for entry, path in zip(args.comparisons, args.choices, strict=True):
        comparison, rows = Comparison(**entry), read_jsonl(path)
        built |= cells(comparison, rows, args.resamples, args.seed)
        tested += order_tests(comparison, rows)
    corrected: Sequence[float | None] = holm([row["p"] for row in tested])
    rows = tidy(read_counts(args.published), built, KEYS, Origin(args.run, args.evidence))
    write_csv(args.stats, [row | {"p_holm": p} for row, p in zip(tested, corrected, strict=True)], STATS)
    write_csv(args.output, rows, [*KEYS, *COLUMNS])
    write_text(args.text, render(title, rows, args.evidence))
