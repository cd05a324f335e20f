"""Modules that signatures leave out cannot move an artifact's bytes: each is altered, then finished jobs run again.

Altered means other numbers, other words in logs and messages, and a further statement that tells that it ran. The
jobs ask the offline model, speak with a local one, label, train and read parquet; they get another batch and
concurrency too, start without journals and checkpoints, and are held to the signature of the finished build.
"""

import ast
import json
import os
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from scripts.provenance.sidecar import VARIES, tree_sha256
from scripts.provenance.signature import OPERATIONAL, closure
from tests.e2e.conftest import Copy
from tests.graph.tree import STAGES

JOBS = (  # sidecars below results/demo/logs
    "judging/judge_skills.gpt",
    "dialogues/simulate_dialogues.esconv.test",
    "labels/label_utterances.esconv",
    "models/train_tiny_sentiment",
    "detector/train_detector",
    "reddit/build_threads",
)
SAYING = ("debug", "info", "warning", "error", "print", "tell", "_tell")
MEASURED = {"seconds", "tokens_per_second", "peak_mb", "peak_gpu_mb"}
OPERATION = {"batch": 7, "concurrency": 3, "kept_checkpoints": 1, "sandbox": True}


class Altered(ast.NodeTransformer):
    """Other values of public numbers at the module's level, other words in what is logged or printed."""

    def visit_Module(self, node: ast.Module) -> ast.Module:
        for statement in node.body:
            if isinstance(statement, ast.Assign) and not ast.unparse(statement.targets[0]).lstrip("(").startswith("_"):
                statement.value = Doubled().visit(statement.value)
        tells = "import os as _os\nwith open(_os.environ['AFFIRM_RAN'], 'a') as _ran:\n    _ran.write(__name__ + '\\n')"
        documented = ast.get_docstring(node) is not None
        node.body[documented:documented] = ast.parse(tells).body
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.Call:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in SAYING and node.args and isinstance(node.args[0], ast.Constant):
            node.args[0] = ast.Constant(f"Other words: {node.args[0].value}")
        return self.generic_visit(node)


class Doubled(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(node.value * 2) if type(node.value) in (int, float) else node


def altered(source: str) -> str:
    return ast.unparse(ast.fix_missing_locations(Altered().visit(ast.parse(source))))


def test_alteration_changes_numbers_and_words_and_tells_that_it_ran():
    source = (
        '"""Doc."""\nSECONDS, TRIES = 0.5, 3\n_KERNEL = 444\n\ndef f(n):\n    log.info("%d done", n)\n    return 7\n'
    )
    text = altered(source)
    assert "(1.0, 6)" in text and "_KERNEL = 444" in text and "return 7" in text
    assert "'Other words: %d done'" in text and "AFFIRM_RAN" in text and text.startswith('"""Doc."""')


@pytest.fixture(scope="module")
def copy(demo, tmp_path_factory) -> Copy:
    """The finished demo without journals and checkpoints, every operational module altered."""
    copy = Copy(tmp_path_factory.mktemp("operational"))
    shutil.rmtree(copy.folder / "scripts")
    shutil.copytree(demo.folder / "scripts", copy.folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(demo.folder / "results", copy.folder / "results", dirs_exist_ok=True)
    for name in OPERATIONAL:
        path = copy.folder / name
        path.write_text(altered(path.read_text(encoding="utf-8")), encoding="utf-8")
    return copy


def again(record: dict, name: str) -> str:
    """The command lines that remove what a finished job made and make it again, as the graph has it done."""
    words = ["--log", f"{name}.log", "--sidecar", f"{name}.json", "--code", record["code"], "--keep"]
    words += ["--in", *record["inputs"], "--out", *record["outputs"], "--", record["rule"], *record["command"]]
    removed = shlex.join(["rm", "-r", *record["outputs"]])
    return f"{removed}\n{shlex.join([sys.executable, '-m', 'scripts', *words])}"


@pytest.mark.slow
def test_altered_operational_modules_leave_the_bytes_of_artifacts_alone(demo, copy, tmp_path):
    records = {name: json.loads((copy.folder / f"results/demo/logs/{name}.json").read_text()) for name in JOBS}
    script = tmp_path / "jobs.sh"
    script.write_text("set -e\n" + "\n".join(again(record, str(tmp_path / name)) for name, record in records.items()))
    ran = tmp_path / "ran"
    done = copy.run(
        *(sys.executable, "-m", "scripts.provenance.warm", "--", "sh", str(script)),
        AFFIRM_RAN=str(ran),
        AFFIRM_OPERATION=json.dumps(OPERATION),
        AFFIRM_PROTECTED=json.dumps([str(copy.folder)]),
    )
    assert done.returncode == 0, done.stderr[-3000:]
    for name, record in records.items():
        for output in record["outputs"]:
            assert content(copy.folder / output) == content(demo.folder / output), f"{name} made other bytes"
        again_recorded = json.loads((tmp_path / f"{name}.json").read_text())
        assert again_recorded["journal"].get("replayed", 0) == 0 and "kept" not in again_recorded, name
    assert reached(records) <= modules(ran)


def content(path: Path) -> dict:
    """What a file or folder says: hashes, and a training report without what was measured."""
    found = tree_sha256(str(path))
    if isinstance(found, str):
        return {path.name: found}
    found = {name: digest for name, digest in found.items() if name not in VARIES}
    if (path / "training.json").exists():
        report = json.loads((path / "training.json").read_text(encoding="utf-8"))
        found["training.json"] = {key: value for key, value in report.items() if key not in MEASURED}
    return found


def reached(records: dict[str, dict]) -> set[str]:
    """Operational modules that the jobs and the door can run."""
    scripts = [f"scripts/{record['rule'].replace('.', '/')}.py" for record in records.values()]
    return OPERATIONAL & set().union(*(closure(path) for path in [*scripts, "scripts/__main__.py"]))


def modules(ran: Path) -> set[str]:
    names = {"scripts.provenance.warm" if name == "__main__" else name for name in ran.read_text().split()}
    return {name.replace(".", os.sep) + ".py" for name in names}


def test_other_operational_modules_are_run_by_no_job():
    scripts = [str(path) for stage in STAGES for path in Path("scripts", stage).glob("*.py")]
    every = set().union(*(closure(path) for path in [*scripts, "scripts/__main__.py"]))
    jobs = {name: {"rule": f"{name.split('/')[0]}.{name.split('/')[1].split('.')[0]}"} for name in JOBS}
    assert every & OPERATIONAL == reached(jobs)
