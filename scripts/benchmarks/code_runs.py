"""Runs programs that a model wrote, to see whether they pass their tests (HumanEval; Chen et al. 2021).

Each program runs in a process of its own: in an empty folder, without the environment's variables, without network
where the kernel lets a user give it up, with bounds on time, memory, processes and files, which stay empty. That stops
accidents; it is no prison for a hostile model. In a sandboxed job (config: operation.sandbox) it can read no more of
the project than the job.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence

SECONDS, MEGABYTES, PROCESSES = 5, 1024, 1
_RUNNER = """
import ctypes, resource, sys
seconds, megabytes, processes = map(int, sys.argv[1:])
program = sys.stdin.read()
ctypes.CDLL(None).unshare(0x10000000 | 0x40000000)  # a user's own namespace without network; where it fails, as it was
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))
exec(compile(program, "program", "exec"), {"__name__": "__main__"})
print("passed " + sys.argv[0])
"""


def passes(program: str, seconds: int = SECONDS) -> bool:
    """Whether the program runs to its end; one that raises, leaves, hangs or is stopped by a bound does not."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-B", "-c", _RUNNER, str(seconds), str(MEGABYTES), str(PROCESSES)],
                input=program,
                capture_output=True,
                text=True,
                errors="replace",
                cwd=folder,
                env={},
                timeout=seconds + 5,
            )
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0 and done.stdout.endswith("passed -c\n")


class CodeEval:
    """The metric `code_eval` as the harness calls it, which else would be fetched from the hub."""

    def compute(
        self, references: Sequence[str], predictions: Sequence[Sequence[str]], k: Sequence[int]
    ) -> tuple[dict[str, float], dict]:
        """pass@1: the share of a problem's programs that pass, averaged; ValueError for another k."""
        if list(k) != [1]:
            raise ValueError(f"pass@{k} is not computed here, only pass@1")
        shares = [
            sum(passes(f"{program}\n{test}") for program in own) / len(own)
            for test, own in zip(references, predictions, strict=True)
        ]
        return {"pass@1": sum(shares) / len(shares)}, {}
