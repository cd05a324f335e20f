"""A copy of the project to run Snakemake in, and what a dry run says about its jobs."""

import ast
import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONDA = ROOT / "tests" / "graph" / "conda"  # the test double
LAPTOP = ("results/laptop/figure2.svg", "results/laptop/audit/corpora.csv", "results/laptop/audit/value_classifier.csv")
# What nobody fetches but the user.
DUMPS = (
    *("reddit/offmychest_submissions.zst", "reddit/offmychest_comments.zst"),
    *(f"empathetic/{name}.csv" for name in ("train", "valid", "test")),
)
NO_STAGE = {
    "batches",
    "batching",
    "common",
    "inputs",
    "judged",
    "measures",
    "preferences",
    "quoted",
    "raters",
    "rows",
    "signing",
    "speaking",
    "validating",
}  # helpers


def stage_of(file: str | Path) -> str:
    """The stage of a file of rules: rules/<stage>.smk, or rules/<stage>_<part>.smk of a large one."""
    return Path(file).stem.partition("_")[0]


STAGES = {stage_of(path) for path in (ROOT / "rules").glob("*.smk")} - NO_STAGE


@dataclass(frozen=True)
class Job:
    """One command of the front door, as the graph prints it."""

    rule: str  # <stage>.<rule>
    argv: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    log: str
    sidecar: str
    code: str


def copy_tree(target: Path) -> Path:
    """The files that a commit of the working tree would hold; `.venv` as a link, for the Makefile."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    if (ROOT / ".venv").exists():
        (target / ".venv").symlink_to(ROOT / ".venv")
    return target


def put_dumps(tree: Path) -> None:
    """Empty files where the real dumps and EmpatheticDialogues would lie."""
    for name in DUMPS:
        path = tree / "resources" / "external" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def snakemake(tree: Path, *words: str, path: Path | None = None) -> subprocess.CompletedProcess:
    """`snakemake …` in the tree; `path` is a folder put first on PATH."""
    environment = dict(os.environ)
    if path:
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
    command = [sys.executable, "-m", "snakemake", *words]
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=300)


def dry_run(tree: Path, *words: str, path: Path | None = None) -> list[Job]:
    """The jobs that `snakemake -n …` would run (aggregates, which have no command, left out)."""
    done = snakemake(tree, "-n", "--printshellcmds", *words, path=path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return jobs_in(done.stdout + done.stderr)


def jobs_in(text: str) -> list[Job]:
    return [_job(line.removeprefix("Shell command: ")) for line in text.splitlines() if " -m scripts --log " in line]


def _job(command: str) -> Job:
    words = shlex.split(command)
    words = words[words.index("scripts") + 1 :]
    cut = words.index("--")
    given: dict[str, list[str]] = {}
    for word in words[:cut]:
        if word.startswith("--"):
            given[word] = []
        else:
            given[list(given)[-1]].append(word)
    return Job(
        rule=words[cut + 1],
        argv=tuple(words[cut + 2 :]),
        inputs=tuple(given["--in"]),
        outputs=tuple(given["--out"]),
        log=given["--log"][0],
        sidecar=given["--sidecar"][0],
        code=given["--code"][0],
    )


def descendants(jobs: list[Job], roots: list[Job]) -> set[Job]:
    """The roots and every job that reads, directly or not, what they write."""
    found, stale = set(roots), {name for job in roots for name in job.outputs}
    while True:
        more = {job for job in jobs if job not in found and stale.intersection(job.inputs)}
        if not more:
            return found
        found |= more
        stale |= {name for job in more for name in job.outputs}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> list[tuple[str, int, list[str]]]:
    """(module, level of a relative import, names) of every import in a Python file."""
    found = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += [(alias.name, 0, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.module or "", node.level, [alias.name for alias in node.names]))
    return found


# Prints what the graph's rules say about themselves, as Snakemake has read them.
_TELL = """
import json, sys
from pathlib import Path
from snakemake.api import SnakemakeApi
from snakemake.settings.types import ConfigSettings, OutputSettings, Quietness, ResourceSettings

def plain(value):
    return "<function>" if callable(value) else str(value)

def told(rule):
    logs = {name: str(rule.log[place]) for name, (place, _) in rule.log._names.items()}
    return dict(
        name=rule.name, file=Path(rule.snakefile).name, doc=rule.docstring, message=rule.message, command=rule.shellcmd,
        logs=logs, log_count=len(rule.log), benchmark=str(rule.benchmark), conda=plain(rule.conda_env),
        params={name: plain(value) for name, value in rule.params.items()}, resources=sorted(rule.resources),
        inputs={name: None for name in rule.input._names}, run=rule.is_run, script=bool(rule.script),
    )

with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
    settings = ConfigSettings(configfiles=[Path(name) for name in sys.argv[1:]])
    workflow = api.workflow(ResourceSettings(cores=1), config_settings=settings, snakefile=Path("Snakefile"))._workflow
    print("RULES", json.dumps([told(rule) for rule in workflow.rules]))
"""


def rules_of(tree: Path, *configfiles: str) -> dict[str, dict]:
    """The rules by name, with their texts, logs, params and resources; aggregates (Snakefile) included."""
    command = [sys.executable, "-c", _TELL, *configfiles]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=120)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RULES ")]
    assert lines, done.stderr[-3000:]
    return {rule["name"]: rule for rule in json.loads(lines[0].removeprefix("RULES "))}
