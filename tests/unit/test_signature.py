"""The code signature moves with what a job's code says, and with nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.provenance import signature as module
from scripts.provenance.signature import BACKENDS, OPERATIONAL, backend_code, closure, normal_form, signature

JOB = '''"""Adds."""
# a comment
from scripts.topic.near import FACTOR


def main(argv=None):
    """Doc."""
    return FACTOR * 2 + 1
'''
NEAR = "from scripts.topic.far import BASE\nfrom scripts.llm.transport import send\n\nFACTOR = BASE + 1\n"


def forget() -> None:
    for memo in (module.code_signature, module._cache, module._describe):
        memo.cache_clear()
    module._cache_is_new.clear()


@pytest.fixture
def tree(tmp_path, monkeypatch) -> Path:
    """A small project: stage.job -> topic.near -> topic.far, and llm.transport -> llm.offline."""
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "CACHE", tmp_path / ".cache" / "signatures.json")
    forget()
    files = {
        "scripts/__init__.py": "",
        "scripts/stage/__init__.py": "",
        "scripts/stage/job.py": JOB,
        "scripts/topic/__init__.py": "",
        "scripts/topic/near.py": NEAR,
        "scripts/topic/far.py": "BASE = 3\n",
        "scripts/topic/other.py": "OTHER = 3\n",
        "scripts/llm/__init__.py": "",
        "scripts/llm/transport.py": "def send():\n    from scripts.llm.offline import respond\n    return respond\n",
        "scripts/llm/offline.py": "from scripts.llm.world import WORD\n\n\ndef respond():\n    return WORD\n",
        "scripts/llm/world.py": "WORD = 'a'\n",
        "envs/job.yaml": "dependencies:\n  - numpy==2.0 # exact\n# a note\n  - pip\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    yield tmp_path
    forget()


def moved(tree: Path, name: str, old: str, new: str, rule: str = "stage.job") -> bool:
    """Whether the rule's signature changes when `old` becomes `new` in a file (which is put back)."""
    before = signature(rule, "envs/job.yaml")
    path = tree / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    forget()
    after = signature(rule, "envs/job.yaml")
    path.write_text(text)
    forget()
    assert signature(rule, "envs/job.yaml") == before
    return after != before


@pytest.mark.parametrize(
    "old, new",
    [
        ("# a comment", "# another comment"),
        ('"""Adds."""', '"""Adds more,\nin words."""'),
        ('    """Doc."""\n', ""),
        ("\n\n\ndef", "\n\n\n\n\n\ndef"),
        ("FACTOR * 2 + 1", "FACTOR * 2 + 1  # why"),
        ("(argv=None)", "(\n    argv=None\n)"),
    ],
)
def test_what_says_nothing_leaves_the_signature(tree, old, new):
    assert not moved(tree, "scripts/stage/job.py", old, new)


@pytest.mark.parametrize(
    "name, old, new",
    [
        ("scripts/stage/job.py", "2 + 1", "2 + 2"),
        ("scripts/stage/job.py", "    return", "    argv = None\n    return"),
        ("scripts/topic/near.py", "BASE + 1", "BASE - 1"),
        ("scripts/topic/far.py", "3", "4"),
        ("scripts/topic/__init__.py", "", "SIDE = 1\n"),
        ("envs/job.yaml", "2.0", "2.1"),
    ],
)
def test_code_and_pins_move_the_signature(tree, name, old, new):
    assert moved(tree, name, old, new)


@pytest.mark.parametrize("old, new", [("# exact", "# exactly"), ("# a note\n", ""), ("# a note", "# a\n\n# note")])
def test_environment_comment_leaves_the_signature(tree, old, new):
    assert not moved(tree, "envs/job.yaml", old, new)


def test_operational_and_unrelated_modules_leave_the_signature(tree):
    assert "scripts/llm/transport.py" in OPERATIONAL
    assert not moved(tree, "scripts/llm/transport.py", "respond\n", "respond()\n")
    assert not moved(tree, "scripts/topic/other.py", "3", "4")


def test_offline_backend_enters_only_through_backend_code(tree):
    before = backend_code("offline")
    assert not moved(tree, "scripts/llm/world.py", "'a'", "'b'")
    (tree / "scripts/llm/world.py").write_text("WORD = 'b'\n")
    forget()
    assert backend_code("offline") != before
    assert backend_code("openai") == ""


def test_closure_names_everything_that_a_job_can_run(tree):
    assert closure("scripts/stage/job.py") == {
        "scripts/__init__.py",
        "scripts/stage/__init__.py",
        "scripts/stage/job.py",
        "scripts/topic/__init__.py",
        "scripts/topic/near.py",
        "scripts/topic/far.py",
        "scripts/llm/__init__.py",
        "scripts/llm/transport.py",
        "scripts/llm/offline.py",
        "scripts/llm/world.py",
    }


def test_saved_cache_gives_the_same_signatures_and_a_damaged_one_is_forgotten(tree):
    first = signature("stage.job", "envs/job.yaml")
    module.save_cache()
    forget()
    assert module._cache() and signature("stage.job", "envs/job.yaml") == first
    assert not module._cache_is_new
    for damage in ("{", "[]", '{"form": "an older one", "files": {}}'):
        module.CACHE.write_text(damage)
        forget()
        assert module._cache() == {} and signature("stage.job", "envs/job.yaml") == first


def test_normal_form_is_the_same_in_every_python():
    source = (
        '"""Doc."""\n'
        "import os  # why\n\n\n"
        "def f(é, b=(1,\n        2)):\n"
        "    'Doc' \" twice\"\n"
        "    é = f'x{b!r:>{4}} {\"y\"}' 'z'\n"
        "    'no docstring'\n"
        "    return é\n"
    )
    tokens = ["import", "os", "\n", "def", "f", "(", "é", ",", "b", "=", "(", "1", ",", "2", ")", ")", ":", "\n"]
    tokens += [">", "é", "=", "f'x{b!r:>{4}} {\"y\"}'", "'z'", "\n", "'no docstring'", "\n", "return", "é", "\n", "<"]
    assert normal_form(source).split("\0") == tokens


def test_every_operational_module_and_backend_exists():
    assert [name for name in [*OPERATIONAL, *BACKENDS.values()] if not Path(name).is_file()] == []


# CPU seconds of every signature of the project in a fresh process, which keeps what it computed.
WHOLE = """
import sys, time
from scripts.provenance.signature import save_cache, signature

started = time.process_time()
for rule in sys.argv[1:]:
    signature(rule, "envs/train.yaml")
print(time.process_time() - started)
save_cache()
"""


@pytest.mark.slow
def test_signatures_of_the_whole_project_are_quick_once_known(tmp_path):
    """0.04 s against 0.47 s on two cores; CPU time, so that a busy machine changes little."""
    scripts = sorted(Path("scripts").glob("*/*.py"))
    rules = [f"{path.parent.name}.{path.stem}" for path in scripts if path.stem != "__init__"]
    environment = {**os.environ, "AFFIRM_ROOT": str(Path.cwd()), "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-c", WHOLE, *rules]
    first, then = (
        float(subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True).stdout)
        for _ in range(2)
    )
    assert then < 0.3 and then < 0.5 * first
