"""DuckDB for tables larger than memory: one thread count, a memory limit, a spill folder, sorted parquet."""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts.provenance.drafts import draft_folder


@contextlib.contextmanager
def database(beside: str | Path) -> Iterator:
    """A DuckDB connection that spills beside the output; its memory limit is the run's `operation.memory_limit`."""
    import duckdb

    memory_limit = json.loads(os.environ.get("AFFIRM_OPERATION", "{}")).get("memory_limit", "1GB")
    with draft_folder(beside) as folder, duckdb.connect() as connection:
        spill = tempfile.mkdtemp(dir=folder, prefix="spill")
        connection.execute(f"set memory_limit = '{memory_limit}'")
        connection.execute(f"set temp_directory = '{spill}'")
        connection.execute(f"set threads = {int(os.environ.get('OMP_NUM_THREADS', '1'))}")
        yield connection


def write_sorted(connection, query: str, key: str, path: str | Path) -> None:
    """The query's rows as parquet in the order of `key`, which must be unique: equal bytes in every run."""
    connection.execute(
        f"copy (select * from ({query}) order by {key}) to '{path}' "
        "(format parquet, compression zstd, compression_level 3, row_group_size 122880)"
    )
