"""Runs jobs in forks of a parent that has the heavy libraries loaded: `python -m scripts.provenance.warm -- COMMAND …`.

For CPU runs of the demo and the tests only. A fork starts in 0.1 s where a fresh process needs 7 s for its imports;
the bytes a job writes are the same (tests/unit/test_warm.py). The command sees AFFIRM_WARM, the socket on which the
front door hands its job over; the parent ends with the command.
"""

import array
import gc
import json
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from scripts.provenance.parent import die_with

# Read when the libraries are imported, so parent and jobs must agree on them before that.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "PYTHONHASHSEED": "0",
    "HF_HUB_OFFLINE": "1",
    "CUDA_VISIBLE_DEVICES": "",
}
_INT = struct.Struct("i")


def main(argv: list[str]) -> int:
    """Starts the parent and then the command; returns the command's exit code. Only Linux can do more than that."""
    command = argv[1:] if argv[:1] == ["--"] else argv
    if sys.platform != "linux":
        return subprocess.call(command)
    environment = {**os.environ, **ENVIRONMENT}
    with tempfile.TemporaryDirectory(prefix="affirm-warm-") as folder:
        path = str(Path(folder) / "socket")
        parent = subprocess.Popen([sys.executable, "-m", "scripts.provenance.warm", "--serve", path], env=environment)
        child = subprocess.Popen(command, env={**environment, "AFFIRM_WARM": path})
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to the command too, which decides
        signal.signal(signal.SIGTERM, lambda number, frame: child.send_signal(number))
        code = child.wait()
        parent.kill()
        parent.wait()
    return code if code >= 0 else 128 - code


def serve(path: str) -> None:
    """Accepts jobs on the socket for ever; each runs in a fork whose exit code goes back to its client."""
    die_with(os.getppid())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _import_heavy()
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        sys.exit(f"warm parent has {threads} threads before the first fork; run the command without it")
    gc.collect()
    gc.freeze()
    server = socket.socket(socket.AF_UNIX)
    server.bind(path + ".new")
    server.listen(64)
    os.rename(path + ".new", path)
    selector = selectors.DefaultSelector()
    selector.register(server, selectors.EVENT_READ, ("client", 0))
    jobs: dict[int, tuple[socket.socket, int]] = {}
    while True:
        for key, _ in selector.select():
            kind, pid = key.data
            if kind == "client":
                _start(server, selector, jobs)
            elif kind == "word" and pid in jobs:
                _pass_on(pid, selector, jobs)
            elif kind == "end" and pid in jobs:
                _report(pid, selector, jobs)


def hand_over(path: str, argv: list[str]) -> int | None:
    """The exit code of the job run by the parent at `path`, or None when no parent fit for it answers there."""
    if any(os.environ.get(name) != value for name, value in ENVIRONMENT.items()):
        return None
    client = socket.socket(socket.AF_UNIX)
    try:
        client.connect(path)
    except OSError:
        return None
    body = json.dumps({"argv": argv, "cwd": os.getcwd(), "env": dict(os.environ)}).encode()
    files = array.array("i", [0, 1, 2])
    client.sendmsg([_INT.pack(len(body))], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda got, frame: client.send(bytes([got])))
    client.sendall(body)
    answer = _read_exactly(client, _INT.size)
    if answer is None:
        print("the warm parent ended and took the job with it; run the same command again", file=sys.stderr)
        return 75
    code = _INT.unpack(answer)[0]
    return code if code >= 0 else 128 - code


def _import_heavy() -> None:
    import datasets  # noqa: F401
    import duckdb  # noqa: F401
    import jinja2  # noqa: F401
    import msgspec  # noqa: F401
    import numpy  # noqa: F401
    import openai  # noqa: F401
    import peft  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import scipy.stats  # noqa: F401
    import sklearn.feature_extraction.text  # noqa: F401
    import torch
    import transformers  # noqa: F401
    import yaml  # noqa: F401
    from transformers import (  # noqa: F401  # noqa: F401
        AutoModelForCausalLM,
        AutoModelForSequenceClassification,
        AutoTokenizer,
        LlamaForCausalLM,
        PreTrainedTokenizerFast,
    )
    from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer  # noqa: F401

    torch.set_num_threads(1)


def _start(server: socket.socket, selector: selectors.BaseSelector, jobs: dict) -> None:
    client, _ = server.accept()
    data, extra, _, _ = client.recvmsg(_INT.size, socket.CMSG_SPACE(3 * 4))
    files = array.array("i")
    for _, _, chunk in extra:
        files.frombytes(chunk)
    body = _read_exactly(client, _INT.unpack(data)[0]) if len(data) == _INT.size else None
    if body is None:
        client.close()
        return
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _run_forked(json.loads(body), list(files), parent)
    for file in files:
        os.close(file)
    end = os.pidfd_open(pid)
    jobs[pid] = (client, end)
    selector.register(client, selectors.EVENT_READ, ("word", pid))
    selector.register(end, selectors.EVENT_READ, ("end", pid))


def _pass_on(pid: int, selector: selectors.BaseSelector, jobs: dict) -> None:
    """A byte from the client is a signal for the job; a closed client takes its job along."""
    word = jobs[pid][0].recv(1)
    number = word[0] if word else signal.SIGKILL
    try:
        os.killpg(pid, number)
    except ProcessLookupError:  # too young to lead a group; it is not reaped yet, so the id is still its own
        os.kill(pid, number)
    if not word:
        selector.unregister(jobs[pid][0])


def _report(pid: int, selector: selectors.BaseSelector, jobs: dict) -> None:
    _, status = os.waitpid(pid, 0)
    client, end = jobs.pop(pid)
    selector.unregister(end)
    os.close(end)
    if client in selector.get_map():
        selector.unregister(client)
    try:
        client.sendall(_INT.pack(os.waitstatus_to_exitcode(status)))
    except OSError:
        pass
    client.close()


def _run_forked(job: dict, files: list[int], parent: int) -> None:
    """In the fork: becomes the job's process (streams, folder, environment) and never returns."""
    code = 1
    try:
        os.setsid()
        die_with(parent)
        for number, file in enumerate(files):
            os.dup2(file, number)
        os.closerange(3, 256)
        os.chdir(job["cwd"])
        os.environ.clear()
        os.environ.update({**job["env"], "AFFIRM_IN_WARM": "1"})
        os.environ.pop("AFFIRM_WARM", None)
        sys.path[0] = job["cwd"]
        for name in [name for name in sys.modules if name == "scripts" or name.startswith("scripts.")]:
            del sys.modules[name]  # the job runs the code on disk, not the parent's
        signal.signal(signal.SIGINT, signal.default_int_handler)
        from scripts.__main__ import run_job

        code = run_job(job["argv"])
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _read_exactly(stream: socket.socket, size: int) -> bytes | None:
    data = b""
    while len(data) < size:
        chunk = stream.recv(size - len(data))
        if not chunk:
            return None
        data += chunk
    return data


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2])
    else:
        sys.exit(main(sys.argv[1:]))
