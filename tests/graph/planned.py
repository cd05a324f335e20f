"""Dry runs that several tests look at, each done once a session, with what it cost."""

import functools
import resource
from pathlib import Path

from tests.graph.tree import Job, dry_run


@functools.cache
def planned(tree: Path, *words: str) -> tuple[list[Job], float]:
    """The jobs of `snakemake -n …` in the tree, and the CPU seconds of planning them."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    jobs = dry_run(tree, *words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return jobs, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
