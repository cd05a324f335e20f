"""What asking models will cost for the whole build, before and while it is asked: `make estimate RUN=paper`.

    python -m scripts.provenance.estimate --run demo|laptop|paper

Counts and lengths are those of `<results>/audit/estimate.csv`. Where jobs have finished, their sidecars replace the
estimate, and what they took beside what was estimated for them corrects the other jobs of the same rule and model;
where none has, the journals' tokens a call do. Neither a dump nor a key need be there; nothing is asked or written.
"""

import argparse
import json
import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scripts.config.load import load_config
from scripts.config.overlays import RUNS, leaves, read_run
from scripts.llm.below import files_below
from scripts.llm.prices import Prices, in_words
from scripts.llm.spent import Group, Used, usd_of, used_in
from scripts.provenance.estimates import Asked, Estimates
from scripts.provenance.price import read_estimates, read_prices
from scripts.provenance.steps import Step, settings_of, steps_of

LEAST = 20  # answers that a journal must hold before its tokens a call count
Key = tuple[str, str]  # rule, model


@dataclass
class Line:
    """A rule and a model: what its jobs are estimated to take, what finished jobs took, and answers in journals."""

    guessed: dict[str, Asked] = field(default_factory=dict)  # by artifact
    measured: dict[str, Asked] = field(default_factory=dict)  # of these, by sidecars
    begun: dict[Group, Used] = field(default_factory=dict)  # answers in the journals of unfinished artifacts

    @property
    def answers(self) -> Used:
        return _used(self.begun.values())

    def total(self) -> Asked:
        """Measured where measured; elsewhere the estimate, corrected by what is known."""
        return self.unfinished().plus(_sum(self.measured.values()))

    def unfinished(self) -> Asked:
        """What the jobs without a measurement take, by the estimate as corrected; what they took so far included."""
        left = _sum(asked for name, asked in self.guessed.items() if name not in self.measured)
        done = _sum(self.measured.values())
        if done.calls:
            expected = _sum(self.guessed[name] for name in self.measured)
            left = Asked(*(one * took / of if of else one for one, took, of in zip(left, done, expected, strict=True)))
        elif self.answers.requests >= LEAST:
            left = Asked(
                left.calls,
                left.calls * self.answers.tokens_in / self.answers.requests,
                left.calls * self.answers.tokens_out / self.answers.requests,
            )
        return left

    def usd_to_come(self, prices: Prices, model: str) -> float:
        """USD that the unfinished jobs are still to cost; 0 for a model without a price."""
        if model not in prices:
            return 0.0
        left = self.unfinished()
        return max(prices[model].usd(left.tokens_in, left.tokens_out) - usd_of(self.begun, prices), 0.0)

    def known_by(self) -> str:
        if self.measured:
            return f"{len(self.measured)} of {len(self.guessed)} jobs measured"
        if self.answers.requests >= LEAST:
            return f"tokens a call of {self.answers.requests:,} answers"
        return "estimated"


def lines_of(steps: Iterable[Step], estimates: Estimates, took: dict[str, dict], journals: Path) -> dict[Key, Line]:
    """A Line for each rule and model; `took` is the sidecars' `used` by artifact."""
    found: dict[Key, Line] = {}
    for step in steps:
        line = found.setdefault((step.rule, step.model), Line())
        line.guessed[step.artifact] = line.guessed.get(step.artifact, Asked()).plus(estimates.of(step))
        counts = took.get(step.artifact, {}).get(step.model)
        if counts:
            line.measured[step.artifact] = Asked(counts["requests"], counts["tokens_in"], counts["tokens_out"])
    for (_, model), line in found.items():
        open_ones = [name for name in line.guessed if name not in line.measured]
        sums = sums_of(path for name in open_ones for path in journals_of(name, journals))
        line.begun = {group: used for group, used in sums.items() if group.model == model}
    return found


def finished(logs: Path) -> dict[str, dict]:
    """What each finished job's answers took by model, by artifact; not of jobs that published kept work again."""
    found = {}
    for path in logs.rglob("*.json"):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue  # a killed job's
        if record.get("status") == "ok" and "kept" not in record:
            found |= {name: record.get("used", {}) for name in record["outputs"]}
    return found


def journals_of(artifact: str, root: Path) -> list[Path]:
    """The artifact's journals: one, or one a role."""
    place = root / artifact
    return [path for path in sorted(place.parent.glob(f"{place.name}.*")) if path.suffix == ".jsonl"]


def journal_sums(path: Path) -> dict[Group, Used]:
    with open(path, "rb") as stream:
        return used_in(stream)


def sums_of(paths: Iterable[Path]) -> dict[Group, Used]:
    """The sums over several journals."""
    sums: dict[Group, Used] = {}
    for path in paths:
        for group, used in journal_sums(path).items():
            sums[group] = sums.get(group, Used()).plus(used)
    return sums


def spent_below(folders: Iterable[Path], prices: Prices) -> str:
    """One sentence on what all journals below the folders cost."""
    sums = sums_of(path for folder in folders for path in files_below(folder, "*.jsonl"))
    priced = {group: used for group, used in sums.items() if group.model in prices}
    unpriced = _used(sums[group] for group in sums.keys() - priced.keys())
    words = f"Spent so far, by the journals: {usd_of(priced, prices):,.2f} USD for {_used(priced.values()).requests:,} "
    words += "answers."
    return words + (f" {unpriced.requests:,} answers are of models without a price." if unpriced.requests else "")


def of_budget(budget: float | None, root: Path, found: dict[Key, Line], prices: Prices) -> str:
    """Whether llm.budget_usd bears what is still to be asked; it counts all journals below the root, of every run."""
    if budget is None:
        return "Budget (llm.budget_usd): none is set."
    sums = sums_of(files_below(root, "*.jsonl"))
    spent = usd_of({group: used for group, used in sums.items() if group.model in prices}, prices)
    left = sum(line.usd_to_come(prices, model) for (_, model), line in found.items())
    words = f"Budget (llm.budget_usd): {in_words(budget)} USD. All journals below {root}, which it counts, hold "
    words += f"{in_words(spent)} USD; about {in_words(left)} USD are to come."
    if spent > budget or (left and spent >= budget):
        return f"{words} IT IS USED UP ALREADY: nothing more will be asked. Raise it to {_raised(spent + left)}."
    if spent + left > budget:
        return f"{words} TOGETHER THEY EXCEED IT: the build will stop midway. Raise it to {_raised(spent + left)}."
    return f"{words} It suffices."


def _raised(usd: float) -> str:
    return f"{in_words(math.ceil(usd * 110) / 100)} or more (with a tenth to spare)"


def table(found: dict[Key, Line], prices: Prices) -> list[str]:
    """The lines that `main` prints: a rule and a model each, and their sum."""
    head = f"{'rule':34}{'model':26}{'jobs':>5}{'calls':>12}{'read, M':>10}{'written, M':>12}{'USD':>10}  by"
    rows = [head]
    for (rule, model), line in found.items():
        total, rate = line.total(), prices.get(model)
        usd = f"{rate.usd(total.tokens_in, total.tokens_out):,.2f}" if rate else "?"
        rows.append(_row(rule, model, len(line.guessed), total, usd) + f"  {line.known_by()}")
    whole = _sum(line.total() for line in found.values())
    known = {key: line.total() for key, line in found.items() if key[1] in prices}
    usd = sum(prices[model].usd(total.tokens_in, total.tokens_out) for (_, model), total in known.items())
    rows.append(
        _row("in all", "", len({name for line in found.values() for name in line.guessed}), whole, f"{usd:,.2f}")
    )
    missing = sorted({model for _, model in found if model not in prices})
    return rows + [f"No price is known for {model}: add it to resources/prices.csv." for model in missing]


def _row(rule: str, model: str, jobs: int, total: Asked, usd: str) -> str:
    millions = f"{total.tokens_in / 1e6:10,.2f}{total.tokens_out / 1e6:12,.2f}"
    return f"{rule:34}{model:26}{jobs:5}{total.calls:12,.0f}{millions}{usd:>10}"


def _sum(parts: Iterable[Asked]) -> Asked:
    total = Asked()
    for part in parts:
        total = total.plus(part)
    return total


def _used(parts: Iterable[Used]) -> Used:
    total = Used()
    for part in parts:
        total = total.plus(part)
    return total


SHARE = "supporter.rollouts.train_share"


def of_share(config: dict, root: Path, prices: Prices) -> str:
    """What all train turns would cost beside the share of them that is rolled out, both as estimated (I-A29)."""
    words = []
    rollouts = config["supporter"]["rollouts"]
    for share in dict.fromkeys((rollouts["train_share"], 1.0)):
        changed = config | {"supporter": config["supporter"] | {"rollouts": rollouts | {"train_share": share}}}
        estimates, usd = read_estimates(root, leaves(changed)), 0.0
        for step in steps_of(settings_of(changed), config["pathvars"]["results"]):
            if step.model in prices:
                asked = estimates.of(step)
                usd += prices[step.model].usd(asked.tokens_in, asked.tokens_out)
        words.append(f"{usd:,.2f} USD with {share:g}{' (all train turns)' if share == 1 else ''}")
    return f"The whole as estimated, by {SHARE}: {', '.join(words)}."


def report(run: str, root: Path, journal: Path) -> list[str]:
    """What `main` prints."""
    config = load_config(read_run(run, root)).model_dump(mode="json")
    estimates, prices = read_estimates(root, leaves(config)), read_prices(root)
    results = config["pathvars"]["results"]
    steps = list(steps_of(settings_of(config), results))
    folders = [journal / results / stage for stage in sorted({step.rule.split(".")[0] for step in steps})]
    found = lines_of(steps, estimates, finished(root / config["pathvars"]["logs"]), journal)
    return [
        f"What models behind an address are asked by the whole build (run {run}); tokens in millions:",
        *table(found, prices),
        of_share(config, root, prices),
        spent_below(folders, prices),
        of_budget(config["llm"]["budget_usd"], journal, found, prices),
    ]


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", choices=sorted(RUNS), default="paper")
    args = parser.parse_args(argv)
    print("\n".join(report(args.run, Path(), Path(os.environ.get("AFFIRM_JOURNAL") or "journal"))))


if __name__ == "__main__":
    main()
