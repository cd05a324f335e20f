"""Builds that are stopped, killed, starved or edited go on with the same command and keep what was finished."""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.provenance import warm
from tests.disks import small_disk
from tests.e2e.resume_build import FOLLOW, SLOW, SNAKEMAKE, TARGETS, WARM, Build, finished, until
from tests.graph.tree import copy_tree

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="jobs are found through /proc")]
FIRST = ("corpora/valueeval/train.parquet", "corpora/valueeval/dev.parquet", "reddit/threads.parquet")
FIRST += ("models/tiny/sentiment",)
BUILD_THREADS = (
    "reddit/threads.parquet",
    "reddit/utterances.parquet",
    "reddit/threads.json",
)  # what build_threads makes
HOLD = "import os, sys; print(os.environ['AFFIRM_WARM'], flush=True); sys.stdin.read()"
SHORTER = "\ntiny: {sentiment: {steps: 15}, values: {steps: 80}}\n"  # training of the tiny classifiers


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """What lets every build of this module use one warm parent."""
    words = [*WARM, sys.executable, "-c", HOLD]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    path = process.stdout.readline().strip()
    until(lambda: os.path.exists(path))
    yield warm.ENVIRONMENT | {"AFFIRM_WARM": path}
    process.communicate(timeout=30)


@pytest.fixture(scope="module")
def begun(environment, tmp_path_factory) -> Build:
    """A build from the raw dumps up to the longest job."""
    tree = copy_tree(tmp_path_factory.mktemp("begun") / "affirm")
    overlay = tree / "resources" / "demo.yaml"
    overlay.write_text(overlay.read_text() + SHORTER)
    build = Build(tree, environment)
    code, said = build.run(*SNAKEMAKE, *(f"results/demo/{name}" for name in FIRST))
    assert code == 0 and SLOW not in finished(said), said
    return build


@pytest.fixture(scope="module")
def undisturbed(begun, tmp_path_factory) -> Build:
    build = copied(begun, tmp_path_factory.mktemp("undisturbed"))
    code, said = build.run(*SNAKEMAKE, *TARGETS)
    assert code == 0 and not build.litter(), said
    assert sum(build.jobs().values()) == 19
    return build


@pytest.fixture
def build(begun, tmp_path) -> Build:
    return copied(begun, tmp_path)


def copied(build: Build, folder: Path) -> Build:
    tree = Path(shutil.copytree(build.tree, folder / "affirm", symlinks=True))
    return Build(tree, {name: build.environment[name] for name in (*warm.ENVIRONMENT, "AFFIRM_WARM")})


def left(build: Build, undisturbed: Build) -> tuple[dict, Counter]:
    """The files and jobs that a stopped build finished; what else stands at a declared path is whole, too."""
    assert build.digests().items() <= undisturbed.digests().items()
    assert build.jobs() < undisturbed.jobs() and SLOW not in build.jobs()
    return build.files(build.recorded()), build.jobs()


def assert_went_on(build: Build, undisturbed: Build, before: tuple[dict, Counter], said: str, again=()) -> None:
    """What was finished is the same file and only the rest was done; the end is that of an undisturbed build.

    `again` names rules whose finished job had to be done once more.
    """
    files, jobs = before
    assert files.items() <= build.files().items()
    assert finished(said) == undisturbed.jobs() - jobs + Counter(again)
    assert build.digests() == undisturbed.digests()
    assert build.litter() == []
    code, said = build.run(*SNAKEMAKE, "-n", *TARGETS)
    assert code == 0 and "Nothing to be done" in said and "vouch: " not in said, said


@pytest.mark.parametrize("around", [(*WARM, *FOLLOW), ()], ids=["make", "plain"])
def test_ctrl_c_stops_at_once_and_the_same_command_does_only_the_rest(build, undisturbed, around):
    process = build.start(*around, *SNAKEMAKE, *TARGETS)
    build.until_it_works()
    os.killpg(process.pid, signal.SIGINT)
    code, said = build.ended(process)
    assert code != 0 and ("Run the same command again to go on." in said) == bool(around)
    assert build.record(SLOW)["status"] == "interrupted" and not build.litter()
    before = left(build, undisturbed)
    code, said = build.run(*around[len(WARM) :], *SNAKEMAKE, *TARGETS)
    assert code == 0, said
    assert_went_on(build, undisturbed, before, build.log())


def test_build_whose_controller_is_killed_goes_on_with_the_same_make_command(build, undisturbed):
    process = build.start(*FOLLOW, *SNAKEMAKE, *TARGETS)
    build.until_it_works()
    (controller,) = subprocess.check_output(["ps", "-o", "pid=", "--ppid", str(process.pid)], text=True).split()
    os.kill(int(controller), signal.SIGKILL)
    code, said = build.ended(process)
    assert code == 137 and "Run the same command again to go on." in said
    before = left(build, undisturbed)
    code, said = build.run(*FOLLOW, *SNAKEMAKE, *TARGETS)
    assert code == 0 and "was killed; going on" in said, said
    assert_went_on(build, undisturbed, before, build.log())


def test_killed_plain_snakemake_takes_its_jobs_along_and_goes_on_after_one_unlock(build, undisturbed):
    process = build.start(*SNAKEMAKE, *TARGETS)
    build.until_it_works()
    assert build.processes(f"models.{SLOW}")
    process.kill()
    process.wait()
    before = left(build, undisturbed)
    until(lambda: not build.processes(f"models.{SLOW}"), 2)  # none is left to write beside its successor
    code, said = build.run(*SNAKEMAKE, *TARGETS)
    assert code != 0 and "--unlock" in said and not finished(said)
    assert build.run(*SNAKEMAKE, *TARGETS, "--unlock")[0] == 0
    code, said = build.run(*SNAKEMAKE, *TARGETS)
    assert code == 0, said
    assert_went_on(build, undisturbed, before, said)


def test_killed_job_is_named_and_the_same_command_goes_on(build, undisturbed):
    process = build.start(*FOLLOW, *SNAKEMAKE, *TARGETS)
    build.until_it_works()
    (job,) = build.processes(f"models.{SLOW}")
    os.kill(job, signal.SIGKILL)
    code, said = build.ended(process)
    assert code == 1 and f"{SLOW} died with" in said and f"logs/models/{SLOW}.log" in said
    before = left(build, undisturbed)
    code, said = build.run(*FOLLOW, *SNAKEMAKE, *TARGETS)
    assert code == 0, said
    assert_went_on(build, undisturbed, before, build.log())


@pytest.fixture
def disk(build) -> Iterator[Callable[[], int]]:
    """Puts the results of the build on a small disk of their own; gives its free bytes."""
    results, moved = build.tree / "results", build.tree / "moved"
    results.rename(moved)
    with small_disk(results, "8m"):
        shutil.copytree(moved, results, dirs_exist_ok=True)
        yield lambda: os.statvfs(results).f_bavail * os.statvfs(results).f_bsize


def test_full_disk_is_told_leaves_nothing_half_written_and_the_same_command_goes_on(build, undisturbed, disk):
    filler = build.tree / "results" / "filler"
    for room in (120_000, 0):  # enough for records and small files but not for a model; not even for a record
        filler.write_bytes(bytes(disk() - room))
        code, said = build.run(*FOLLOW, *SNAKEMAKE, *TARGETS)
        assert code == 1 and "the disk is full. Free some space and run the same command again" in said, said
        assert "Traceback" not in said
        before = left(build, undisturbed)
        filler.unlink()
    code, said = build.run(*FOLLOW, *SNAKEMAKE, *TARGETS)
    assert code == 0, said
    assert_went_on(build, undisturbed, before, build.log())


def test_bad_line_fails_its_job_with_where_and_what_to_do_and_keep_going_finishes_the_rest(build, undisturbed):
    raw = build.results / "world/esconv/valid.jsonl"
    good, times = raw.read_bytes(), (raw.stat().st_atime_ns, raw.stat().st_mtime_ns)
    raw.write_bytes(good.replace(b"\n{", b"\n{{", 1))
    code, said = build.run(*FOLLOW, *SNAKEMAKE, "--keep-going", *TARGETS)
    assert code == 1
    assert "normalise_esconv: results/demo/world/esconv/valid.jsonl, line 2 is not JSON" in said
    assert "Fetch the file again." in said and "Traceback" not in said
    raw.write_bytes(good)
    os.utime(raw, ns=times)
    before = build.files(build.recorded()), build.jobs()
    assert undisturbed.jobs() - build.jobs() == Counter(normalise_esconv=1, check_corpora=1)
    code, said = build.run(*FOLLOW, *SNAKEMAKE, "--keep-going", *TARGETS)
    assert code == 0, said
    assert_went_on(build, undisturbed, before, build.log())


def test_edit_during_a_build_is_refused_by_the_job_and_decides_what_the_same_command_does(build, undisturbed):
    process = build.start(*FOLLOW, *SNAKEMAKE, *TARGETS)
    build.until_it_works()
    for name in ("labels/label_utterances.py", "reddit/build_threads.py"):  # waits its turn; was done long ago
        path = build.tree / "scripts" / name
        path.write_text(path.read_text().replace("import argparse\n", "import argparse\nEDITED = 1\n", 1))
    code, said = build.ended(process)
    assert code == 1
    assert "label_utterances: its code changed after the build was planned. Run the same command again." in said
    refused = build.record("label_utterances.reddit")
    assert (refused["status"], refused["exit_code"], refused["outputs"]) == ("code_changed", 3, {})
    files, jobs = build.files(build.recorded()), build.jobs()
    assert jobs[SLOW] == 1 and "label_utterances" not in jobs
    files = {name: file for name, file in files.items() if name not in BUILD_THREADS}
    code, said = build.run(*FOLLOW, *SNAKEMAKE, *TARGETS)
    assert code == 0, said
    assert_went_on(build, undisturbed, (files, jobs), build.log(), again=["build_threads"])


def test_results_without_snakemakes_records_are_named_on_start_where_they_do_not_fit(undisturbed, tmp_path):
    build = copied(undisturbed, tmp_path)
    shutil.rmtree(build.tree / ".snakemake")
    path = build.tree / "scripts/tables/tabulate_table4.py"
    path.write_text(path.read_text().replace("import argparse\n", "import argparse\nEDITED = 1\n", 1))
    code, said = build.run(*SNAKEMAKE, "-n", *TARGETS)
    assert code == 0 and "Nothing to be done" in said, said  # it would keep them all
    assert "vouch:   results/demo/table4.csv: made by other code of tables.tabulate_table4 than this" in said


PUBLISH = """
import os, signal, sys
from scripts.provenance.drafts import publishing
for name in ("file", "folder"):
    with publishing(name) as draft:
        if name == "folder":
            draft.mkdir()
            draft = draft / "part"
        draft.write_text("half")
        if sys.argv[1] == name:
            os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_writer_leaves_nothing_at_a_declared_path_and_the_next_one_takes_its_draft_away(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    for stop, there in (("file", []), ("folder", ["file"]), ("", ["file", "folder"])):
        subprocess.run([sys.executable, "-c", PUBLISH, stop], cwd=tmp_path, env=environment, check=False)
        assert sorted(path.name for path in tmp_path.glob("[!.]*")) == there
    assert not [path for path in tmp_path.glob(".drafts*/*")]
