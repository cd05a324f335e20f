"""From a dump to a sorted table and a report; what is special to posts or comments comes from the caller."""

import contextlib
import datetime
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem
from scripts.reddit.decode import BadLine, read_rows
from scripts.reddit.store import database, write_sorted
from scripts.text.files import write_json

log = logging.getLogger(__name__)
LISTED = 100  # bad lines named in the report
ROWS = 65_536  # rows a batch


class Tally:
    """Counts of a dump by month: rows read, kept and dropped by reason."""

    def __init__(self) -> None:
        self.months: dict[str, Counter] = defaultdict(Counter)
        self.absent: dict[str, Counter] = defaultdict(Counter)
        self.bad: list[BadLine] = []
        self.bad_count = 0
        self._names: dict[int, str] = {}

    def month(self, created: int) -> str:
        day = created // 86_400
        if day not in self._names:
            moment = datetime.datetime.fromtimestamp(created, datetime.UTC)
            self._names[day] = f"{moment:%Y-%m}"
        return self._names[day]

    def add_bad(self, lines: list[BadLine]) -> None:
        self.bad_count += len(lines)
        self.bad.extend(lines[: LISTED - len(self.bad)])

    def total(self) -> Counter:
        return sum(self.months.values(), Counter())


# turns a row into a record (columns in order) or the reason it is dropped; ValueError: the row is unusable
Sift = Callable[[object, Tally], tuple[str, tuple | str]]


def ingest(dump: str, row_type: type, sift: Sift, columns: dict[str, str], output: str, report: str, max_bad: float):
    """Writes `output` (parquet, sorted by id, first of equal ids kept) and `report` (JSON); returns the totals.

    `columns` maps names to pyarrow type names. More than `max_bad` of the lines broken, or nothing kept,
    is a Problem and leaves no output. Rows kept + dropped + bad = lines (blank lines are no lines).
    """
    if not Path(dump).is_file():
        raise Problem(f"{dump} is missing. resources/datasets.csv tells where it comes from and under which licence.")
    tally, began, size = Tally(), time.monotonic(), 0
    with contextlib.ExitStack() as stack:
        draft = stack.enter_context(publishing(output))
        loose = stack.enter_context(_removed_after(draft.with_suffix(".loose")))
        size = _write_loose(dump, row_type, sift, columns, loose, tally)
        _check_bad(dump, tally, max_bad)
        with database(output) as connection:
            _sort(connection, loose, draft, columns, tally)
        if not tally.total()["kept"]:
            raise Problem(f"{dump} leaves nothing after filtering ({dict(tally.total())}). Check dates and filters.")
    totals = tally.total()
    write_json(report, _report(dump, tally, totals, time.monotonic() - began, size))
    log.info("lines %d, bad %d, %s", sum(totals.values()) + tally.bad_count, tally.bad_count, dict(totals))
    return totals


@contextlib.contextmanager
def _removed_after(path: Path):
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _write_loose(dump, row_type, sift, columns, loose, tally) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in columns.items()])
    size, batch = 0, []
    with pq.ParquetWriter(loose, schema, compression="lz4") as writer:

        def flush() -> None:
            arrays = [
                pa.array(values, field.type) for values, field in zip(zip(*batch, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            batch.clear()

        for rows, bad, length in read_rows(dump, row_type):
            size += length
            tally.add_bad(bad)
            for row in rows:
                try:
                    month, outcome = sift(row, tally)
                except (ValueError, OverflowError, OSError) as error:
                    tally.add_bad([BadLine(None, f"id {row.id}: {error}"[:200])])
                    continue
                if type(outcome) is str:
                    tally.months[month][outcome] += 1
                    continue
                tally.months[month]["kept"] += 1
                batch.append(outcome)
                if len(batch) == ROWS:
                    flush()
        if batch:
            flush()
    return size


def _check_bad(dump: str, tally: Tally, max_bad: float) -> None:
    lines = sum(tally.total().values()) + tally.bad_count
    if tally.bad_count > max_bad * lines:
        where = "; ".join(f"byte {line.offset}: {line.reason}" for line in tally.bad[:3])
        raise Problem(
            f"{dump}: {tally.bad_count} of {lines} lines are broken, more than {max_bad:g} of them ({where}). "
            "Fetch the file again, or allow more with max_bad."
        )


def _sort(connection, loose, draft, columns, tally: Tally) -> None:
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
            tally.months[tally.month(created)]["kept"] -= 1
            tally.months[tally.month(created)]["duplicate"] += 1
        query = f"select {names} from ({ranked}) where nth = 1"
    else:
        query = f"select {names} from read_parquet('{loose}')"
    write_sorted(connection, query, "id", draft)


def _report(dump: str, tally: Tally, totals: Counter, took: float, size: int) -> dict:
    report = {
        "dump": Path(dump).name,
        "lines": sum(totals.values()) + tally.bad_count,
        "kept": totals["kept"],
        "dropped": {reason: count for reason, count in sorted(totals.items()) if reason != "kept" and count},
        "bad": tally.bad_count,
        "bad_lines": [{"offset": line.offset, "reason": line.reason} for line in tally.bad],
        "by_month": {month: dict(sorted(counts.items())) for month, counts in sorted(tally.months.items())},
        "timing": {"seconds": round(took, 3), "mb_per_second": round(size / 1e6 / max(took, 1e-9), 1)},
    }
    if tally.absent:
        report["upvote_ratio_absent"] = {
            month: {"rows": counts["rows"], "absent": counts["absent"]}
            for month, counts in sorted(tally.absent.items())
        }
        report["upvote_ratio_stance"] = (
            "a submission without the field is judged by its score alone, unless absent ones are dropped"
        )
    return report
