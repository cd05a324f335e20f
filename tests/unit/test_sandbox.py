"""A confined job reads what it declares and nothing else of the project, and a refused read is told by its file.

A process cannot leave the sandbox, so every case runs in a fork of one process that has the libraries loaded.
"""

import contextlib
import ctypes
import importlib
import json
import os
import py_compile
import shutil
import subprocess
import sys
import threading
from argparse import Namespace
from pathlib import Path
from queue import SimpleQueue

import pytest

from scripts.provenance import sandbox, warm

pytestmark = pytest.mark.slow

SERVE = """
import json, os, signal, sys
import duckdb, numpy, pyarrow.parquet, safetensors.numpy, tokenizers
from tests.unit import test_sandbox

for line in sys.stdin:
    name, *words = json.loads(line)
    reader, writer = os.pipe()
    if os.fork() == 0:
        signal.alarm(20)
        os.write(writer, json.dumps(getattr(test_sandbox, name)(*words)).encode())
        os._exit(0)
    os.close(writer)
    with open(reader) as answer:
        print(answer.read() or '"the fork died"', flush=True)
    os.wait()
"""
ENDINGS = {"pyarrow": "parquet", "duckdb": "parquet", "safetensors": "safetensors", "tokenizers": "json"}
BROUGHT = [
    "results/open.csv",
    "results/open.parquet",
    "results/open.safetensors",
    "results/open.json",
    "results/.drafts",
    "results/link.csv",
    "results/model",
    "results/missing.csv",
]


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A small project with a file of every format that a job declares (`open`) and one that it does not (`secret`)."""
    import duckdb
    import numpy
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer, models

    outer = tmp_path_factory.mktemp("outer")
    root = outer / "affirm"
    for folder in (
        "results/.drafts",
        "results/other",
        "results/model",
        "results/hidden",
        "scripts/stage",
        "scripts/topic",
    ):
        (root / folder).mkdir(parents=True)
    (outer / "data").mkdir()
    for name in ("beside.txt", "data/row.csv", "affirm/results/model/a.csv", "affirm/results/other/real.csv"):
        (outer / name).write_text("a\n")
    for name in ("open", "secret", "hidden/tokenizer"):
        stem = f"{root}/results/{name}"
        Path(f"{stem}.csv").write_text("a\n1\n")
        duckdb.sql("select 1 as a").write_parquet(f"{stem}.parquet")
        save_file({"a": numpy.ones(2)}, f"{stem}.safetensors")
        Tokenizer(models.BPE()).save(f"{stem}.json")
    (root / "results" / "link.csv").symlink_to("other/real.csv")
    (outer / "alias").symlink_to("affirm")
    sources = dict.fromkeys(
        ("__init__", "__main__", "stage/__init__", "stage/secret", "topic/__init__", "topic/part"), ""
    )
    for name, text in (sources | {"stage/rule": "import scripts.topic.part"}).items():
        (root / "scripts" / f"{name}.py").write_text(text)
        py_compile.compile(str(root / "scripts" / f"{name}.py"), doraise=True)
    return root


@pytest.fixture(scope="module")
def served(project):
    """Runs a function of this file in a fork, in the project's folder, and gives what it returns."""
    here = Path(__file__).resolve().parents[2]
    environment = os.environ | warm.ENVIRONMENT | {"PYTHONPATH": str(here), "AFFIRM_ROOT": str(project)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-P", "-c", SERVE], cwd=project, env=environment, **pipes) as process:

        def run(function, *words):
            process.stdin.write(json.dumps([function.__name__, *words]) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield run
        process.stdin.close()


@pytest.fixture(scope="module")
def run(served):
    """`served`, for tests of what the kernel enforces."""
    ask_version = (444, None, 0, 1)  # asked here too, so that a confine that never works is not passed over
    if sys.platform != "linux" or ctypes.CDLL(None).syscall(*ask_version) < 2:
        pytest.skip("the kernel has no Landlock of version 2 or later: nothing is enforced here")
    return served


def confine(*more: str) -> tuple[list[str], list[str]]:
    """Confines this process as a job of the project that declares BROUGHT and `more`; gives both lists."""
    lists = [".", "results", "../data"], [*BROUGHT, *more]
    assert sandbox.confine(*lists)
    return lists


def can_read(path: str) -> bool:
    with contextlib.suppress(PermissionError):
        Path(path).read_bytes()
        return True
    return False


def read_open(path: str) -> None:
    with open(path) as stream:
        stream.read()


def read_pyarrow(path: str) -> None:
    import pyarrow.parquet

    pyarrow.parquet.read_table(path)


def read_duckdb(path: str) -> None:
    import duckdb

    duckdb.sql(f"select * from '{path}'").fetchall()


def read_safetensors(path: str) -> None:
    from safetensors.numpy import load_file

    load_file(path)


def read_tokenizers(path: str) -> None:
    from tokenizers import Tokenizer

    Tokenizer.from_file(path)


def read_subprocess(path: str) -> None:
    subprocess.run(["cat", path], check=True, capture_output=True)


def read_folder(path: str) -> None:
    """Only the folder is a variable, and the library names no file."""
    from tokenizers import Tokenizer

    options, name = {"models": [Path(path).parent]}, Path(path).name
    del path
    Tokenizer.from_file(f"{options['models'][0]}/{name}")


def trial(reader: str, path: str) -> str | None:
    """'read', or what the refusal is said to be about."""
    lists = confine()
    try:
        globals()[f"read_{reader}"](path)
    except Exception as error:
        return sandbox.refused(error, *lists)
    return "read"


READERS = ["open", "pyarrow", "duckdb", "safetensors", "tokenizers", "subprocess"]


@pytest.mark.parametrize("reader", READERS)
def test_undeclared_read_is_refused_with_the_name_of_the_file(run, reader):
    path = f"results/secret.{ENDINGS.get(reader, 'csv')}"
    assert run(trial, reader, path) == path


@pytest.mark.parametrize("reader", READERS)
def test_declared_file_beside_it_is_read(run, reader):
    assert run(trial, reader, f"results/open.{ENDINGS.get(reader, 'csv')}") == "read"


def test_absolute_path_is_told_from_the_current_folder(run, project):
    assert run(trial, "safetensors", f"{project}/results/secret.safetensors") == "results/secret.safetensors"


def test_folder_is_named_where_no_file_is_told(run):
    assert run(trial, "folder", "results/hidden/tokenizer.json") == "results/hidden"


def reads(*paths: str) -> list[bool]:
    confine()
    return [can_read(path) for path in paths]


def test_everything_outside_stays_readable(run):
    assert run(reads, "../beside.txt", "/proc/self/status", sys.executable, json.__spec__.origin) == [True] * 4


def test_data_folder_beside_the_repository_is_protected_too(run):
    assert run(reads, "../data/row.csv") == [False]


def test_folder_that_is_declared_is_readable_with_all_below(run):
    assert run(reads, "results/model/a.csv", "results/hidden/tokenizer.csv") == [True, False]


def test_declared_link_works_and_no_link_leads_around_the_sandbox(run):
    expected = [True, True, False]
    assert run(reads, "results/link.csv", "../alias/results/open.csv", "../alias/results/secret.csv") == expected


def reads_under(protected: list[str], readable: list[str], *paths: str) -> list[bool]:
    assert sandbox.confine(protected, readable)
    return [can_read(path) for path in paths]


def test_protected_folder_may_be_named_through_a_link(run):
    lists = ["../alias/results"], ["../alias/results/open.csv"]
    paths = ["results/open.csv", "results/secret.csv", "scripts/stage/rule.py"]
    assert run(reads_under, *lists, *paths) == [True, False, True]


def test_readable_folder_above_a_protected_one_does_not_open_it(run):
    assert run(reads_under, ["."], ["..", "/"], "results/secret.csv", "../beside.txt") == [False, True]


def test_missing_protected_folder_is_passed_over(run):
    assert run(reads_under, ["results", "absent/data"], [], "results/open.csv", "scripts/__main__.py") == [False, True]


def publish() -> dict:
    """What a job does to its outputs: drafts in a folder of its own, then renames into place."""
    import numpy
    from safetensors.numpy import load_file, save_file

    confine()
    drafts = Path("results/.drafts")
    (drafts / "out.csv").write_text("new")
    (drafts / "adapter").mkdir()
    save_file({"a": numpy.ones(2)}, drafts / "adapter" / "model.safetensors")
    found = {"own draft": float(load_file(drafts / "adapter" / "model.safetensors")["a"].sum())}
    os.replace(drafts / "out.csv", "results/out.csv")
    os.replace(drafts / "adapter", "results/adapter")
    Path("../beside.new").write_text("x")
    os.replace("../beside.new", "results/other/new.csv")
    os.replace("results/other/new.csv", "results/new.csv")
    for smuggle in (os.rename, os.link, shutil.copy):
        try:
            smuggle("results/secret.csv", "results/.drafts/secret.csv")
        except OSError as error:
            found[smuggle.__name__] = type(error).__name__
    return found


def test_job_publishes_files_and_folders_by_renames_and_brings_nothing_in_by_one(run, project):
    refusals = {"rename": "OSError", "link": "OSError", "copy": "PermissionError"}
    assert run(publish) == {"own draft": 2.0} | refusals
    assert (project / "results" / "out.csv").read_text() == "new"
    assert (project / "results" / "adapter" / "model.safetensors").stat().st_size > 0
    assert (project / "results" / "new.csv").exists() and (project / "results" / "secret.csv").exists()


def threads() -> dict:
    """The door's pattern: a thread started before keeps the record while the job runs confined."""
    asked, told = SimpleQueue(), SimpleQueue()

    def keep(read_all: bool) -> None:
        while path := asked.get():
            told.put(can_read(path))

    def ask(path: str) -> bool:
        asked.put(path)
        return told.get()

    path = "results/secret.csv"
    helper = threading.Thread(target=keep, args=(True,))
    helper.start()
    found = {"before": can_read(path)}
    confine()
    found |= {"job": can_read(path), "helper": ask(path)}
    later = threading.Thread(target=lambda: found.update(later=can_read(path)))
    later.start()
    later.join()
    found["process"] = subprocess.run(["cat", path], capture_output=True).returncode == 0
    found["helper at the end"] = ask(path)
    asked.put("")
    helper.join()
    return found


def test_thread_started_before_still_reads_and_nothing_that_the_job_starts(run):
    free = dict.fromkeys(("before", "helper", "helper at the end"), True)
    assert run(threads) == free | dict.fromkeys(("job", "later", "process"), False)


def imports(*modules: str) -> list[str | None]:
    """For each module None, or what the refusal of its import is said to be about."""
    lists = [["."], sandbox.readable_code("scripts/stage/rule.py")]
    assert sandbox.confine(*lists)
    for name in [name for name in sys.modules if name.split(".")[0] == "scripts"]:
        del sys.modules[name]
    sys.path.insert(0, os.getcwd())
    found: list[str | None] = []
    for name in modules:
        try:
            importlib.import_module(name)
            found.append(None)
        except OSError as error:
            found.append(sandbox.refused(error, *lists))
    return found


def test_undeclared_module_cannot_be_imported_even_where_its_compiled_file_lies(run, project):
    assert list((project / "scripts/stage/__pycache__").glob("secret.*.pyc"))
    expected = [None, None, "scripts/stage/secret.py"]
    assert run(imports, "scripts.stage.rule", "scripts.__main__", "scripts.stage.secret") == expected


def test_imports_leave_room_for_the_environment(run):
    assert run(imports, "decimal", "yaml") == [None, None]


def reads_after(patch: str) -> list[bool]:
    """Whether confine says True, and whether an undeclared file can be read after it."""
    from unittest import mock

    none, old = {"return_value": -1}, {"side_effect": lambda number, *words: 1 if words[0] is None else 1 / 0}
    with {
        "no landlock": lambda: mock.patch.object(sandbox, "_syscall", **none),
        "version 1": lambda: mock.patch.object(sandbox, "_syscall", **old),
        "not linux": lambda: mock.patch.object(sandbox.sys, "platform", "darwin"),
        "folder above not listed": lambda: mock.patch.object(sandbox.os, "scandir", side_effect=PermissionError),
    }[patch]():
        done = sandbox.confine(["."], [])
    return [done, can_read("results/secret.csv")]


@pytest.mark.parametrize("patch", ["no landlock", "version 1", "not linux", "folder above not listed"])
def test_where_it_cannot_be_enforced_it_says_so_and_forbids_nothing(served, patch):
    assert served(reads_after, patch) == [False, True]


def test_readable_code_is_the_closure_with_packages_and_exact_compiled_files():
    found = sandbox.readable_code("scripts/tables/tabulate_table9.py")
    names = {os.path.relpath(path) for path in found if path not in sandbox.environment()}
    assert {"scripts/tables/tabulate_table9.py", "scripts/tables/__init__.py", "scripts/text/files.py"} <= names
    assert {"scripts/__main__.py", "scripts/provenance/sidecar.py"} <= names
    assert f"scripts/tables/__pycache__/tabulate_table9.{sys.implementation.cache_tag}.pyc" in names
    assert not [name for name in names if name.endswith("__pycache__") or "tabulate_table10" in name]
    assert sys.prefix in found and all(os.path.isabs(path) for path in found)


@pytest.fixture
def lists(project, monkeypatch) -> tuple[list[str], list[str]]:
    monkeypatch.chdir(project)
    return [".", "../data"], BROUGHT


def caught(raise_it) -> BaseException:
    with pytest.raises(BaseException) as info:
        raise_it()
    return info.value


def test_plain_bug_is_no_refusal_whatever_lies_in_its_variables(lists):
    def fail():
        path = "results/secret.csv"
        assert not path

    def divide():
        folder = Path("results/hidden")
        return len(folder.parts) / 0

    for bug in (fail, divide):
        assert sandbox.refused(caught(bug), *lists) is None


def test_file_that_is_really_missing_is_no_refusal(lists):
    def look(path: str, other: str = "results/secret.csv"):
        open(path)

    def load():
        other = "results/secret.csv"
        raise FileNotFoundError(f"No such file or directory: {other}.none")

    for missing in (lambda: look("results/none.csv"), lambda: look("none.csv"), load):
        assert sandbox.refused(caught(missing), *lists) is None


def test_refusal_is_told_also_where_the_environment_lies_above_the_project(lists):
    error = PermissionError(13, "Permission denied", "results/secret.csv")
    assert sandbox.refused(error, lists[0], ["/", ".."]) == "results/secret.csv"


@pytest.mark.parametrize(
    "path", ["results/open.csv", "results/model/a.csv", "../beside.txt", "results/link.csv", "../affirm"]
)
def test_denied_file_that_is_declared_or_outside_is_no_refusal_of_ours(lists, path):
    assert sandbox.refused(PermissionError(13, "Permission denied", path), *lists) is None


def test_word_that_is_a_folder_too_is_not_taken_for_it(lists):
    assert sandbox.refused(RuntimeError("Permission denied: results of scripts"), *lists) is None


def chained() -> None:
    try:
        raise PermissionError(13, "Permission denied", "results/secret.csv")
    except OSError:
        raise ValueError("this model cannot be loaded") from None


def grouped() -> None:
    raise ExceptionGroup("2 tasks failed", [ValueError("x"), PermissionError(13, "denied", b"results/secret.csv")])


def in_a_shell() -> None:
    raise subprocess.CalledProcessError(1, "sort 'results/open.csv' 'results/secret.csv' | head", stderr=b"died")


def in_a_message() -> None:
    raise RuntimeError('cannot go on: "results/hidden" is there; permission denied: results/secret.csv.')


@pytest.mark.parametrize("fail", [chained, grouped, in_a_shell, in_a_message])
def test_file_is_found_in_the_chain_in_commands_and_in_messages(lists, fail):
    assert sandbox.refused(caught(fail), *lists) == "results/secret.csv"


def test_path_with_spaces_is_found(lists, project):
    odd = project / "results" / "sp ace (1)=a.csv"
    odd.write_text("a\n")
    for text in (f"No such file or directory: {odd}", f"Failed to open local file '{odd}'. Detail: Permission denied"):
        assert sandbox.refused(OSError(2, text), *lists) == "results/sp ace (1)=a.csv"
    command = subprocess.CalledProcessError(1, "cat 'results/sp ace (1)=a.csv'")
    assert sandbox.refused(command, *lists) == "results/sp ace (1)=a.csv"


def test_innermost_variable_counts(lists):
    def inner(source):
        raise Exception("Permission denied (os error 13)")

    def outer(other="results/hidden/tokenizer.json"):
        inner(Namespace(paths=("results/open.json", Path("results/secret.json"))))

    assert sandbox.refused(caught(outer), *lists) == "results/secret.json"


@pytest.mark.parametrize("file, name", [("job.py", "results/secret.csv"), ("scripts/provenance/job.py", None)])
def test_variables_of_the_front_door_do_not_count(lists, file, name):
    names: dict = {}
    source = "def run(log='results/secret.csv'):\n    raise Exception('Permission denied')"
    exec(compile(source, file, "exec"), names)
    assert sandbox.refused(caught(names["run"]), *lists) == name
