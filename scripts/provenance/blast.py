"""Writes docs/blast.md, what an edit of each module and prompt costs at paper scale, or checks that it is current.

    python -m scripts.provenance.blast --write | --check

The graph is that of `all`, with nothing built and everything fetched. An edit reaches the jobs whose code signature
covers the module, or that declare the prompt, and every job below them.
"""

import csv
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scripts.config.overlays import leaves, read_run
from scripts.provenance.pages import keep_current
from scripts.provenance.plan import Planned, plan
from scripts.provenance.price import Price, price, read_estimates, read_prices
from scripts.provenance.signature import parts
from scripts.provenance.why import descendants

PAGE = "docs/blast.md"
LARGEST = 10

_PREFACE = """# What an edit costs

Made by `python -m scripts.provenance.blast --write` from the graph of `all` at paper scale (nothing built),
`resources/estimates.csv` and `resources/prices.csv`. An edit of code, or of a prompt's text, makes stale the jobs that
run or read it and all that follow from them; comments and docstrings make nothing stale. GPU-hours (A100) and USD are
**estimates of their order of magnitude**, not measurements, and upper bounds: journals and checkpoints may spare some
of it. `make why` prices an edit at hand by the last build's records. Modules that are not listed make no job of this
graph stale: they transport, record and watch, or serve the other runs.

By hand, as a check: the paper states about 10, 20, 10, 20 and 5 hours for one run of each of its trainings (D.1, D.2,
D.3; those of D.2 on an A6000, taken as half), here run 1, 2, 1, 2 and 2 times: 10 + 20 + 5 + 40 + 10 = 85. Three
baselines of up to three times the supporter's rows: about 35. Paper B states 2 hours on eight A6000 (8 A100-hours) on
ESConv and 10 (40) on EmpatheticDialogues, here for five models and three seeds: 15 x 48 = 720, and as many times 8 for
alignment once people have ranked. Generation is the rest. Of the API calls, rollouts and
emotion scores are most: 1,900 dialogues x 9 branches x 5 exchanges x 2 calls x 900 tokens = 150 million tokens read
(23 USD), 1,900 x 32 turns x 10 judgements x 500 tokens = 300 million (46 USD).

"""


@dataclass(frozen=True)
class Cost:
    """What an edit of `name` makes stale: jobs by themselves and in all, and their estimated price."""

    name: str
    direct: int
    jobs: int
    gpu_hours: float
    usd: float

    def row(self) -> str:
        return f"| `{self.name}` | {self.direct} | {self.jobs} | {self.gpu_hours:,.1f} | {self.usd:,.2f} |"


def paper_graph(target: str = "all") -> list[Planned]:
    """The target's jobs at paper scale, whatever this machine holds: only files without an address are in place."""
    with tempfile.TemporaryDirectory() as folder:
        with open("resources/datasets.csv", encoding="utf-8", newline="") as stream:
            names = [row["file"] for row in csv.DictReader(stream) if not row["url"]]
        for path in (Path(folder, name) for name in names):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        salt = os.path.relpath(Path(folder, "salt.txt"))  # a salt that lies here already is not drawn
        Path(folder, "config.yaml").write_text(f"reddit: {{salt_file: {salt}}}\n", encoding="utf-8")
        return [job for job in plan([f"{folder}/config.yaml"], [target], folder) if job.command]


def modules_of(job: Planned) -> set[str]:
    """The modules that the job's code signature covers, without the packages' empty `__init__`s."""
    found = parts(f"scripts/{job.rule.replace('.', '/')}.py", None)
    return {path for path in found if not path.endswith("/__init__.py")}


def costs(jobs: list[Planned]) -> tuple[list[Cost], list[Cost]]:
    """The cost of editing each module of the graph and each prompt that it reads, the largest first."""
    prices, estimates = read_prices(Path()), read_estimates(Path(), leaves(read_run("paper", Path())))
    priced = {job: price([job], {}, estimates, prices) for job in jobs}
    modules: dict[str, list[Planned]] = {}
    prompts: dict[str, list[Planned]] = {}
    for job in jobs:
        for name in modules_of(job):
            modules.setdefault(name, []).append(job)
        for name in job.inputs:
            if name.startswith("resources/prompts/"):
                prompts.setdefault(name, []).append(job)

    def cost(name: str, roots: list[Planned]) -> Cost:
        reached = descendants(jobs, roots)
        hours, usd = total([priced[job] for job in reached])
        return Cost(name, len(roots), len(reached), hours, usd)

    def ordered(found: dict[str, list[Planned]]) -> list[Cost]:
        every = [cost(name, roots) for name, roots in found.items()]
        return sorted(every, key=lambda entry: (-round(entry.gpu_hours, 1), -entry.usd, -entry.jobs, entry.name))

    return ordered(modules), ordered(prompts)


def total(found: Iterable[Price]) -> tuple[float, float]:
    """GPU-hours and USD together, summed in a fixed order."""
    found = list(found)
    hours, usd = (sorted(getattr(one, name).amount for one in found) for name in ("gpu_hours", "usd"))
    return sum(hours), sum(usd)


def page(jobs: list[Planned]) -> str:
    """docs/blast.md."""
    modules, prompts = costs(jobs)
    largest = sorted([*modules, *prompts], key=lambda entry: (-round(entry.gpu_hours, 1), -entry.usd, entry.name))
    head = "| {} | by itself | jobs in all | GPU-hours | USD |\n|---|---|---|---|---|"
    return "\n".join(
        [
            _PREFACE + _whole(jobs),
            "",
            f"## The {LARGEST} largest",
            "",
            head.format("edited"),
            *(entry.row() for entry in largest[:LARGEST]),
            "",
            "## Prompts",
            "",
            head.format("prompt"),
            *(entry.row() for entry in prompts),
            "",
            "## Modules",
            "",
            head.format("module"),
            *(entry.row() for entry in modules),
            "",
        ]
    )


def _whole(jobs: list[Planned]) -> str:
    """The whole build's price by rule."""
    prices, estimates = read_prices(Path()), read_estimates(Path(), leaves(read_run("paper", Path())))
    by_rule: dict[str, list[Planned]] = {}
    for job in jobs:
        by_rule.setdefault(job.rule, []).append(job)
    found = {rule: price(of, {}, estimates, prices) for rule, of in sorted(by_rule.items())}
    hours, usd = total(found.values())
    rows = [
        f"| `{rule}` | {len(by_rule[rule])} | {one.gpu_hours.amount:,.1f} | {one.usd.amount:,.2f} |"
        for rule, one in found.items()
        if one.gpu_hours.amount or one.usd.amount
    ]
    head = "| rule | jobs | GPU-hours | USD |\n|---|---|---|---|"
    words = f"The whole build: {len(jobs)} jobs, about {hours:,.0f} GPU-hours and {usd:,.0f} USD; by rule, where any:"
    return "\n".join([words, "", head, *rows])


def main(argv: list[str] | None = None) -> None:
    keep_current(argv, "scripts.provenance.blast", __doc__, "graph", lambda: [(PAGE, page(paper_graph()))])


if __name__ == "__main__":
    main()
