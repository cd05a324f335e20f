"""Plans of a finished build after an edit, each in a fork of a process that has Snakemake loaded.

`python -m tests.graph.planning` in a tree reads one question a line: {"run", "files": {path: new text, or null for a
touch}}. It edits, plans in a fork that starts without any project module, puts the files back (bytes and times) and
answers with the jobs.
"""

import contextlib
import functools
import gc
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.graph.planner import Files
from tests.graph.runs import TARGETS

OURS = ("scripts", "tests", "__mp_main__")  # modules that a plan loads for itself


@contextlib.contextmanager
def edited(files: Files) -> Iterator[None]:
    """The files with other texts (null: only touched), put back as they were."""
    kept = {}
    try:
        for name, text in files.items():
            path = Path(name)
            kept[path] = (path.read_bytes() if text is not None else None, path.stat()) if path.exists() else None
            if text is None:
                os.utime(path)
            else:
                path.write_text(text, encoding="utf-8")
        yield
    finally:
        for path, before in kept.items():
            if before is None:
                path.unlink()
                continue
            if before[0] is not None:
                path.write_bytes(before[0])
            os.utime(path, ns=(before[1].st_atime_ns, before[1].st_mtime_ns))


def _serve() -> None:
    loaded = _fork({"run": "demo", "modules": True})  # what a plan imports is imported once, here
    for name in json.loads(loaded):
        with contextlib.suppress(ImportError):  # what another module makes up
            __import__(name)
    gc.collect()
    gc.freeze()
    gc.disable()
    for line in sys.stdin:
        question = json.loads(line)
        with edited(question["files"]):
            print(_fork(question), flush=True)


def _fork(question: dict) -> str:
    """What `_answer` gives in a fork, as one line of JSON."""
    back, forth = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(back)
            try:
                answer = _answer(question)
            except (Exception, SystemExit) as error:
                answer = f"{type(error).__name__}: {error}"
            with os.fdopen(forth, "w", encoding="utf-8") as stream:
                stream.write(json.dumps(answer))
            code = 0
        finally:
            os._exit(code)
    os.close(forth)
    with os.fdopen(back, encoding="utf-8") as stream:
        text = stream.read()
    os.waitpid(child, 0)
    return text or '"the fork died"'


def _answer(question: dict) -> list:
    assert not any(name.partition(".")[0] == "scripts" for name in sys.modules), "a plan must read the edited modules"
    before = set(sys.modules)
    from scripts.provenance import plan
    from scripts.provenance.signature import backend_code

    edited_files, offline = question.get("files", {}).keys(), backend_code("offline")
    described, rows, made = plan._described, [], set()

    def describe(dag, job):
        row = described(dag, job)
        if not made:
            made.update(name for other in dag.jobs for name in other.output)
        if row.command:
            own, changed = _own(dag, job, made, set(row.own))
            asks = any(offline in str(value) for value in job.params)
            covered = _covered(row.rule, row.code.partition("@")[2], asks) & edited_files
            rows.append({**vars(row), "own": sorted(own), "blamed": sorted(changed | covered)})
        return row

    plan._described = describe
    plan.plan(plan.configfiles_of(question["run"]), TARGETS[question["run"]])
    if "modules" in question:
        return [name for name in sys.modules if name not in before and name.partition(".")[0] not in OURS]
    return rows


@functools.cache
def _covered(rule: str, environment: str, offline: bool) -> set[str]:
    """Files that the signature of a rule covers, those of the offline models among them where it is told theirs."""
    from scripts.provenance.signature import BACKENDS, parts

    files = set(parts(f"scripts/{rule.replace('.', '/')}.py", environment))
    return files | set(parts(BACKENDS["offline"], None)) if offline else files


def _own(dag, job, made: set[str], said: set[str]) -> tuple[set[str], set[str]]:
    """Every reason of its own that the job has, and its inputs that changed.

    Snakemake tells no reason where an earlier job is stale, and else one.
    """
    records = dag.workflow.persistence
    missing = [name for name in job.output if not os.path.exists(name)]
    if missing:
        return {"missing"}, set()
    oldest = min(os.stat(name).st_mtime_ns for name in job.output)
    changed = {
        name
        for name in set(job.input) - made
        if os.stat(name).st_mtime_ns > oldest and records.input_checksums(job, name) != {_checksum(name)}
    }
    own = {"inputs"} if changed else set()
    for kind, holds in (
        ("params", bool(records.params_changed(job))),
        ("input set", any(records.input_changed(job))),
        ("code", any(records.code_changed(job))),
    ):
        if holds:
            own.add(kind)
    # What Snakemake says is among it, and a job that it leaves alone has nothing. Of a file that the job did not read
    # before it has no checksum and goes by its time, which depends on the order in which the build ran.
    said -= {"missing", "inputs"} if "input set" in own else {"missing"}
    assert said <= own and (dag.needrun(job) or not own), f"{job.rule.name}: {said} {own}"
    return own, changed


@functools.cache
def _checksum(name: str) -> str:
    import hashlib

    return "sha256:" + hashlib.sha256(Path(name).read_bytes()).hexdigest()


if __name__ == "__main__":
    _serve()
