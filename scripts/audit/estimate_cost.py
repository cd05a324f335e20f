"""Calls, tokens and USD of the whole build by rule and model, before anything is asked (resources/estimates.csv).

Nothing here is measured: counts follow from the config, prompt lengths from the templates in use, lengths of what the
models will write from resources/lengths.csv. `make estimate` prints the same, calibrated by what was asked so far.

python -m scripts audit.estimate_cost --estimates resources/estimates.csv --lengths resources/lengths.csv --column
published --prices resources/prices.csv --settings '{…}' --prompts resources/prompts/A-INT.md … --values
resources/taxonomy/values.yaml … --output results/audit/estimate.csv
"""

import argparse
import json
import logging
from collections.abc import Sequence

from scripts.llm.prices import Prices, read_prices
from scripts.provenance.estimates import Asked, Estimates, Taxonomies, read_sizes, read_taxonomies
from scripts.provenance.steps import steps_of
from scripts.text.files import read_csv, write_csv

log = logging.getLogger(__name__)

COLUMNS = ["stage", "rule", "model", "jobs", "calls", "tokens_in", "tokens_out", "usd"]
TAXONOMIES = tuple(Taxonomies.__dataclass_fields__)


def estimate(settings: dict, estimates: Estimates, prices: Prices) -> list[dict]:
    """One row a rule and model; `usd` is None for a model without a price."""
    jobs: dict[tuple[str, str], set[str]] = {}
    asked: dict[tuple[str, str], Asked] = {}
    for step in steps_of(settings, "."):
        key = step.rule, step.model
        jobs.setdefault(key, set()).add(step.artifact)
        asked[key] = asked.get(key, Asked()).plus(estimates.of(step))
    return [row(*key, len(jobs[key]), total, prices) for key, total in asked.items()]


def row(rule: str, model: str, jobs: int, asked: Asked, prices: Prices) -> dict:
    rate = prices.get(model)
    return {
        "stage": rule.split(".")[0],
        "rule": rule.split(".")[1],
        "model": model,
        "jobs": jobs,
        "calls": round(asked.calls),
        "tokens_in": round(asked.tokens_in),
        "tokens_out": round(asked.tokens_out),
        "usd": rate and round(rate.usd(asked.tokens_in, asked.tokens_out), 4),
    }


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--estimates", required=True, help="what a job asks, by rule")
    parser.add_argument("--lengths", required=True, help="lengths that the estimates name")
    parser.add_argument("--column", choices=["published", "offline"], required=True, help="which lengths")
    parser.add_argument("--prices", required=True, help="USD a million tokens, by model")
    parser.add_argument("--settings", type=json.loads, required=True, help="counts, systems and models of the build")
    parser.add_argument("--prompts", nargs="+", required=True, help="templates of the requests")
    for name in TAXONOMIES:
        parser.add_argument(f"--{name}", required=True, help=f"taxonomy of the {name}")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    settings = args.settings
    taxonomies = read_taxonomies({name: getattr(args, name) for name in TAXONOMIES})
    cells = settings["numbers"]["personas.cells"]
    sizes = read_sizes(args.lengths, args.column, args.prompts, taxonomies, cells)
    estimates = Estimates(tuple(read_csv(args.estimates)), settings["numbers"], sizes)
    rows = estimate(settings, estimates, read_prices(args.prices))
    write_csv(args.output, rows, COLUMNS)
    total = sum(entry["usd"] or 0 for entry in rows)
    unpriced = sorted({entry["model"] for entry in rows if entry["usd"] is None})
    log.info("%d rows, %.2f USD, without a price: %s", len(rows), total, ", ".join(unpriced) or "no model")


if __name__ == "__main__":
    main()
