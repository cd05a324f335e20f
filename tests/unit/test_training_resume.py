"""Training that is killed or stopped at any moment goes on with the same command and ends with the same bytes."""

import json
import logging
import os
import random
import shutil
import signal
import sys
import tempfile
import time

import pytest

from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_jsonl
from scripts.training.checkpoints import MARK, drop_torn, mark_whole, newest_whole
from scripts.training.progress import Progress, progress_folder
from tests.disks import small_disk
from tests.unit.tiny import dpo_rows, root, sft_rows
from tests.unit.training_jobs import SETTINGS, Jobs, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the warm parent needs Linux"),
]
RESUMED = "going on after step"


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    with Jobs(tmp_path_factory.mktemp("jobs")) as jobs:
        yield jobs


@pytest.fixture(scope="module")
def undisturbed(jobs):
    """Results of runs that nobody disturbed and that wrote no checkpoint between epochs."""
    found = {}
    for kind in ("sft", "dpo", "full"):
        job = jobs.job(kind, f"undisturbed_{kind}")
        job.operation["checkpoint_minutes"] = 60
        assert RESUMED not in job.run() and job.steps() == []
        found[kind] = job.result()
    return found


def stop(job, process, number: int) -> str:
    process.send_signal(number)
    said = process.communicate(timeout=120)[1]
    assert process.returncode != 0, job.log
    return said


@pytest.mark.parametrize("kind", ["sft", "dpo", "full"])
def test_run_killed_again_and_again_at_any_moment_ends_as_an_undisturbed_one(jobs, undisturbed, kind):
    """Half of the kills wait for a checkpoint that is being written."""
    rng = random.Random(kind)
    job = jobs.job(kind, f"killed_{kind}")
    torn = 0
    for kill in range(6):
        process = job.start()
        if kill % 2:
            until(lambda process=process: job.steps(whole=False) or process.poll() is not None)
        else:
            reached = max(job.steps(), default=0)
            until(lambda process=process, at=reached: max(job.steps(), default=0) > at or process.poll() is not None)
            time.sleep(rng.uniform(0, 0.1))
        if process.poll() is not None:
            break
        stop(job, process, signal.SIGKILL)
        torn += bool(job.steps(whole=False))
        assert len(job.steps()) <= 3  # the newest, the best, and one that was about to be deleted
    assert kill >= 3 and torn
    if not job.output.exists():
        assert RESUMED in job.run()
    assert job.result() == undisturbed[kind]
    assert not list(job.checkpoints.glob("unfinished/*/*"))


@pytest.mark.parametrize("kind", ["sft", "dpo"])
def test_run_that_is_asked_to_end_saves_says_so_and_goes_on_after_that_step(jobs, kind, tmp_path):
    """60 steps an epoch, and no checkpoint is due before its end."""
    write_jsonl(tmp_path / "long.jsonl", {"sft": sft_rows, "dpo": dpo_rows}[kind](60))
    longer = {"train-settings": {**SETTINGS[kind], "effective_batch": 1, "epochs": 1}, "train": tmp_path / "long.jsonl"}
    whole, job = (jobs.job(kind, f"{name}_{kind}", **longer) for name in ("whole", "stopped"))
    whole.operation["checkpoint_minutes"] = job.operation["checkpoint_minutes"] = 60
    whole.run()
    process = job.start()
    until(lambda: "step 10 of 60" in job.log)
    said = stop(job, process, signal.SIGTERM)
    (step,) = job.steps()
    assert 10 <= step < 60 and f"stopped by a signal after step {step}" in said and "same command" in said
    assert f"{RESUMED} {step}" in job.run()
    assert job.result() == whole.result()


def test_run_killed_between_its_end_and_its_publication_trains_nothing_again(jobs, undisturbed):
    job = jobs.job("sft", "unpublished")
    process = job.start()
    until(lambda: 20 in job.steps())
    stop(job, process, signal.SIGKILL)
    assert f"{RESUMED} 20" in job.run() and ": loss " not in job.log
    assert job.result() == undisturbed["sft"]
    shutil.rmtree(job.output)
    assert "published again" in job.run() and job.result() == undisturbed["sft"]


def rows_reversed(folder):
    write_jsonl(folder / "other.jsonl", list(read_jsonl(root() / "sft_train.jsonl"))[::-1])
    return folder / "other.jsonl"


@pytest.fixture
def begun(jobs, tmp_path):
    """A run that was killed after its third step."""
    job = jobs.job("sft", tmp_path.name)
    process = job.start()
    until(lambda: max(job.steps(), default=0) >= 3)
    stop(job, process, signal.SIGKILL)
    return job


@pytest.mark.parametrize("what", ["data", "setting", "seed", "batch", "code"])
def test_other_data_settings_or_code_start_anew(begun, jobs, what, tmp_path):
    source = jobs.folder / "scripts/training/sft.py"
    before = source.read_text()
    if what == "data":
        begun.given["train"] = rows_reversed(tmp_path)
    elif what == "setting":
        begun.given["train-settings"] = {**SETTINGS["sft"], "learning_rate": 4e-3}
    elif what == "seed":
        begun.given["seed"] = 8
    elif what == "batch":
        begun.operation["train_batch"] = 1
    else:
        source.write_text(before + "\nADDED = 1\n")
    try:
        assert RESUMED not in begun.run()
    finally:
        source.write_text(before)


def test_unfinished_forms_of_an_artifact_are_kept_up_to_the_number_in_the_config(begun):
    def forms():
        return {path.name for path in begun.checkpoints.glob("unfinished/*/*")}

    for seed in (8, 9):
        begun.given["seed"] = seed
        before = forms()
        process = begun.start()
        until(lambda before=before: forms() - before)
        stop(begun, process, signal.SIGKILL)
        assert len(forms()) <= 3  # perhaps killed before the oldest was deleted
    begun.operation["kept_checkpoints"] = 1
    process = begun.start()
    until(lambda: len(forms()) == 1)
    stop(begun, process, signal.SIGKILL)


def test_torn_checkpoint_is_taken_away_and_the_one_before_it_used(begun, undisturbed):
    newest = max(
        begun.checkpoints.glob("unfinished/*/*/*/checkpoint-*/whole.json"), key=lambda path: path.stat().st_mtime
    )
    torn = newest.parent.with_name("checkpoint-19")
    shutil.copytree(newest.parent, torn)
    (torn / "whole.json").unlink()
    (torn / "optimizer.pt").write_bytes(b"half")
    step = int(newest.parent.name.split("-")[1])
    assert f"{RESUMED} {step}" in begun.run()
    assert begun.result() == undisturbed["sft"]


def damage(path):
    """Another last byte, the same size."""
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


@pytest.mark.parametrize("what", ["newest", "best"])
def test_run_whose_checkpoint_was_damaged_after_its_mark_uses_an_older_one_or_starts_anew(
    jobs, undisturbed, what, tmp_path
):
    """Without the best one the newest would end with another epoch's weights."""
    job = jobs.job("sft", tmp_path.name)
    process = job.start()
    until(lambda: max(job.steps(), default=0) > 11)
    stop(job, process, signal.SIGKILL)
    newest = max(job.steps())
    (folder,) = {path.parent for path in job.checkpoints.glob("unfinished/*/*/*/checkpoint-10")}
    damage(folder / ("checkpoint-10" if what == "best" else f"checkpoint-{newest}") / "adapter_model.safetensors")
    said = job.run()
    assert f"checkpoint-{newest} is damaged and dropped" in said
    assert f"{RESUMED} {newest}" not in said and (RESUMED in said) == (what == "newest")
    assert job.result() == undisturbed["sft"]


def write_checkpoint(folder, step, best=None):
    path = folder / f"checkpoint-{step}"
    (path / "deep").mkdir(parents=True)
    (path / "trainer_state.json").write_text(json.dumps({"best_global_step": best}))
    (path / "deep" / "weights").write_bytes(b"weights")
    mark_whole(path, {"seconds": 1.5, "tokens": 3})
    return path


def test_checkpoint_counts_only_when_the_best_one_it_names_is_whole(tmp_path, caplog):
    for step, best in ((4, None), (10, 10), (12, 10)):
        write_checkpoint(tmp_path, step, best)
    assert newest_whole(tmp_path, dropping=True).name == "checkpoint-12" and not caplog.messages
    shutil.rmtree(tmp_path / "checkpoint-10")
    assert newest_whole(tmp_path, dropping=False).name == "checkpoint-4" and not caplog.messages
    assert newest_whole(tmp_path, dropping=True).name == "checkpoint-4"
    assert "checkpoint-12 is damaged and dropped: the best one, of step 10" in caplog.text
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-4"]


@pytest.mark.parametrize("name", ["deep/weights", "trainer_state.json"])
@pytest.mark.parametrize("harm", ["changed", "cut", "gone"])
def test_checkpoint_that_differs_from_its_mark_is_dropped_by_name(tmp_path, caplog, name, harm):
    write_checkpoint(tmp_path, 4)
    path = write_checkpoint(tmp_path, 7) / name
    {"changed": damage, "cut": lambda path: os.truncate(path, 2), "gone": os.unlink}[harm](path)
    assert Progress(tmp_path, 1.0).start == tmp_path / "checkpoint-4"
    assert f"{tmp_path / 'checkpoint-7'} is damaged and dropped: " in caplog.text and name in caplog.text
    assert not (tmp_path / "checkpoint-7").exists()


@pytest.mark.parametrize("mark", [b"", b"{", b"\xff", b"[]", b"{}", b'{"files": [1]}', b'{"files": {"deep": 1}}'])
def test_checkpoint_whose_mark_says_nothing_is_dropped(tmp_path, caplog, mark):
    (write_checkpoint(tmp_path, 7) / MARK).write_bytes(mark)
    assert Progress(tmp_path, 1.0).start is None
    assert "checkpoint-7 is damaged and dropped" in caplog.text and not (tmp_path / "checkpoint-7").exists()


def test_other_names_beside_checkpoints_stay_and_harm_nothing(tmp_path):
    for name in ("checkpoint-old", "checkpoint-", "checkpoint-7.bak", "my-checkpoint-9"):
        shutil.copytree(write_checkpoint(tmp_path, 70), tmp_path / name)
        shutil.rmtree(tmp_path / "checkpoint-70")
    write_checkpoint(tmp_path, 3)
    write_checkpoint(tmp_path, 5)
    drop_torn(tmp_path)
    assert newest_whole(tmp_path, dropping=True).name == "checkpoint-5"
    Progress(tmp_path, 1.0).keep_whole(5, 5)
    names = {"checkpoint-5", "checkpoint-old", "checkpoint-", "checkpoint-7.bak", "my-checkpoint-9"}
    assert {path.name for path in tmp_path.iterdir()} == names


def test_training_outside_the_front_door_says_that_its_progress_is_not_kept(tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setenv("AFFIRM_PROGRESS", str(tmp_path / "artifact" / "key"))
    with progress_folder({}):
        assert "not kept" not in caplog.text
    monkeypatch.delenv("AFFIRM_PROGRESS")
    with progress_folder({}):
        assert "progress is not kept without `--keep` through the front door" in caplog.text


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk", "4m") as disk:
        yield disk


def test_full_disk_ends_with_a_message_and_the_run_goes_on_once_there_is_room(jobs, undisturbed, disk):
    job = jobs.job("sft", disk.parent.name)
    job.checkpoints = disk / "checkpoints"
    process = job.start()
    until(lambda: max(job.steps(), default=0) >= 3)
    stop(job, process, signal.SIGKILL)
    room = os.statvfs(disk)
    for left in (2_000, 60_000, 150_000):  # ends in the first files of a checkpoint, in the weights, in the optimizer
        room = os.statvfs(disk)
        (disk / "filler").write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - left)))
        process = job.start()
        said = process.communicate(timeout=120)[1]
        assert process.returncode == 2 and "disk is full" in said and "Traceback" not in said, said
        assert job.steps() and not job.steps(whole=False) and not job.output.exists()
        (disk / "filler").unlink()
    assert RESUMED in job.run()
    assert job.result() == undisturbed["sft"]


def test_training_report_counts_over_all_jobs_of_a_run(begun):
    begun.run()
    report = json.loads((begun.output / "training.json").read_text())
    assert report["steps"] == 20 and [entry["step"] for entry in report["losses"]] == [10, 20]
    assert report["seconds"] > 0 and report["tokens_per_second"] > 0


def test_place_of_checkpoints_that_cannot_be_made_is_an_error_before_training(jobs, tmp_path):
    """Through the front door with and without the sandbox; a file lies in the way."""
    (tmp_path / "file").write_text("")
    for sandbox in (True, False):
        job = jobs.job("sft", f"{tmp_path.name}_{sandbox}")
        job.operation["sandbox"] = sandbox
        job.checkpoints = tmp_path / "file" / "checkpoints"
        process = job.start()
        said = process.communicate(timeout=120)[1]
        assert process.returncode == 2 and "Traceback" not in said and not job.output.exists()
        assert f"{job.checkpoints}" in said and "cannot be made (Not a directory). Mend its rights" in said


@pytest.fixture
def nobody():
    """What is written without the rights of root, where the tests have them."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_folder_of_checkpoints_that_is_read_only_is_an_error_before_training(monkeypatch, nobody):
    with tempfile.TemporaryDirectory() as place:
        monkeypatch.setenv("AFFIRM_PROGRESS", f"{place}/artifact/key")
        with progress_folder({}) as folder:
            assert list(folder.iterdir()) == []
        folder.chmod(0o500)
        with pytest.raises(Problem, match=rf"{folder} keeps the checkpoints and cannot be written to \(Permission"):
            progress_folder({}).__enter__()
        folder.chmod(0o700)
