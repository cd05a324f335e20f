"""A model server beside a job: on a free port of loopback, read of its readiness, ended with the job whatever ends it.

The server runs below a small watcher process (scripts/llm/watch.py), which ends it when the job is gone.
"""

import contextlib
import http.client
import json
import logging
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import IO

from scripts.llm.watch import GRACE_SECONDS
from scripts.provenance.errors import Problem

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
POLL_SECONDS = 0.5
ERROR_LINES, LAST_LINES = 6, 12  # of what the server said, in a message
PORTS = 3  # a free port may be taken between its choice and the server's start
_TAKEN = "ddress already in use"
_ERROR = re.compile(r"\w(Error|Exception): ")


class Server:
    """`command(port)` gives the server's words; it is ready when it is healthy and serves all of `names`.

    The first word is looked for on the PATH. `patience` is how many seconds the start may take.
    """

    def __init__(self, command: Callable[[int], list[str]], names: list[str], log_file: Path, patience: float):
        self.command, self.names, self.log_file, self.patience = command, names, log_file, patience
        self._starting, self._lock = threading.Lock(), threading.Lock()
        self._stopping = threading.Event()
        self._watcher: subprocess.Popen | None = None
        self._errors: list[str] = []
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._url = ""
        self._failed: Problem | None = None

    def start(self) -> str:
        """The address of the running server (…/v1), started by the first call; a Problem when it cannot be had."""
        with self._starting:
            if self._failed:  # of the threads that have waited, one has tried
                raise Problem(str(self._failed))
            try:
                self._url = self._url or self._started()
            except Problem as problem:
                self._failed = problem
                raise
            return self._url

    def ended(self) -> Problem | None:
        """What to say of a server that has ended though nobody has stopped it."""
        watcher = self._watcher
        if self._stopping.is_set() or watcher is None:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            watcher.wait(POLL_SECONDS)  # a connection breaks a moment before its process is gone
        code = watcher.poll()
        return None if code is None else self._problem(f"ended ({_how(code)}) while it was asked")

    def stop(self) -> None:
        """Ends the server and waits until it is gone; a start that is under way is given up."""
        self._stopping.set()
        with self._lock:
            if self._watcher is None:
                return
            self._watcher.stdin.close()
        self._watcher.wait()
        self._listener.join(GRACE_SECONDS)

    def _started(self) -> str:
        began = time.monotonic()
        for _ in range(PORTS):
            port = _free_port()
            watcher = self._launch(port)
            while not self._is_ready(port):
                if self._stopping.wait(POLL_SECONDS):
                    raise Problem("The server was stopped while it started. Run the same command again.")
                if watcher.poll() is not None:
                    break
                if time.monotonic() - began > self.patience:
                    raise self._problem(f"was not ready after {self.patience:g} s (operation.vllm.patience)")
            else:
                _reach_directly()
                log.info("%s, version %s, is ready after %.0f s", self._name, _version(port), time.monotonic() - began)
                return f"http://{HOST}:{port}/v1"
            if _TAKEN not in self._said():
                break
            log.warning("port %d was taken meanwhile; trying another", port)
        raise self._problem(f"ended ({_how(watcher.returncode)}) before it was ready")

    def _launch(self, port: int) -> subprocess.Popen:
        words = self.command(port)
        self._name = " ".join(words[:2])
        if not shutil.which(words[0]):
            raise Problem(
                f"The program {words[0]}, which models.llama.backend: vllm starts, is not on the PATH of "
                f"{socket.gethostname()}. Build with --sdm conda or install what envs/serve.yaml pins there, or set "
                "models.llama.backend: local, which needs none. All answers so far are kept: run the same command "
                "again."
            )
        watcher = [sys.executable, "-m", "scripts.llm.watch", *words]
        # Usage is reported to nobody; a key in the user's environment would be asked of us.
        quiet = {name: value for name, value in os.environ.items() if name != "VLLM_API_KEY"}
        quiet |= {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
        with self._lock:
            if self._stopping.is_set():
                raise Problem("The server was stopped before it started. Run the same command again.")
            log.info("starting %s on port %d, its log is %s", self._name, port, self.log_file)
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
            self._watcher = subprocess.Popen(watcher, **pipes, env=quiet, start_new_session=True)
            self._errors.clear()
            self._last.clear()
            self._listener = threading.Thread(target=self._listen, args=(self._watcher.stdout,), daemon=True)
            self._listener.start()
            return self._watcher

    def _listen(self, said: IO[bytes]) -> None:
        """Writes what the server says to its log, and keeps the end, which a confined job could not read again."""
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        private = os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(private, "wb", buffering=0) as file, said:
            for line in said:
                text = line.decode("utf-8", "replace").rstrip()
                self._last.append(text)
                if len(self._errors) < ERROR_LINES and _ERROR.search(text):
                    self._errors.append(text)
                with contextlib.suppress(OSError):  # a full disk: the server must not wait for us
                    file.write(line)

    def _is_ready(self, port: int) -> bool:
        """Healthy, and ours: another server may have taken the port."""
        try:
            if _get(port, "/health")[0] != 200:
                return False
            status, body = _get(port, "/v1/models")
            served = {model["id"] for model in json.loads(body)["data"]} if status == 200 else set()
            return served.issuperset(self.names)
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
            return False

    def _said(self) -> str:
        """The first lines that name an error, which later ones follow from, and the last lines."""
        if self._watcher.poll() is not None:
            self._listener.join(POLL_SECONDS)
        last = list(self._last)
        errors = [line for line in self._errors if line not in last]
        return "\n".join(f"    {line}" for line in [*errors, *(["…"] if errors else []), *last])

    def _problem(self, what: str) -> Problem:
        return Problem(
            f"{self._name} {what}. It said, in {self.log_file}:\n{self._said()}\n"
            "  Mend operation.vllm, or set models.llama.backend: local. All answers so far are kept: run the same "
            "command again."
        )


def _how(code: int) -> str:
    return f"killed by signal {code - 128}" if code > 128 else f"code {code}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _get(port: int, path: str) -> tuple[int, bytes]:
    """Straight to loopback, whatever proxy the environment names."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    with contextlib.closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()


def _version(port: int) -> str:
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return json.loads(_get(port, "/version")[1])["version"]
    return "unknown"


def _reach_directly() -> None:
    """Keeps the client's requests to loopback away from a proxy that the environment names."""
    for name in ("no_proxy", "NO_PROXY"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        if HOST not in hosts:
            os.environ[name] = ",".join([*hosts, HOST])
