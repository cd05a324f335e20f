"""What is stale now, by which edit, and what rebuilding costs: `make why RUN=demo TARGET=results/demo/table3.csv`.

    python -m scripts.provenance.why --run demo|laptop|paper [--data-dir DIR] [TARGET …]

Which jobs are stale is Snakemake's decision (scripts/provenance/plan.py); the last build's sidecars tell the edits and
the price. Nothing is run; nothing is written but caches.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from scripts.config.overlays import RUNS, leaves, read_run
from scripts.provenance.causes import Edit, Records, edits_of
from scripts.provenance.plan import Planned, configfiles_of, plan
from scripts.provenance.price import Estimates, Price, Share, price, read_estimates, read_prices

RULES_SHOWN = 4
EDITS_SHOWN = 25
# One edit's line: for one job and for several.
_DO = {
    "file": ("reads it", "read it"),
    "built": ("reads it", "read it"),
    "code": ("runs it", "run it"),
    "pins": ("runs in it", "run in it"),
    "backend": ("is answered by it", "are answered by it"),
    "option": ("is told", "are told"),
}
_SAID = {"never": "never built", "missing": "an output is missing"}


def descendants(jobs: list[Planned], roots: Iterable[Planned]) -> set[Planned]:
    """The roots and every job that reads, directly or not, what they write."""
    readers: dict[str, list[Planned]] = {}
    for job in jobs:
        for name in job.inputs:
            readers.setdefault(name, []).append(job)
    found, todo = set(roots), list(roots)
    while todo:
        for reader in (reader for name in todo.pop().outputs for reader in readers.get(name, ())):
            if reader not in found:
                found.add(reader)
                todo.append(reader)
    return found


def by_edit(jobs: list[Planned], records: Records) -> dict[Edit, list[Planned]]:
    """The jobs that each edit makes stale by itself."""
    found: dict[Edit, list[Planned]] = {}
    for job in jobs:
        for edit in edits_of(job, records):
            found.setdefault(edit, []).append(job)
    return found


def edit_lines(jobs: list[Planned], found: dict[Edit, list[Planned]], known: dict) -> list[str]:
    """The edits with their jobs, those that make most stale first."""
    stale = [job for job in jobs if job.stale and job.command]
    sized = [(edit, roots, len(descendants(stale, roots))) for edit, roots in found.items()]
    lines = []
    for edit, roots, total in sorted(sized, key=lambda entry: (-entry[2], entry[0].kind, entry[0].name))[:EDITS_SHOWN]:
        follow = total - len(roots)
        lines.append(_told(edit, len(roots), known) + (f", {follow} follow{'s' * (follow == 1)}" if follow else ""))
        rules = Counter(job.rule for job in roots).most_common()
        more = f", and {len(rules) - RULES_SHOWN} more rules" if len(rules) > RULES_SHOWN else ""
        lines.append("    " + ", ".join(f"{rule} ({count})" for rule, count in rules[:RULES_SHOWN]) + more)
    return lines + [f"… and {len(sized) - EDITS_SHOWN} more edits"] * (len(sized) > EDITS_SHOWN)


def _told(edit: Edit, count: int, known: dict) -> str:
    jobs = f"{count} {'job' if count == 1 else 'jobs'}"
    if edit.kind == "other":
        return f"no record tells why: {jobs}. {edit.name}"
    if edit.kind == "unfinished":
        return f"did not finish ({edit.name}): {jobs}"
    if edit.kind not in _DO:
        return f"{_SAID[edit.kind]}: {jobs}"
    name = leaf_of(edit, known) if edit.kind == "option" else edit.name
    what = f"pins {edit.what}" if edit.kind == "pins" else edit.what
    return f"{name} {_short(what)}: {jobs} {_DO[edit.kind][count > 1]}"


def leaf_of(edit: Edit, known: dict) -> str:
    """The config leaf that an option's new value comes from, where its name and value leave one; else the option."""
    new = edit.what.rpartition(" -> ")[2]
    last = tuple(edit.name.split()[-1].removeprefix("--").replace("-", "_").split("."))
    fits = [
        path for path, value in known.items() if path[-len(last) :] == last and new in (str(value), json.dumps(value))
    ]
    return ".".join(fits[0]) if len(fits) == 1 else edit.name


def _short(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:60]} … {text[-35:]}"


def price_lines(found: Price) -> list[str]:
    shares = (("CPU", found.cpu_minutes, "minutes"), ("GPU", found.gpu_hours, "hours"), ("API", found.usd, "USD"))
    return [f"    {name}  {_amount(share):>10} {unit:7}  {_basis(share)}" for name, share, unit in shares]


def _amount(share: Share) -> str:
    return "?" if share.jobs.keys() == {"unknown"} else f"{share.amount:,.2f}"


def _basis(share: Share) -> str:
    """How many jobs the amount is known for, and how."""
    ways = ", ".join(f"{count} {how}" for how, count in sorted(share.jobs.items()))
    return f"jobs: {ways}" if ways else "no job needs it"


def report(run: str, jobs: list[Planned]) -> list[str]:
    """The lines that `main` prints."""
    stale = [job for job in jobs if job.stale and job.command]
    if not stale:
        return [f"Nothing is stale: all {sum(bool(job.command) for job in jobs)} jobs are up to date."]
    records, known = Records(jobs), leaves(read_run(run, Path()))
    estimates = read_estimates(Path(), known) if run == "paper" else Estimates()
    rules = Counter(job.rule for job in stale)
    return [
        f"{len(stale)} of {sum(bool(job.command) for job in jobs)} jobs {'is' if len(stale) == 1 else 'are'} stale.",
        "",
        *edit_lines(jobs, by_edit(jobs, records), known),
        "",
        "Stale, by rule:",
        *(f"    {count:4}  {rule}" for rule, count in sorted(rules.items())),
        "",
        "Rebuilding costs at most (journals and checkpoints may spare some of it):",
        *price_lines(price(stale, records.by_sidecar, estimates, read_prices(Path()))),
    ]


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", choices=sorted(RUNS), default="paper")
    parser.add_argument("--data-dir", help="folder of real corpora and dumps, where it is not the config's")
    parser.add_argument("targets", nargs="*", help="files or rules; none: the default target")
    return parser.parse_args(argv)


def planned(args: argparse.Namespace) -> list[Planned]:
    """The plan that was asked for; what Snakemake says when there is none ends the program."""
    from snakemake.exceptions import RuleException, WorkflowError

    try:
        return plan(configfiles_of(args.run), args.targets, args.data_dir)
    except (RuleException, WorkflowError) as error:
        sys.exit(f"There is no plan. {' '.join(str(error).split('Wildcards:')[0].split())}")


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    print("\n".join(report(args.run, planned(args))))


if __name__ == "__main__":
    main()
