"""From a dump to a sorted table and a report; what is special to posts or comments comes from the caller."""

from __future__ import annotations

import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem
from scripts.reddit.decode import BadLine, Text, offset_of, read_rows
from scripts.reddit.filters import seconds
from scripts.reddit.masks import mask
from scripts.reddit.store import database, write_sorted, writing_parquet
from scripts.reddit.tally import LISTED, Tally
from scripts.text.files import apart, write_json

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger(__name__)
BATCH = 32_768  # rows whose texts are looked at together: each search is compiled anew
MAX_BAD = 0.001  # share of broken lines that is put up with, when none is named
UNUSABLE = (ValueError, OverflowError, OSError)


@dataclass(frozen=True)
class Kind:
    """What is special to posts or to comments. The functions raise one of UNUSABLE at a row that cannot be used."""

    row_type: type  # of a line (msgspec)
    columns: dict[str, str]  # of the table, with their pyarrow types; `id` and `created_utc` among them
    sift: Callable[[object], str | None]  # why a row is dropped, by all but its text
    tabulate: Callable[[list], dict[str, list]]  # rows to columns, texts as they came
    # masks the texts of a batch; tells which rows are dropped after all, by place, and why
    settle: Callable[[dict[str, pa.Array]], dict[int, str]]


def ingest(dump: str, kind: Kind, output: str, report: str, max_bad: float | None, tally: Tally) -> Counter:
    """Writes `output` (parquet, sorted by id, first of equal ids kept) and `report` (JSON); returns the totals.

    More than `max_bad` of the lines broken, or nothing kept, is a Problem and leaves no output.
    Rows kept + dropped + bad = lines (blank lines are no lines).
    """
    _check_paths(dump, output, report)
    began = time.monotonic()
    with publishing(output) as draft, _removed_after(draft.with_suffix(".loose")) as loose:
        in_order = _write_loose(loose, dump, kind, tally)
        _check_bad(dump, tally, MAX_BAD if max_bad is None else max_bad)
        if in_order:  # as public dumps are
            loose.rename(draft)
        else:
            with database(output) as connection:
                _sort(connection, loose, draft, list(kind.columns), tally)
        totals = tally.total()
        if not totals["kept"]:
            raise Problem(f"{dump} leaves nothing after filtering ({dict(totals)}). Check dates and filters.")
        write_json(report, tally.report(Path(dump).name, time.monotonic() - began))  # no table without its report
    log.info("lines %d, bad %d, %s", tally.lines(), tally.bad_count, dict(totals))
    return totals


def _check_paths(dump: str, output: str, report: str) -> None:
    if not Path(dump).is_file():
        what = "is no file" if Path(dump).exists() else "is missing"
        raise Problem(f"{dump} {what}. resources/datasets.csv tells where it comes from and under which licence.")
    apart("--dump", dump, "--output", output, "--report", report)


@contextlib.contextmanager
def _removed_after(path: Path) -> Iterator[Path]:
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _write_loose(path: Path, dump: str, kind: Kind, tally: Tally) -> bool:
    """Writes the rows that are kept as they come; whether their ids grow from row to row."""
    in_order, last = True, -1
    with writing_parquet(path, kind.columns) as (schema, write):
        for batch in _batches(_columns(dump, kind, tally), schema):
            batch = _settled(batch, kind, tally)
            ids = batch["id"].to_numpy()
            if len(ids) and in_order:
                in_order = bool(last < ids[0] and (ids[:-1] < ids[1:]).all())
                last = ids[-1]
            write(batch)
    return in_order


def _columns(dump: str, kind: Kind, tally: Tally) -> Iterator[dict[str, list]]:
    """The columns of each block of the dump; counts what is dropped or broken."""
    for rows, bad, text in read_rows(dump, kind.row_type):
        tally.size += len(text.lines)
        tally.add_bad(bad)
        try:
            reasons = [kind.sift(row) for row in rows]
            columns = kind.tabulate([row for row, reason in zip(rows, reasons, strict=True) if reason is None])
        except UNUSABLE:
            rows = _usable(rows, text, kind, tally)
            reasons = [kind.sift(row) for row in rows]
            columns = kind.tabulate([row for row, reason in zip(rows, reasons, strict=True) if reason is None])
        tally.note(rows)
        for row, reason in zip(rows, reasons, strict=True):
            if reason is not None:
                tally.drop(seconds(row.created_utc), reason)
        yield columns


def _usable(rows: list, text: Text, kind: Kind, tally: Tally) -> list:
    """The rows that can be used; the others are broken lines."""
    usable = []
    for place, row in enumerate(rows):
        try:
            if kind.sift(row) is None:
                kind.tabulate([row])
            usable.append(row)
        except UNUSABLE as error:
            offset = offset_of(place, text, kind.row_type) if len(tally.bad) < LISTED else None
            tally.add_bad([BadLine(offset, mask(f"id {row.id}: {error}")[:200])])
    return usable


def _batches(blocks: Iterator[dict[str, list]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Batches of BATCH rows or somewhat more. Each block leaves Python's memory at once: the next one finds it warm."""
    import pyarrow as pa

    held: list[pa.RecordBatch] = []
    rows = 0
    for block in blocks:
        held.append(pa.record_batch([pa.array(block[field.name], field.type) for field in schema], schema))
        rows += held[-1].num_rows
        if rows >= BATCH:
            yield pa.concat_batches(held)
            held, rows = [], 0
    if held:
        yield pa.concat_batches(held)


def _settled(batch: pa.RecordBatch, kind: Kind, tally: Tally) -> pa.RecordBatch:
    import pyarrow as pa

    arrays = dict(zip(batch.schema.names, batch.columns, strict=True))
    dropped = kind.settle(arrays)
    created = arrays["created_utc"].to_numpy()
    for place, reason in dropped.items():
        tally.drop(int(created[place]), reason)
    batch = pa.record_batch(list(arrays.values()), schema=batch.schema)
    if dropped:
        batch = batch.filter(pa.array([place not in dropped for place in range(batch.num_rows)]))
    tally.keep(batch["created_utc"].to_numpy())
    return batch


def _check_bad(dump: str, tally: Tally, max_bad: float) -> None:
    if tally.bad_count > max_bad * tally.lines():
        where = "; ".join(f"byte {line.offset}: {line.reason}" for line in tally.bad[:3])
        raise Problem(
            f"{dump}: {tally.bad_count} of {tally.lines()} lines are broken, more than {max_bad:g} of them ({where}). "
            "Fetch the file again, or allow more (--max-bad; in the config reddit.filter.max_bad)."
        )


def _sort(connection, loose: Path, draft: Path, columns: list[str], tally: Tally) -> None:
    """Publishes the first row of each id and moves the others from `kept` to `duplicate`."""
    source = f"(select *, file_row_number as place from read_parquet('{loose}', file_row_number = true))"
    ranked = f"select *, row_number() over (partition by id order by place) as nth from {source}"
    names = ", ".join(columns)
    # grouping tells whether ids repeat at all far more cheaply than ranking all rows with their texts
    repeated = f"select id from read_parquet('{loose}') group by id having count(*) > 1"
    ids = [row[0] for row in connection.execute(repeated).fetchall()]
    if ids:
        connection.execute("create temp table repeated as select unnest(?::bigint[]) as id", [ids])
        extra = f"select created_utc from ({ranked}) where nth > 1 and id in (select id from repeated)"
        for (created,) in connection.execute(extra).fetchall():
            tally.repeat(created)
        query = f"select {names} from ({ranked}) where nth = 1"
    else:
        query = f"select {names} from read_parquet('{loose}')"
    write_sorted(connection, query, "id", draft)
