"""What goes wrong on a cluster: memory, wall time, cancelled jobs, a stopped or killed controller, an edited script."""

import json
import os
import signal

from tests.slurm.cluster import slurm, until
from tests.slurm.conftest import SITUATIONS, TABLE

THREADS = "results/demo/reddit/threads.parquet"
ADAPTER = "results/demo/detector/adapter"
INGEST, BUILD = "reddit/ingest_submissions.py", "reddit/build_threads.py"


def drafts(build) -> list[str]:
    """Unfinished files that lie about in results."""
    return [str(path) for path in (build.folder / "results").rglob("*") if ".tmp" in path.name or "drafts" in path.name]


def states(build, rule: str) -> list[str]:
    return [job.state for job in build.jobs(rule)]


def test_training_killed_for_memory_is_submitted_again_with_more(copy, watch):
    small = "detector: {gpus: 1, memory_mb: 450"  # the tiny model needs about 700
    copy.edit("config.yaml", "detector: {gpus: 1, memory_mb: 48000", small)
    done = copy.run("--", ADAPTER)
    assert done.code == 0, done.text
    first, second = copy.jobs("train_detector")
    assert (first.state, first.memory, second.state, second.memory) == ("FAILED", "450M", "COMPLETED", "900M")
    assert second.minutes == 2 * first.minutes
    assert "exceeded memory limit" in copy.log_of(first)
    assert {seen.environment["CUDA_VISIBLE_DEVICES"] for seen in watch.of(copy, "detector.train_detector")} <= {
        "0",
        "1",
    }
    assert all("gres/gpu:h100=1" in job.resources for job in (first, second))
    assert (copy.folder / ADAPTER / "adapter_model.safetensors").is_file() and drafts(copy) == []


def test_cancelled_job_is_reported_and_submitted_again(copy):
    copy.change_code("reddit/select_threads.py")
    table = (copy.folder / TABLE).read_bytes()
    command = copy.start("--", TABLE)
    slurm("scancel", str(copy.running("select_threads")))
    assert command.wait() == 0, command.text
    assert "status is: 'CANCELLED'" in command.text
    assert states(copy, "select_threads") == ["CANCELLED", "COMPLETED"] and len(copy.jobs()) == 2
    assert (copy.folder / TABLE).read_bytes() == table


def test_stopped_and_killed_controllers_leave_only_unfinished_work_to_the_same_command(copy):
    copy.change_code(INGEST)
    copy.change_code(BUILD)
    command = copy.start("--", THREADS)
    copy.running("build_threads")
    command.signal(signal.SIGINT)
    assert command.wait() != 0 and command.finished == ["ingest_submissions"], command.text
    until(lambda: not copy.live(), 20, "Slurm to end the cancelled job")

    command = copy.start("--", THREADS)
    copy.running("build_threads")
    command.signal(signal.SIGKILL)
    assert copy.live("build_threads") and command.finished == []
    until(lambda: not copy.live(), 90, "Slurm, which goes on with the job")

    refused = copy.run("--", THREADS)
    assert refused.code != 0 and "--unlock" in refused.text
    assert copy.run("--unlock", "--", THREADS).code == 0
    done = copy.run("--", THREADS)
    assert done.code == 0 and done.finished == ["build_threads"], done.text
    assert states(copy, "ingest_submissions") == ["COMPLETED"]
    assert states(copy, "build_threads") == ["CANCELLED", "COMPLETED", "COMPLETED"]
    assert copy.says_nothing_to_do("--", THREADS, profile="demo") and drafts(copy) == []


def test_command_given_again_while_a_killed_builds_job_runs_on_waits_and_trains_nothing_twice(copy, watch):
    log = copy.folder / "results/demo/logs/detector/train_detector.log"
    command = copy.start("--", ADAPTER)
    until(lambda: drafts(copy), 90, "the first job to train")
    (training,) = watch.of(copy, "detector.train_detector")
    os.kill(training.pid, signal.SIGSTOP)  # long training, in short
    command.signal(signal.SIGKILL)
    assert copy.run("--unlock", "--", ADAPTER).code == 0
    again = copy.start("--", ADAPTER)
    until(lambda: len(copy.live("train_detector", "RUNNING")) == 2, 60, "the second job")
    until(lambda: log.is_file() and "waiting for" in log.read_text(), 60, "the second job to wait")
    os.kill(training.pid, signal.SIGCONT)
    assert again.wait() == 0, again.text
    assert states(copy, "train_detector") == ["COMPLETED", "COMPLETED"]
    assert "nothing was trained" in log.read_text() and drafts(copy) == []


def test_queued_job_whose_script_is_edited_refuses_and_the_same_command_builds(copy):
    copy.change_code(BUILD)
    slurm("scontrol", "update", "partitionname=night", "state=down")
    try:
        command = copy.start("--retries", "0", "--", THREADS)
        until(lambda: copy.live("build_threads", "PENDING"), 60, "the job in the queue")
        copy.change_code(BUILD)
    finally:
        slurm("scontrol", "update", "partitionname=night", "state=up")
    assert command.wait() != 0
    (job,) = copy.jobs("build_threads")
    assert job.state == "FAILED"
    assert "build_threads: its code changed after the build was planned" in copy.log_of(job)
    sidecar = json.loads((copy.folder / "results/demo/logs/reddit/build_threads.json").read_text())
    assert (sidecar["status"], sidecar["exit_code"]) == ("code_changed", 3)
    assert not (copy.folder / THREADS).exists() and drafts(copy) == []

    done = copy.run("--", THREADS)
    assert done.code == 0, done.text
    assert done.finished == ["build_threads"] and (copy.folder / THREADS).is_file()


def test_job_killed_at_its_wall_time_goes_on_where_it_was(asking):
    build, server = asking.build, asking.server
    assert asking.first.wait(150) != 0
    assert "status is: 'TIMEOUT'" in asking.first.text and states(build, "write_situations") == ["TIMEOUT"]
    assert not (build.folder / SITUATIONS).exists()
    paid, server.delay = server.answered, 0
    assert paid > 10

    done = asking.go_on()
    assert done.wait() == 0, done.text
    counts = json.loads((build.folder / "results/demo/logs/personas/write_situations.json").read_text())["journal"]
    questions = {json.dumps(body["messages"]) for body in server.bodies}
    assert counts["replayed"] >= paid - 1 and counts["replayed"] + counts["asked"] == len(questions)
    assert len(server.bodies) <= len(questions) + 1  # the one that was in flight
