"""Writes docs/targets.md, where each target of both papers comes from, and the rule graph of figure 3, or checks them.

    python -m scripts.provenance.targets --write | --check

Both follow from the graph at paper scale, of `all` and of `paper_a`, with nothing built. Which targets the papers have
stands in resources/targets.csv; what a target needs is read off its jobs, and taken from that file where no rule makes
it yet, or people are needed.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.provenance.blast import paper_graph
from scripts.provenance.pages import keep_current
from scripts.provenance.plan import Planned
from scripts.text.files import read_csv

PAGE, GRAPH, LIST = "docs/targets.md", "resources/rule_graph.csv", "resources/targets.csv"
RESULTS = "results"
_HOSTED = re.compile(r'"backend": "openai", "id": "([^"]+)"')
_FEW = 3  # direct inputs of one kind that are named one by one

_PREFACE = """# Targets of both papers

Made by `python -m scripts.provenance.targets --write` from the graph of `all` at paper scale (nothing built) and
`resources/targets.csv`. In the demo the same files lie in `results/demo/`, need no GPU and no key, and
`make demo-all` builds all that are `built`. Beside the `.csv` of a table lies its `.md`, beside a figure its `.csv`.

API: models that are asked through an address anywhere on the way. GPU: whether a job on the way wants one, to train or
only to infer. Human: whether people's ratings are part of it. Rules: how many different ones are on the way, and jobs.
Where people are needed, API and GPU are what the whole takes; rules and jobs are those before anybody has rated.
"""


def way(jobs: Iterable[Planned], target: str) -> list[Planned]:
    """The jobs that make the target, what those read, and so on, in the graph's order; none if no job makes it."""
    jobs = list(jobs)
    maker = {name: job for job in jobs for name in job.outputs}
    found: set[Planned] = set()
    todo = [maker[target]] if target in maker else []
    while todo:
        job = todo.pop()
        if job not in found:
            found.add(job)
            todo += [maker[name] for name in job.inputs if name in maker]
    return [job for job in jobs if job in found]


def api(jobs: Iterable[Planned]) -> str:
    """Ids of the hosted models that the jobs ask, or no."""
    return ", ".join(sorted({name for job in jobs for name in _HOSTED.findall(job.command)})) or "no"


def gpu(jobs: Iterable[Planned]) -> str:
    """train, infer or no."""
    rules = {job.rule for job in jobs if job.gpus}
    return "train" if any(".train_" in rule for rule in rules) else "infer" if rules else "no"


def needs(entry: dict[str, str], jobs: list[Planned]) -> tuple[str, str, str]:
    """API, GPU and human, read off the jobs where these are all that the target will ever be made of."""
    if not jobs or entry["human"] == "needed":
        return entry["api"], entry["gpu"], entry["human"]
    return api(jobs), gpu(jobs), entry["human"]


def grouped(names: Iterable[str]) -> list[str]:
    """The files; of many in one folder, or of one name in folders side by side, their pattern and number."""
    left, lines = sorted(names), []
    for pattern in (_beside, _in_folder):
        for shape, count in sorted(Counter(map(pattern, left)).items()):
            if count > _FEW:
                lines.append(f"{shape} ({count})")
                left = [name for name in left if pattern(name) != shape]
    return sorted([*left, *lines])


def _beside(name: str) -> str:
    path = Path(name)
    return str(path.parent.parent / "*" / path.name)


def _in_folder(name: str) -> str:
    path = Path(name)
    return str(path.parent / f"*{path.suffix}")


def page(jobs: list[Planned], targets: list[dict[str, str]]) -> str:
    """docs/targets.md."""
    ways = {entry["target"]: way(jobs, f"{RESULTS}/{entry['target']}") for entry in targets}
    built = sum(map(bool, ways.values()))
    rows, sections = [], []
    for entry in targets:
        own = ways[entry["target"]]
        rules = list(dict.fromkeys(job.rule for job in own))
        cells = (f"`{RESULTS}/{entry['target']}`", entry["shows"], *needs(entry, own))
        count = f"{len(rules)}, {len(own)} jobs" if own else "–"
        rows.append(f"| {' | '.join(cells)} | {count} | {'built' if own else 'not yet'} |")
        if own:
            sections += ["", f"### {entry['target']}", "", *_ways(own, rules, f"{RESULTS}/{entry['target']}")]
    head = "| target | shows | API | GPU | human | rules | status |\n|---|---|---|---|---|---|---|"
    count = f"{built} of {len(targets)} are built."
    return "\n".join([_PREFACE, count, "", head, *rows, "", "## Where each comes from", *sections, ""])


def _ways(jobs: list[Planned], rules: list[str], target: str) -> list[str]:
    (last,) = (job for job in jobs if target in job.outputs)
    inputs = ", ".join(f"`{name}`" for name in grouped(last.inputs))
    return [f"Reads {inputs}.", "", f"Rules: {' → '.join(f'`{rule}`' for rule in rules)}."]


def graph(jobs: list[Planned]) -> str:
    """The rule graph as CSV: a row for each rule and rule that it follows, rules in the graph's order."""
    maker = {name: job.rule for job in jobs for name in job.outputs}
    order = list(dict.fromkeys(job.rule for job in jobs))
    count = Counter(job.rule for job in jobs)
    follows: dict[str, set[str]] = {rule: set() for rule in order}
    for job in jobs:
        follows[job.rule] |= {maker[name] for name in job.inputs if name in maker} - {job.rule}
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["rule", "jobs", "follows"])
    for rule in order:
        earlier = sorted(follows[rule], key=order.index) or [""]
        writer.writerows([rule, count[rule], name] for name in earlier)
    return stream.getvalue()


def made() -> Iterator[tuple[str, str]]:
    """Both files' paths and texts."""
    yield PAGE, page(paper_graph(), read_csv(LIST))
    yield GRAPH, graph([job for job in paper_graph("paper_a") if not job.rule.startswith("audit.")])


def main(argv: list[str] | None = None) -> None:
    keep_current(argv, "scripts.provenance.targets", __doc__, "graph", made)


if __name__ == "__main__":
    main()
