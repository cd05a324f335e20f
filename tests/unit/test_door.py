"""The front door: exit codes, messages, logs and the record of every end."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.provenance.sidecar import Sidecar, tree_sha256

ABC = hashlib.sha256(b"ABC\n").hexdigest()


def ended(process: subprocess.Popen) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def record(folder: Path) -> dict:
    return json.loads((folder / "run.json").read_text())


def wait_for(path: Path) -> None:
    for _ in range(600):
        if path.exists() and path.read_text():
            return
        time.sleep(0.05)
    raise TimeoutError(path)


def test_job_that_succeeds_is_recorded_with_the_hashes_of_what_it_read_and_wrote(door, tmp_path):
    assert ended(door("succeed")) == (0, "said\n", "")
    found = record(tmp_path)
    assert (found["status"], found["exit_code"], found["rule"]) == ("ok", 0, "jobs.end")
    assert found["command"] == ["succeed", "source.txt", str(tmp_path / "out.txt")]
    assert found["inputs"] == {"source.txt": hashlib.sha256(b"abc\n").hexdigest()}
    assert found["outputs"] == {str(tmp_path / "out.txt"): ABC}
    assert found["environment"]["python"].startswith("3.") and found["run"]["seconds"] > 0
    assert "jobs.end succeed source.txt" in (tmp_path / "log.txt").read_text().splitlines()[0]


def test_problem_leaves_with_2_and_one_message_and_its_traceback_only_in_the_log(door, tmp_path):
    code, _, err = ended(door("problem"))
    assert (code, err) == (2, "end: The file is bad. It is line 3. Mend it.\n")
    log = (tmp_path / "log.txt").read_text()
    assert "Traceback" in log and "Mend it." in log
    assert (record(tmp_path)["status"], record(tmp_path)["exit_code"]) == ("problem", 2)


def test_crash_leaves_with_1_and_one_traceback_on_stderr_and_in_the_log(door, tmp_path):
    code, _, err = ended(door("crash"))
    assert code == 1 and err.count("KeyError: 'lost'") == 1
    assert "KeyError: 'lost'" in (tmp_path / "log.txt").read_text()
    assert record(tmp_path)["status"] == "crashed"


def test_code_of_a_job_that_leaves_is_kept_and_is_no_success(door, tmp_path):
    assert ended(door("leave"))[0] == 7
    assert (record(tmp_path)["status"], record(tmp_path)["exit_code"]) == ("stopped", 7)


def test_changed_code_leaves_with_3_before_anything_runs(door, tmp_path):
    code, out, err = ended(door("succeed", "--code", "0123456789abcdef"))
    assert (code, out) == (3, "") and "changed after the build was planned" in err
    assert record(tmp_path)["status"] == "code_changed"
    assert not (tmp_path / "out.txt").exists()


def test_planned_code_runs(door, project, tmp_path):
    ask = "from scripts.provenance.signature import signature; print(signature('jobs.end'))"
    planned = subprocess.run([sys.executable, "-c", ask], cwd=project, capture_output=True, text=True, check=True)
    assert ended(door("succeed", "--code", planned.stdout.strip() + "@"))[0] == 0
    assert record(tmp_path)["code"] == planned.stdout.strip() + "@"


@pytest.mark.parametrize(
    "number, code, status", [(signal.SIGTERM, 143, "stopped"), (signal.SIGINT, 130, "interrupted")]
)
def test_signal_ends_the_job_with_a_record(door, tmp_path, number, code, status):
    process = door("wait")
    wait_for(tmp_path / "out.txt.pid")
    assert record(tmp_path)["status"] == "running"
    process.send_signal(number)
    assert ended(process)[0] == code
    assert (record(tmp_path)["status"], record(tmp_path)["exit_code"]) == (status, code)


def test_killed_job_leaves_the_record_that_it_was_running(door, tmp_path):
    assert ended(door("kill"))[0] == -signal.SIGKILL
    found = record(tmp_path)
    assert found["status"] == "running" and "outputs" not in found and found["inputs"]["source.txt"]


def test_record_stands_before_the_inputs_are_hashed(tmp_path):
    sidecar = Sidecar(str(tmp_path / "run.json"), "jobs.end", [], None)
    assert record(tmp_path)["status"] == "running" and record(tmp_path)["inputs"] == {}
    (tmp_path / "in").write_text("x")
    sidecar.note_inputs([str(tmp_path / "in")])
    assert list(record(tmp_path)["inputs"]) == [str(tmp_path / "in")]
    assert sidecar.note_outputs([str(tmp_path / "never written")]) == {}
    assert sidecar.finish("ok", 0) == 0
    assert record(tmp_path)["outputs"] == {}
    assert [path.name for path in tmp_path.iterdir()] != [] and not list(tmp_path.glob("*.tmp"))


def test_second_run_replaces_the_record_of_the_first(door, tmp_path):
    assert ended(door("problem"))[0] == 2
    assert ended(door("succeed"))[0] == 0
    assert record(tmp_path)["status"] == "ok"


@pytest.mark.parametrize("words", [[], ["--log", "x"], ["--", "jobs.absent"], ["jobs"]])
def test_unknown_rule_is_refused_in_one_message(project, words):
    done = subprocess.run([sys.executable, "-m", "scripts", *words], cwd=project, capture_output=True, text=True)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "rule" in done.stderr.splitlines()[-1]
    assert not (project / "x").exists()


def test_without_a_log_the_log_goes_to_stderr(project, tmp_path):
    words = ["jobs.end", "problem", "source.txt", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-m", "scripts", *words], cwd=project, capture_output=True, text=True, env=os.environ
    )
    assert done.returncode == 2 and "jobs.end problem" in done.stderr and "Traceback" not in done.stderr


def test_folder_is_hashed_file_by_file(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.txt").write_bytes(b"ABC\n")
    assert tree_sha256(str(tmp_path / "a")) == {"b/c.txt": ABC}
    assert tree_sha256(str(tmp_path / "none")) == ""


def test_missing_file_is_one_message_that_names_it(project, tmp_path):
    words = ["--published", "none.csv", "--run", "demo", "--evidence", "real", "--counts", str(tmp_path / "no.json")]
    outputs = ["--output", str(tmp_path / "t.csv"), "--text", str(tmp_path / "t.md")]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "scripts",
            "--log",
            str(tmp_path / "log"),
            "--",
            "tables.tabulate_table9",
            *words,
            *outputs,
        ],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "is missing. Look at the path" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "t.csv").exists()


def test_secret_stays_out_of_log_and_sidecar(tmp_path):
    records = ["--log", str(tmp_path / "log"), "--sidecar", str(tmp_path / "run.json")]
    command = ["reddit.draw_salt", "--output", str(tmp_path / "salt.txt"), "--salt", "pepper-and-salt"]
    done = subprocess.run(
        [sys.executable, "-m", "scripts", *records, "--", *command],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
    )
    assert done.returncode == 0
    for name in ("log", "run.json"):
        text = (tmp_path / name).read_text()
        assert "--salt" in text and "sha256:" in text and "pepper-and-salt" not in text


SNEAK = """
from pathlib import Path


def main(argv):
    try:
        Path("secret.txt").read_text()
    except OSError:
        if argv[0] == "loud":
            raise
    Path(argv[1]).write_text("done")
"""


@pytest.mark.parametrize("how", ["loud", "quiet"])
def test_undeclared_read_fails_the_job_and_is_named_also_when_a_library_hides_it(project, tmp_path, how):
    """Where the kernel has no Landlock the job runs and its record says that nothing was enforced."""
    (project / "scripts" / "jobs" / "sneak.py").write_text(SNEAK)
    (project / "secret.txt").write_text("x")
    out, run = str(tmp_path / "out"), str(tmp_path / "run.json")
    words = ["--sidecar", run, "--in", "source.txt", "--out", out, "--", "jobs.sneak", how, out]
    environment = {"AFFIRM_PROTECTED": json.dumps([str(project)]), "AFFIRM_OPERATION": '{"sandbox": true}'}
    command = [sys.executable, "-m", "scripts", *words]
    done = subprocess.run(command, cwd=project, env=os.environ | environment, capture_output=True, text=True)
    found = record(tmp_path)
    assert "secret.txt" in found["reads"]
    if found["sandbox"] == "enforced":
        assert (done.returncode, found["status"]) == (2, "undeclared_read")
        assert "sneak: secret.txt is read without being declared" in done.stderr and "Traceback" not in done.stderr
    else:
        assert found["sandbox"] == "recorded only" and "nothing is enforced" in done.stderr


def test_declared_read_and_temporary_files_are_left_alone(project, tmp_path):
    (project / "scripts" / "jobs" / "temporary.py").write_text(
        "import tempfile\nfrom pathlib import Path\n\n\ndef main(argv):\n"
        "    with tempfile.TemporaryDirectory() as folder:\n"
        "        place = Path(folder) / 'x'\n        place.write_text(Path(argv[0]).read_text())\n"
        "        Path(argv[1]).write_text(place.read_text())\n"
    )
    out = str(tmp_path / "out")
    words = ["--in", "source.txt", "--out", out, "--", "jobs.temporary", "source.txt", out]
    environment = {"AFFIRM_PROTECTED": json.dumps([str(project)]), "AFFIRM_OPERATION": '{"sandbox": true}'}
    command = [sys.executable, "-m", "scripts", *words]
    done = subprocess.run(command, cwd=project, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Path(out).read_text() == "abc\n" and [path.name for path in tmp_path.iterdir()] == ["out"]


def test_package_that_misses_its_pin_is_named(door, project, tmp_path):
    (project / "envs").mkdir(exist_ok=True)
    (project / "envs" / "odd.yaml").write_text("dependencies:\n  - pip:\n      - pytest==0.1\n      - absent==2\n")
    code = "from scripts.provenance.signature import signature; print(signature('jobs.end', 'envs/odd.yaml'))"
    planned = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True)
    assert ended(door("succeed", "--code", planned.stdout.strip() + "@envs/odd.yaml"))[0] == 0
    found = record(tmp_path)["environment_mismatch"]
    assert set(found) == {"pytest", "absent"} and "pinned 0.1" in found["pytest"]
    assert found["absent"] == "not installed, pinned 2"
    assert "environment: absent is not installed" in (tmp_path / "log.txt").read_text()


BETWEEN = "import subprocess, sys; subprocess.run(sys.argv[1:])"


@pytest.mark.slow
def test_job_ends_with_the_snakemake_that_started_it(project, tmp_path):
    """Else a killed build's job goes on, and writes beside the job of the build that goes on."""
    output = tmp_path / "out.txt"
    door = [sys.executable, "-m", "scripts", "--out", str(output), "--", "jobs.end", "wait", "source.txt", str(output)]
    snakemake = subprocess.Popen(
        [sys.executable, "-c", BETWEEN, *door], cwd=project, env=os.environ | {"AFFIRM_PLAN": "plan.json"}
    )
    wait_for(tmp_path / "out.txt.pid")
    process = Path("/proc") / (tmp_path / "out.txt.pid").read_text()
    snakemake.kill()
    snakemake.wait()
    for _ in range(100):
        if not process.exists():
            return
        time.sleep(0.05)
    os.kill(int(process.name), signal.SIGKILL)
    raise AssertionError("the job outlived it")


def test_full_disk_is_told_without_a_traceback(project, tmp_path):
    words = [sys.executable, "-m", "scripts", "--sidecar", str(tmp_path / "run.json"), "--", "jobs.end", "succeed"]
    done = subprocess.run([*words, "source.txt", "/dev/full"], cwd=project, capture_output=True, text=True)
    told = "end: the disk is full. Free some space and run the same command again: what is finished stays.\n"
    assert (done.returncode, record(tmp_path)["status"]) == (2, "problem") and done.stderr.endswith(told)


def test_full_disk_of_the_log_is_not_told_for_every_line(project, tmp_path):
    words = [sys.executable, "-m", "scripts", "--log", "/dev/full", "--", "jobs.end", "succeed", "source.txt"]
    done = subprocess.run([*words, str(tmp_path / "out.txt")], cwd=project, capture_output=True, text=True)
    assert "Logging error" not in done.stderr and "Traceback" not in done.stderr


def test_full_disk_is_told_also_where_there_is_no_room_for_the_record(project):
    words = [sys.executable, "-m", "scripts", "--sidecar", "full/run.json", "--", "jobs.end", "succeed"]
    folder = project / "full"
    folder.mkdir()
    (folder / "run.json.tmp").symlink_to("/dev/full")
    done = subprocess.run([*words, "source.txt", "out.txt"], cwd=project, capture_output=True, text=True)
    assert done.returncode == 2 and "Traceback" not in done.stderr and "end: the disk is full." in done.stderr


def test_input_that_changes_while_the_job_runs_fails_it(door, project, tmp_path):
    (project / "source.txt").write_text("abc\n")
    process = door("wait")
    wait_for(tmp_path / "out.txt.pid")
    (project / "source.txt").write_text("other\n")
    try:
        process.send_signal(signal.SIGUSR1)
        code, _, err = ended(process)
    finally:
        (project / "source.txt").write_text("abc\n")
    assert code == 3 and "source.txt changed while it was read" in err
    assert record(tmp_path)["status"] == "input_changed"
