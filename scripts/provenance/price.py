"""What jobs cost: CPU minutes, GPU-hours and API USD, from sidecars of their last run or, at paper scale, estimates."""

import functools
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from scripts.llm.prices import Prices
from scripts.llm.prices import read_prices as read_prices_of
from scripts.provenance.causes import by_option, words_of
from scripts.provenance.estimates import Estimates, read_sizes, read_taxonomies
from scripts.provenance.plan import Planned
from scripts.provenance.steps import REMOTE
from scripts.text.files import read_csv

ESTIMATES = "resources/estimates.csv"
LENGTHS = "resources/lengths.csv"
PRICES = "resources/prices.csv"
TAXONOMIES = ("values", "problems", "strategies", "criteria", "emotions")


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


def read_estimates(root: Path, leaves: dict[tuple[str, ...], object]) -> Estimates:
    """The estimates of a run, by the leaves of its config; offline models have lengths of their own."""
    known = {".".join(path): value for path, value in leaves.items()}
    offline = any(path[0] == "models" and value == "offline" for path, value in leaves.items())
    sizes = read_sizes(
        root / LENGTHS,
        "offline" if offline else "published",
        sorted((root / str(known["prompts_dir"])).glob("*.md")),
        read_taxonomies({name: root / "resources/taxonomy" / f"{name}.yaml" for name in TAXONOMIES}),
        int(str(known["personas.cells"])),
    )
    return Estimates(tuple(read_csv(root / ESTIMATES)), known, sizes)


def read_prices(root: Path) -> Prices:
    return read_prices_of(root / PRICES)


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
            if entry and entry.get("backend") in REMOTE:
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
        prices[model].usd(counts.get("tokens_in", 0), counts.get("tokens_out", 0)) for model, counts in used.items()
    )


def _gpu_guess(job: Planned, estimates: Estimates) -> float | None:
    artifact, given = job.outputs[0], by_option(words_of(job))
    row = estimates.row(job.rule, artifact, "")
    if row is None:
        return None
    return estimates.amount(row, "per", artifact, given) * estimates.amount(row, "gpu_hours", artifact, given)


def _usd_guess(job: Planned, models: dict[str, str], estimates: Estimates, prices: Prices) -> float | None:
    total = 0.0
    for option, model in models.items():
        found = estimates.asked(job.rule, job.outputs[0], option, by_option(words_of(job)))
        if found is None or model not in prices:
            return None
        total += prices[model].usd(found.tokens_in, found.tokens_out)
    return total
