"""The benchmarks of paper B's table 13 (resources/benchmarks.csv; requirement B-039).

`task` (of lm-evaluation-harness), `printed`, `metric` (which of the task's), `better` (higher or lower; the paper's
table does not say, I-B21), and the dataset on the hub: `path, name, split, revision` (`refs/convert/parquet` where the
dataset itself is a script, which the library no longer runs).
"""

from scripts.provenance.errors import Problem
from scripts.text.files import read_csv

COLUMNS = ("task", "printed", "metric", "better", "path", "name", "split", "revision")


def listed(path: str) -> dict[str, dict[str, str]]:
    """The benchmarks by task; a file with other columns is a Problem."""
    rows = read_csv(path)
    if not rows or tuple(rows[0]) != COLUMNS:
        raise Problem(f"{path} has not the columns {', '.join(COLUMNS)}. Restore it from the repository.")
    return {row["task"]: row for row in rows}
