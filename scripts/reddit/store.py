"""Tables larger than memory: parquet by and by; DuckDB with one thread count, a memory limit and a spill folder."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.provenance.drafts import spill_folder

if TYPE_CHECKING:
    import pyarrow as pa

ROW_GROUP = 122_880
LEVEL = 1  # level 3 takes 15 % less space and 4 % more CPU time of the whole of ingest


@contextlib.contextmanager
def database(beside: str | Path) -> Iterator:
    """A DuckDB connection; what `operation.memory_limit` leaves no room for goes to the output's `spill_folder`."""
    import duckdb

    memory_limit = json.loads(os.environ.get("AFFIRM_OPERATION", "{}")).get("memory_limit", "1GB")
    with spill_folder(beside) as folder, duckdb.connect() as connection:
        spill = tempfile.mkdtemp(dir=folder, prefix="spill")
        connection.execute(f"set memory_limit = '{memory_limit}'")
        connection.execute(f"set temp_directory = '{spill}'")
        connection.execute(f"set threads = {int(os.environ.get('OMP_NUM_THREADS', '1'))}")
        yield connection


@contextlib.contextmanager
def writing_parquet(path: str | Path, columns: dict[str, str]) -> Iterator[tuple[pa.Schema, Callable]]:
    """The schema of `columns` (names to pyarrow type names) and a function that adds record batches to a new file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in columns.items()])
    held: list[pa.RecordBatch] = []

    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=LEVEL, use_dictionary=False) as writer:

        def write_out() -> None:
            writer.write_table(pa.Table.from_batches(held, schema), row_group_size=ROW_GROUP)
            held.clear()

        def write(batch: pa.RecordBatch) -> None:
            held.append(batch)
            if sum(batch.num_rows for batch in held) >= ROW_GROUP:
                write_out()

        yield schema, write
        write_out()


def write_sorted(connection, query: str, key: str, path: str | Path) -> None:
    """The query's rows as parquet in the order of `key`, which must be unique: equal bytes in every run."""
    connection.execute(
        f"copy (select * from ({query}) order by {key}) to '{path}' "
        f"(format parquet, compression zstd, compression_level {LEVEL}, row_group_size {ROW_GROUP})"
    )
