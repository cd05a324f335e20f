"""What asking models cost, by stage, model and day, from the journals' own usage.

Writes CSV `stage, model, day (UTC), asked (live or batch), requests, tokens_in, tokens_out, usd` (empty where no
price is known). An answer counts on the day and where it was paid; copies from a sibling's journal do not. Cached
input counts at the full price; what was paid and never journalled (in flight when a job was killed) cannot be seen.

python -m scripts audit.tabulate_cost --folder journal/results --journals journal/results/judging/skills/gpt.jsonl.jsonl
… --prices resources/prices.csv --output results/audit/cost.csv
"""

import argparse
import logging
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from scripts.llm.prices import Prices, cell, read_prices
from scripts.llm.spent import Group, Used, used_in
from scripts.text.files import write_csv

log = logging.getLogger(__name__)

COLUMNS = ["stage", "model", "day", "asked", "requests", "tokens_in", "tokens_out", "usd"]


def sums_by_stage(folder: Path, journals: Sequence[Path]) -> dict[tuple[str, Group], Used]:
    """What the journals of each stage (the first folder below `folder`) hold."""
    found: dict[tuple[str, Group], Used] = {}
    for path in journals:
        stage = path.relative_to(folder).parts[0]
        with open(path, "rb") as stream:
            for group, used in used_in(stream).items():
                found[stage, group] = found.get((stage, group), Used()).plus(used)
    return found


def row(stage: str, group: Group, used: Used, prices: Prices) -> dict:
    rate = prices.get(group.model)
    return {
        "stage": stage,
        "model": group.model,
        "day": group.day,
        "asked": "batch" if group.batch else "live",
        **used._asdict(),
        "usd": rate and cell(rate.usd(used.tokens_in, used.tokens_out, group.batch)),
    }


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="where the run's journals lie, stage by stage")
    parser.add_argument("--journals", type=Path, nargs="*", required=True)
    parser.add_argument("--prices", required=True, help="USD a million tokens, by model")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    prices = read_prices(args.prices)
    found = sums_by_stage(args.folder, args.journals)
    rows = [row(stage, group, used, prices) for (stage, group), used in sorted(found.items())]
    write_csv(args.output, rows, COLUMNS)
    unpriced = sorted({entry["model"] for entry in rows if entry["usd"] is None})
    total = sum((Decimal(entry["usd"]) for entry in rows if entry["usd"]), Decimal("0.00"))  # of the cells: no rounding
    requests = sum(entry["requests"] for entry in rows)
    log.info("%d requests, %s USD, without a price: %s", requests, total, ", ".join(unpriced) or "no model")


if __name__ == "__main__":
    main()
