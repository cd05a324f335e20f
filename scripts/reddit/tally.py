"""Counts of a dump by month: lines read, kept and dropped by reason, broken ones."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from scripts.reddit.decode import BadLine
from scripts.reddit.filters import seconds

if TYPE_CHECKING:
    import numpy as np

LISTED = 100  # broken lines named in the report


class Tally:
    """What became of a dump's lines; rows are counted by the month of their creation."""

    def __init__(self) -> None:
        self.days: dict[int, Counter] = defaultdict(Counter)  # since 1970
        self.bad: list[BadLine] = []
        self.bad_count = 0
        self.size = 0  # bytes of text

    def note(self, rows: list) -> None:
        """Looks at rows, dropped ones too."""

    def drop(self, created: int, reason: str) -> None:
        self.days[created // 86_400][reason] += 1

    def keep(self, created: np.ndarray) -> None:
        import numpy as np

        days, counts = np.unique(created // 86_400, return_counts=True)
        for day, count in zip(days.tolist(), counts.tolist(), strict=True):
            self.days[day]["kept"] += count

    def repeat(self, created: int) -> None:
        """A kept row turns out to be a duplicate."""
        self.days[created // 86_400].update(kept=-1, duplicate=1)

    def add_bad(self, lines: list[BadLine]) -> None:
        self.bad_count += len(lines)
        self.bad.extend(lines[: LISTED - len(self.bad)])

    def total(self) -> Counter:
        return sum(self.days.values(), Counter())

    def lines(self) -> int:
        return self.total().total() + self.bad_count

    def report(self, dump: str, took: float) -> dict:
        totals = self.total()
        return {
            "dump": dump,
            "lines": self.lines(),
            "kept": totals["kept"],
            "dropped": {reason: count for reason, count in sorted(totals.items()) if reason != "kept" and count},
            "bad": self.bad_count,
            "bad_lines": [{"offset": line.offset, "reason": line.reason} for line in sorted(self.bad, key=_place)],
            "by_month": {name: dict(sorted(counts.items())) for name, counts in by_month(self.days).items()},
            "timing": {"seconds": round(took, 3), "mb_per_second": round(self.size / 1e6 / max(took, 1e-9), 1)},
        }


class PostTally(Tally):
    """Counts besides, by month, of how many submissions the upvote ratio is absent."""

    def __init__(self) -> None:
        super().__init__()
        self.ratios: dict[int, Counter] = defaultdict(Counter)

    def note(self, rows: list) -> None:
        for row in rows:
            self.ratios[seconds(row.created_utc) // 86_400][row.upvote_ratio is None] += 1

    def report(self, dump: str, took: float) -> dict:
        absent = {
            name: {"rows": counts.total(), "absent": counts[True]} for name, counts in by_month(self.ratios).items()
        }
        stance = "a submission without the field is judged by its score alone, unless absent ones are dropped"
        return super().report(dump, took) | {"upvote_ratio_absent": absent, "upvote_ratio_stance": stance}


def by_month(days: dict[int, Counter]) -> dict[str, Counter]:
    """Counts of days since 1970 (UTC) as counts of `YYYY-MM`."""
    months: dict[str, Counter] = defaultdict(Counter)
    for day, counts in sorted(days.items()):
        months[f"{datetime.datetime.fromtimestamp(day * 86_400, datetime.UTC):%Y-%m}"].update(counts)
    return months


def _place(line: BadLine) -> tuple[bool, int]:
    return line.offset is None, line.offset or 0
