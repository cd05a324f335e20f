"""What GPU jobs ask a cluster for, by the operation part of the config: one job, and the table in docs/training.md."""

import math
from collections.abc import Iterator

SIZE = 8.0  # billions of weights that the config's memory and minutes are for
LEAST = 0.25  # share of them that the smallest base still needs: Python, libraries, data


def needs(operation: dict, job: dict, base: str) -> dict[str, int]:
    """`gpus`, `memory_mb` and `minutes` of a job's first attempt on a base: memory and time go with its weights."""
    share = max(operation["sizes"].get(base, SIZE) / SIZE, LEAST)
    return {
        "gpus": job.get("gpus", 1),
        "memory_mb": math.ceil(job["memory_mb"] * share),
        "minutes": math.ceil(job["minutes"] * share),
    }


def table(operation: dict) -> Iterator[str]:
    """Markdown lines: what a job of each stage asks for on each base."""
    bases = operation["sizes"]
    yield "| stage | GPUs | " + " | ".join(f"{base}, {size:g} B" for base, size in bases.items()) + " |"
    yield "|---|--:|" + "--:|" * len(bases)
    for stage, job in {**operation["training"], "inference": operation["inference"]}.items():
        own = [needs(operation, job, base) for base in bases]
        cells = [f"{job['memory_mb'] / 1000:.0f} GB, {job['minutes'] / 60:.1f} h" for job in own]
        yield f"| {stage} | {own[0]['gpus']} | {' | '.join(cells)} |"
