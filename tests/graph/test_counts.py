"""How many jobs of each rule a target runs, beside what is written down, and what planning them costs.

After a change that is meant: `python -m tests.graph.test_counts` writes job_counts.csv anew; read its diff.
"""

import csv
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tests.graph.planned import planned
from tests.graph.tree import ROOT, copy_tree, put_dumps

COUNTS = ROOT / "tests" / "graph" / "job_counts.csv"
RUNS = {"paper": (), "demo": ("--profile", "demo")}
TARGETS = ("headline", "paper_a", "all")
COLUMNS = ["run", "target", "rule", "jobs"]
RENEW = "If that is meant: python -m tests.graph.test_counts"
Counts = dict[tuple[str, str, str], int]


def counted(tree: Path) -> Counts:
    """(run, target, rule) -> jobs, of six dry runs; aggregates, which run no command, are left out."""
    found: Counts = {}
    for run, words in RUNS.items():
        for target in TARGETS:
            jobs = Counter(job.rule for job in planned(tree, *words, "--", target)[0])
            found |= {(run, target, rule): count for rule, count in jobs.items()}
    return found


def written_down() -> Counts:
    with open(COUNTS, encoding="utf-8", newline="") as stream:
        return {(row["run"], row["target"], row["rule"]): int(row["jobs"]) for row in csv.DictReader(stream)}


def differences(expected: Counts, found: Counts) -> list[str]:
    """One line for each rule of a target whose number of jobs is another."""
    return [
        f"{' '.join(key)}: {expected.get(key, 0)} written down, {found.get(key, 0)} planned"
        for key in sorted({**expected, **found})
        if expected.get(key) != found.get(key)
    ]


@pytest.fixture(scope="module")
def counts(tree) -> Counts:
    return counted(tree)


def test_every_target_runs_the_jobs_that_are_written_down(counts):
    wrong = differences(written_down(), counts)
    assert not wrong, "\n".join([*wrong, RENEW])


def test_another_number_of_jobs_is_told_by_rule(counts):
    key = ("paper", "all", "judging.judge_skills")
    assert differences(counts, {**counts, key: 8}) == [
        "paper all judging.judge_skills: 34 written down, 8 planned",
    ]


def test_full_paper_graph_stays_below_1500_jobs(counts):
    assert 80 <= sum(jobs for (run, target, _), jobs in counts.items() if (run, target) == ("paper", "all")) <= 1500


def test_planning_the_full_paper_graph_takes_less_than_8_seconds_of_cpu(tree):
    """1.6 s on two cores, 1.25 of them for an empty Snakefile."""
    assert 0.5 < planned(tree, "--", "all")[1] < 8


# CPU seconds of importing Snakemake, and of reading a Snakefile after that.
_READ = """
import sys, time
from pathlib import Path
from snakemake.api import SnakemakeApi
from snakemake.settings.types import OutputSettings, Quietness, ResourceSettings

with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
    imported = time.process_time()
    api.workflow(ResourceSettings(cores=1), snakefile=Path(sys.argv[1]))._workflow
    print(imported, time.process_time() - imported)
"""


def reading(tree: Path, snakefile: str) -> tuple[float, float]:
    """CPU seconds of importing Snakemake, and of reading the Snakefile after that."""
    command = [sys.executable, "-c", _READ, snakefile]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=True, timeout=120)
    imported, read = done.stdout.split()[-2:]
    return float(imported), float(read)


def test_reading_our_snakefile_costs_little_beside_importing_snakemake(tree, tmp_path):
    """0.4 s for 114 rules once signatures are known, beside 0.8 s: 4 ms a rule, of which Snakemake's parser takes most.

    As a share of the import, for busy machines: a rule that hashes or imports what it need not costs far more.
    """
    rules = sum(
        len(re.findall(r"^(?:rule|checkpoint) ", file.read_text(), re.MULTILINE)) for file in tree.glob("rules/*.smk")
    )
    (tmp_path / "Snakefile").write_text("rule nothing:\n")
    reading(tree, "Snakefile")  # fills the cache of signatures
    imported, ours = reading(tree, "Snakefile")
    assert ours - reading(tree, str(tmp_path / "Snakefile"))[1] < 0.0075 * imported * rules


def renew() -> None:
    """Writes job_counts.csv as the graph is now."""
    with tempfile.TemporaryDirectory() as folder:
        tree = copy_tree(Path(folder) / "affirm")
        put_dumps(tree)
        found = counted(tree)
    with open(COUNTS, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([*key, found[key]] for key in sorted(found))


if __name__ == "__main__":
    renew()
