"""Who may import whom: what makes signatures complete and keeps stages apart; and what the graph itself loads."""

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.provenance import signature
from scripts.provenance.signature import OPERATIONAL
from tests.graph.tree import STAGES, imports, tree_of

FILES = sorted(Path("scripts").rglob("*.py"))
TOPICS = {path.parent.name for path in FILES} - STAGES - {"scripts"}
HEAVY = "torch transformers trl peft datasets duckdb pyarrow pandas numpy openai scipy sklearn".split()
LOADERS = {"importlib", "runpy", "imp", "pkgutil", "zipimport", "builtins", "subprocess", "multiprocessing", "pty"}
DYNAMIC = {"exec", "eval", "compile", "__import__", "__builtins__", "__loader__", "__file__"}
STARTERS = {  # what each may use of these all the same
    "scripts/__main__.py": {"'python -m scripts'"},  # its name in messages
    "scripts/audit/build_report.py": {"import subprocess", "'-m'"},  # Snakemake's own report
    "scripts/benchmarks/code_runs.py": {"import subprocess"},  # programs that a model wrote: data, none of our code
    "scripts/benchmarks/harness.py": {"sys.modules"},  # names for two modules of its own closure
    "scripts/llm/server.py": {"import subprocess", "'-m'"},  # a model server below its watcher
    "scripts/llm/watch.py": {"import subprocess"},
    "scripts/training/launch.py": {"import subprocess", "'-m'"},  # accelerate, which runs a module of the closure
    "scripts/provenance/accept.py": {"import subprocess", "import multiprocessing"},
    "scripts/provenance/follow.py": {"import subprocess"},
    "scripts/provenance/job.py": {"import importlib"},  # the one place where a rule's script is loaded
    "scripts/provenance/reads.py": {"sys.modules"},
    "scripts/provenance/sandbox.py": {"import subprocess"},
    "scripts/provenance/sidecar.py": {"sys.modules"},
    "scripts/provenance/warm.py": {"import subprocess", "sys.path", "sys.modules", "os.fork", "'-m'"},
}
PROCESS = re.compile(r"os\.(system|popen|exec\w+|spawn\w+|posix_spawnp?|fork\w*)")


def ours(path: Path) -> set[str]:
    """Packages of the project that the file imports."""
    return {module.split(".")[1] for module, _, _ in imports(path) if module.startswith("scripts.")}


def unseen(tree: ast.Module) -> list[str]:
    """Ways to run code that a signature, which follows plain imports of whole modules, would not see."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [f"import {alias.name}" for alias in node.names if hides(alias.name) or alias.name == "scripts"]
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
            plain = not node.level and node.module != "scripts" and "*" not in names
            harmless = (node.module, names) == ("importlib", ["metadata"])
            if not plain or (hides(node.module) and not harmless):
                found.append(f"from {'.' * node.level}{node.module or ''} import {', '.join(names)}")
        elif isinstance(node, ast.Name) and node.id in DYNAMIC:
            found.append(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            dotted = f"{node.value.id}.{node.attr}"
            if dotted in ("sys.path", "sys.modules", "sys.meta_path") or PROCESS.fullmatch(dotted):
                found.append(dotted)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation(tree):
            if node.value == "-m" or re.match(r"\S*python[\d.]*\s+-m\b", node.value):
                found.append(repr(node.value))
    return found


def hides(module: str) -> bool:
    """Whether a module of the standard library can load or start code by a name."""
    return module.split(".")[0] in LOADERS and module != "importlib.metadata"


@functools.lru_cache(None)
def documentation(tree: ast.Module) -> frozenset[int]:
    """Ids of the constants that are docstrings."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    firsts = [node.body[0] for node in ast.walk(tree) if isinstance(node, owners) and node.body]
    return frozenset(id(first.value) for first in firsts if isinstance(first, ast.Expr))


def test_code_runs_only_what_signatures_see():
    found = {str(path): set(unseen(tree_of(path))) for path in FILES}
    assert {path: forms for path, forms in found.items() if forms - STARTERS.get(path, set())} == {}


def test_what_starts_code_by_name_cannot_change_an_artifact():
    """The door, the warm parent, the planner: operational. The report runs Snakemake, whose version is its pin; the
    benchmarks run what a model wrote, and give modules that they import another name."""
    others = {"scripts/audit/build_report.py", "scripts/benchmarks/code_runs.py", "scripts/benchmarks/harness.py"}
    assert set(STARTERS) - OPERATIONAL == others


@pytest.mark.parametrize(
    "source",
    [
        "import importlib",
        "import importlib.util as u",
        "from importlib import import_module as load",
        "from importlib import metadata, import_module",
        "import runpy",
        "import subprocess",
        "from multiprocessing import Process",
        "import builtins",
        "from .near import FACTOR",
        "from . import near",
        "from scripts.text.draws import *",
        "from scripts import text",
        "import scripts",
        "load = __import__",
        "exec('import x')",
        "print(eval('1'))",
        "here = __file__",
        "import os\nos.system('true')",
        "import os\nos.execvp('python', [])",
        "import sys\nsys.path.insert(0, 'elsewhere')",
        "import sys\nsys.modules['scripts.text.draws']",
        "command = ['python', '-m', 'scripts.text.draws']",
        "command = 'python3 -m scripts.text.draws'",
    ],
)
def test_form_that_signatures_do_not_see_is_found(source):
    assert unseen(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        '"""Run: python -m scripts -- world.set_effects"""',
        "from importlib import metadata",
        "import importlib.metadata",
        "import os\nos.replace('a', 'b')",
        "import re\nre.compile('a')",
        "from scripts.text.draws import seeded",
        "def late():\n    import torch",
    ],
)
def test_plain_form_is_let_through(source):
    assert unseen(ast.parse(source)) == []


def test_import_at_any_depth_is_in_the_signature(tmp_path, monkeypatch):
    """What the lint lets through is what signatures follow."""
    monkeypatch.setattr(signature, "ROOT", tmp_path)
    for name in ("plain", "late", "nested", "named", "whole"):
        (tmp_path / "scripts" / "topic").mkdir(parents=True, exist_ok=True)
        (tmp_path / "scripts" / "topic" / f"{name}.py").write_text(f"NAME = {name!r}\n")
    (tmp_path / "scripts" / "job.py").write_text(
        "import scripts.topic.whole as w\nfrom scripts.topic.plain import NAME\nfrom scripts.topic import named\n"
        "def main():\n    from scripts.topic.late import NAME\n    if NAME:\n        import scripts.topic.nested\n"
    )
    signature.forget()
    files = {f"scripts/topic/{name}.py" for name in ("plain", "late", "nested", "named", "whole")}
    assert signature.closure("scripts/job.py") == {"scripts/job.py"} | files
    signature.forget()


def test_packages_are_empty():
    assert [path for path in FILES if path.name == "__init__.py" and path.read_text()] == []


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_stage_imports_no_other_stage(stage):
    for path in Path("scripts", stage).glob("*.py"):
        assert ours(path) & STAGES <= {stage}, path


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_topic_imports_no_stage(topic):
    for path in Path("scripts", topic).glob("*.py"):
        assert ours(path) & STAGES == set(), path


def test_world_imports_only_the_dialogue_format():
    for path in Path("scripts/world").glob("*.py"):
        foreign = {module for module, _, _ in imports(path) if module.startswith("scripts.")}
        foreign -= {module for module in foreign if module.split(".")[1] in ("text", "world")}
        assert foreign <= {"scripts.provenance.errors", "scripts.provenance.drafts"}, path


def loaded(*modules: str) -> set[str]:
    """Which heavy libraries are loaded after the modules were imported in a fresh process."""
    code = f"import sys\nfrom importlib import import_module\nfor name in {list(modules)!r}: import_module(name)\n"
    code += f"print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ast.literal_eval(done.stdout))


def test_graph_loads_no_heavy_library():
    assert loaded("scripts.config.load", "scripts.provenance.signature") == set()


def test_no_script_loads_a_heavy_library_before_it_runs():
    modules = [".".join(path.with_suffix("").parts) for path in FILES if path.parent.name in STAGES | TOPICS]
    assert loaded(*(name.removesuffix(".__init__") for name in modules)) == set()
