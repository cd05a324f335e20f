"""What jobs cost: CPU minutes, GPU-hours and API USD, from sidecars of their last run or, at paper scale, estimates.

`resources/estimates.csv`: one row a rule, pattern of artifacts and option that names a model asked (or none: its GPU).
`per` is a product of numbers, config leaves ({split} is the artifact's) and numeric options of the command; the other
columns are for one of these; tokens are for one call. The first fitting row holds.
"""

import csv
import functools
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from math import prod
from pathlib import Path
from statistics import fmean

from scripts.provenance.causes import by_option, words_of
from scripts.provenance.errors import Problem
from scripts.provenance.plan import Planned

ESTIMATES = "resources/estimates.csv"
PRICES = "resources/prices.csv"

Prices = dict[str, tuple[float, float]]  # by model: USD a token read and a token written


@dataclass
class Share:
    """An amount, and how many jobs each way of knowing it stands for."""

    amount: float = 0.0
    jobs: dict[str, int] = field(default_factory=dict)  # measured, as others of its rule, estimated, unknown

    def add(self, amount: float | None, how: str) -> None:
        self.amount += amount or 0.0
        self.jobs[how] = self.jobs.get(how, 0) + 1


@dataclass
class Price:
    cpu_minutes: Share = field(default_factory=Share)
    gpu_hours: Share = field(default_factory=Share)
    usd: Share = field(default_factory=Share)


@dataclass(frozen=True)
class Estimates:
    """Rows of estimates.csv and the config's leaves by dotted name; without rows nothing is estimated."""

    rows: tuple[dict[str, str], ...] = ()
    leaves: dict[str, object] = field(default_factory=dict)

    def row(self, job: Planned, option: str) -> dict[str, str] | None:
        for row in self.rows:
            if (row["rule"], row["option"]) == (job.rule, option) and fnmatchcase(job.outputs[0], row["artifact"]):
                return row
        return None

    def units(self, job: Planned, row: dict[str, str]) -> float:
        """How many of the row's units the job has; a Problem when `per` names what is not there."""
        options = by_option(words_of(job))
        split = Path(job.outputs[0]).stem.split("_")[0]

        def factor(word: str) -> float:
            value = options[word][0] if word in options else self.leaves.get(word.replace("{split}", split), word)
            try:
                return float(value)
            except (TypeError, ValueError):
                raise Problem(
                    f"{ESTIMATES}: {row['per']} of {row['rule']} has no number for {word}. Mend it."
                ) from None

        return prod(map(factor, row["per"].split("*")))


def read_estimates(root: Path, leaves: dict[tuple[str, ...], object]) -> Estimates:
    return Estimates(tuple(_table(root / ESTIMATES)), {".".join(path): value for path, value in leaves.items()})


def read_prices(root: Path) -> Prices:
    names = ("input_usd_per_million_tokens", "output_usd_per_million_tokens")
    return {row["model"]: tuple(float(row[name]) / 1e6 for name in names) for row in _table(root / PRICES)}


def _table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def price(jobs: Iterable[Planned], sidecars: dict[str, dict | None], estimates: Estimates, prices: Prices) -> Price:
    """The price of running the jobs anew; `sidecars` are records by their path, of these jobs and of others."""
    by_rule: dict[str, list[dict]] = {}
    for record in sidecars.values():
        if _usable(record):
            by_rule.setdefault(record["rule"], []).append(record)
    total = Price()

    def add(share: Share, job: Planned, measure: Callable[[dict], float | None], estimate: float | None) -> None:
        own, others = sidecars.get(job.sidecar), by_rule.get(job.rule, [])
        known = measure(own) if _usable(own) else None
        alike = [amount for record in others if (amount := measure(record)) is not None]
        if known is not None:
            share.add(known, "measured")
        elif alike:
            share.add(fmean(alike), "as others of its rule")
        else:
            share.add(estimate, "unknown" if estimate is None else "estimated")

    for job in jobs:
        if job.command:
            add(total.cpu_minutes, job, lambda record: record["run"]["cpu_seconds"] / 60, None)
            if job.gpus:
                add(total.gpu_hours, job, functools.partial(_gpu_hours, gpus=job.gpus), _gpu_guess(job, estimates))
            if models := asked(job):
                guess = _usd_guess(job, models, estimates, prices)
                add(total.usd, job, functools.partial(_usd, prices=prices), guess)
    return total


def asked(job: Planned) -> dict[str, str]:
    """The models that the job asks through an address, by the option that names them."""
    found = {}
    for option, values in by_option(words_of(job)).items():
        for value in values:
            entry = json.loads(value) if value.startswith('{"') else None
            if entry and entry.get("backend", "local") != "local":
                found[option] = entry["id"]
    return found


def _usable(record: dict | None) -> bool:
    """Whether the record tells what a whole run costs: not of a failed job, nor of one published again."""
    return bool(record) and record.get("status") == "ok" and "kept" not in record


def _gpu_hours(record: dict, gpus: int) -> float | None:
    """0 for a job that ran without a GPU: it needs none here."""
    seen = record["run"].get("gpus")
    return None if seen is None else gpus * record["run"]["seconds"] / 3600 * bool(seen)


def _usd(record: dict, prices: Prices) -> float | None:
    """What the recorded tokens cost; None where tokens or a price are not recorded. Local models cost nothing."""
    used = {model: counts for model, counts in record.get("used", {"": {}}).items() if model != "local"}
    if not used.keys() <= prices.keys():
        return None
    return sum(
        counts.get(name, 0) * rate
        for model, counts in used.items()
        for name, rate in zip(("tokens_in", "tokens_out"), prices[model], strict=True)
    )


def _gpu_guess(job: Planned, estimates: Estimates) -> float | None:
    row = estimates.row(job, "")
    return float(row["gpu_hours"]) * estimates.units(job, row) if row else None


def _usd_guess(job: Planned, models: dict[str, str], estimates: Estimates, prices: Prices) -> float | None:
    total = 0.0
    for option, model in models.items():
        row = estimates.row(job, option)
        if row is None or model not in prices:
            return None
        calls = float(row["calls"]) * estimates.units(job, row)
        total += calls * (float(row["tokens_in"]) * prices[model][0] + float(row["tokens_out"]) * prices[model][1])
    return total
