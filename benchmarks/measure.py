"""CPU seconds, wall seconds and peak memory of a command with all it starts."""

import os
import platform
import subprocess
import time
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Usage:
    """`cpu`: user and system seconds of the whole tree; `mib`: most memory resident at once, all processes together."""

    cpu: float
    wall: float
    mib: float
    output: str


def run(command: str, **environment: str) -> Usage:
    """Runs a shell command to its end. RuntimeError: it, or a part of its pipe, failed."""
    began = time.monotonic()
    process = subprocess.Popen(
        ["bash", "-o", "pipefail", "-c", command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | environment,
        text=True,
    )
    peak, (pid, status, used) = 0, os.wait4(process.pid, os.WNOHANG)
    while not pid:
        peak = max(peak, _resident(process.pid))
        time.sleep(0.02)
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
    wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    with process:
        output, errors = process.stdout.read(), process.stderr.read()
    if process.returncode:
        raise RuntimeError(f"{command}: exit code {process.returncode}\n{errors[-2000:]}")
    return Usage(used.ru_utime + used.ru_stime, wall, max(peak / 2**20, used.ru_maxrss / 1024), output.strip())


def _resident(pid: int) -> int:
    total = 0
    try:
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            total += process.memory_info().rss
    except psutil.Error:  # one ended meanwhile
        pass
    return total


def machine() -> str:
    """Processor, cores and memory."""
    name = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as stream:
            name = next((line.split(":")[1].strip() for line in stream if line.startswith("model name")), name)
    return f"{name}, {os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB"
