"""A job knows what its command line says and nothing else: no config, no file or setting of its own, no default."""

import ast
import re
from pathlib import Path

import pytest

from scripts.provenance.signature import OPERATIONAL, closure
from tests.graph.tree import STAGES, imports, tree_of

BARE = {
    "scripts/reddit/salt.py": ["resources/external/reddit/salt.txt"],  # ingest typed without a salt file
    "scripts/benchmarks/harness.py": ["results"] * 3,  # a key of what the harness answers
}
SCRIPTS = sorted(str(path) for stage in STAGES for path in Path("scripts", stage).glob("*.py"))
# All that the door and a rule's script can run; commands for people that plan, price or accept are no part of it.
JOB = sorted(set().union(*(closure(path) for path in [*SCRIPTS, "scripts/__main__.py"])))
SCIENCE = [path for path in JOB if path not in OPERATIONAL]
PLACE = re.compile(r"(\.{0,2}/)*(resources|results|envs|rules|profiles|slurm|demo|laptop|config\.yaml)(/\S*)?")
# Variables that a job may look at: what the machine is like, and the name of a key's variable.
MACHINE = {"AFFIRM_OPERATION", "OMP_NUM_THREADS", "WORLD_SIZE", "HF_TOKEN", "KEY_ENV", "self.place.key_env"}


def places(tree: ast.Module) -> list[str]:
    """Paths of the project that the code names itself; words in a sentence are none."""
    words = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [node.value for node in words if PLACE.fullmatch(node.value)]


def variables(tree: ast.Module) -> list[str]:
    """Environment variables that the code reads, as it names them."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("os.environ.get", "os.getenv"):
            found.append(node.args[0])
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            found.append(node.slice)
        elif isinstance(node, ast.ImportFrom) and node.module == "os" and {n.name for n in node.names} & {"environ"}:
            found.append(ast.Constant("environ"))
    return [name.value if isinstance(name, ast.Constant) else ast.unparse(name) for name in found]


def defaults(tree: ast.Module) -> list[str]:
    """Options of a parser that need not be given and then have a value."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            given = {word.arg: ast.unparse(word.value) for word in node.keywords if word.arg}
            if node.func.attr == "set_defaults":
                found.append(ast.unparse(node))
            elif node.func.attr == "add_argument":
                by_itself = given.get("default", "None") not in ("None", "[]", "()") or "const" in given
                if by_itself or given.get("action", "").strip("'").startswith("store_"):
                    found.append(ast.unparse(node.args[0]))
    return found


def test_jobs_are_the_scripts_and_what_they_import():
    assert len(SCRIPTS) > 50 and {"scripts/text/files.py", "scripts/llm/offline.py"} < set(JOB)


def test_no_job_reads_the_config():
    for path in JOB:
        assert not [module for module, _, _ in imports(Path(path)) if module.startswith("scripts.config")], path


def test_job_finds_no_file_by_itself():
    found = {path: found for path in SCIENCE if (found := places(tree_of(Path(path))))}
    assert found == BARE


def test_place_of_the_local_salt_is_for_bare_commands_only(jobs):
    told = [job for job in jobs if job.rule.startswith("reddit.ingest_")]
    assert told and all("--salt-file" in job.argv for job in told)


def test_job_takes_nothing_from_the_environment_but_what_the_machine_is_like():
    assert {name for path in SCIENCE for name in variables(tree_of(Path(path)))} <= MACHINE


def test_no_option_of_a_script_has_a_value_by_itself():
    assert {path: found for path in SCRIPTS if (found := defaults(tree_of(Path(path))))} == {}


@pytest.mark.parametrize(
    "source",
    [
        "open('resources/taxonomy/values.yaml')",
        "Path('resources') / 'taxonomy'",
        "name = 'A-SUP'\nload_prompt(f'resources/prompts/{name}.md')",
        "read_json('./results/table3.csv')",
        "read_yaml('../config.yaml')",
    ],
)
def test_file_that_a_script_names_itself_is_found(source):
    assert places(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        '"""Run: … --values resources/taxonomy/values.yaml"""',
        "parser.add_argument('--values', help='taxonomy (resources/taxonomy/values.yaml)')",
        "raise Problem(f'{path} is missing. resources/datasets.csv tells where it comes from.')",
    ],
)
def test_file_named_in_a_sentence_is_none(source):
    assert places(ast.parse(source)) == []


@pytest.mark.parametrize(
    "source", ["os.environ['TOP']", "os.environ.get('TOP', '3')", "os.getenv('TOP')", "from os import environ"]
)
def test_setting_taken_from_the_environment_is_found(source):
    assert set(variables(ast.parse(source))) - MACHINE


@pytest.mark.parametrize(
    "source",
    [
        "parser.add_argument('--top', type=int, default=3)",
        "parser.add_argument('--merge', action='store_true')",
        "parser.add_argument('--top', nargs='?', const=3)",
        "parser.set_defaults(top=3)",
    ],
)
def test_option_with_a_value_of_its_own_is_found(source):
    assert defaults(ast.parse(source))
