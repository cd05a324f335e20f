"""Finished builds of the three runs whose artifacts are empty, in seconds: what plans are made against."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.graph.tree import copy_tree, put_dumps, snakemake

TARGETS = {
    "demo": ["all", "headline"],
    "paper": [  # besides `all`: what can be asked for by name and is no part of it yet
        "all",
        "real_data",
        "results/reference/multi/value/dpo_adapter",
        "results/reference/multi/emotion/sft_adapter",
    ],
    "laptop": ["all", "headline", "real_data"],
}
LARGE = 6_000_000  # bytes: more than Snakemake compares by default
FILE_ENDINGS = {".csv", ".html", ".json", ".jsonl", ".md", ".parquet", ".svg", ".tsv", ".txt", ".yaml", ".zst"}
# A front door that only makes the outputs. It is operational, so the graph's signatures are the real ones.
FAST_DOOR = f"""
import os
import sys

if __name__ == "__main__":
    words = sys.argv[1:]
    for name in words[words.index("--out") + 1 : words.index("--")]:
        if os.path.splitext(name)[1] in {FILE_ENDINGS!r}:
            os.makedirs(os.path.dirname(name), exist_ok=True)
            with open(name, "wb") as stream:
                stream.write(bytes({LARGE} if name.endswith(".zst") else 0))
        else:
            os.makedirs(name, exist_ok=True)
    sys.exit()
"""


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder that `make` fills, made once for all of pytest's processes; nobody changes it afterwards."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with open(folder.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            draft = folder.with_suffix(".draft")
            shutil.rmtree(draft, ignore_errors=True)  # of a process that failed
            make(draft / "affirm")
            draft.rename(folder)
    return folder / "affirm"


def put_fast_door(tree: Path) -> None:
    """Jobs of the tree make empty outputs; modules still find the real door's names."""
    door = tree / "scripts" / "__main__.py"
    door.write_text(FAST_DOOR + door.read_text(encoding="utf-8"), encoding="utf-8")


def build_runs(folder: Path) -> None:
    """The project with finished builds of the three runs, made by a door that only makes the outputs."""
    tree = copy_tree(folder)
    put_dumps(tree)
    external = tree / "resources" / "external"
    for name in ("AskMen_submissions", "RC_2005-12"):
        (external / "reddit" / f"{name}.zst").touch()
    shutil.copytree(external, tree / "resources" / "elsewhere")  # for a config that names other places
    shutil.copy(tree / "resources" / "world.yaml", tree / "resources" / "elsewhere")
    put_fast_door(tree)
    for run, targets in TARGETS.items():
        profile = [] if run == "paper" else ["--profile", run]
        done = snakemake(tree, "--quiet", "all", "--cores", "2", *profile, *targets)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
