"""Reads the normalised ValueEval rows that value detectors train on."""

from pathlib import Path
from typing import Any

from scripts.provenance.errors import Problem


def value_columns(labels: list[str]) -> list[str]:
    """Column names of the values in taxonomy order: v00, v01, …"""
    return [f"v{place:02d}" for place in range(len(labels))]


def read_valueeval(path: str | Path, labels: list[str]) -> tuple[list[str], Any]:
    """Texts and a boolean array (n, len(labels)), in order of id; no rows is a Problem."""
    import numpy
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path, columns=["id", "text", *value_columns(labels)]).sort_by("id")
    if not table.num_rows:
        raise Problem(f"{path} has no rows. Check the corpus it was made from and rebuild it.")
    present = numpy.column_stack([table[name].to_numpy() for name in value_columns(labels)])
    return table["text"].to_pylist(), present.astype(bool)
