"""Ingest and thread building beside plain decompression: CPU, wall and memory, as a table in a README.

One run, the programs by turns; each is compared with `zstd -dc` of its own round, which is measured before and after
the others, since other work on the machine slows everything.

    python -m benchmarks.bench_ingest --folder results/bench --readme benchmarks/README.md
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from benchmarks.measure import Usage, machine, run
from scripts.text.files import read_json, write_text

DUMPS, TABLES, ROUNDS = (100_000, 400_000, 1_600_000), (1_300_000, 2_600_000, 5_200_000), 3
SEED = 1
MEMORY = "500MB"  # DuckDB's limit for threads
BEGIN, END = "<!-- bench-ingest: begin -->", "<!-- bench-ingest: end -->"
PYTHON = shlex.quote(sys.executable)
FILTERS = "--from 2019-01-01 --to 2023-12-31 --score 1 --least-words 5 --most-words 400"
THREADS = "--comment-score 2 --reply-score 1 --same-commenter false --least 5 --most 15 --siblings 8"
ZSTD = "zstd -dc --long=31" if shutil.which("zstd") else None
DECODE = "our decode"
PLAIN = "`zstd -dc --long=31`" if ZSTD else "zstandard alone (no zstd here)"


def programs(folder: Path) -> dict[str, str]:
    """Shell commands by name, the plain decompression first."""
    dump, reader = shlex.quote(f"{folder}/comments.zst"), f"{PYTHON} -m benchmarks.readers"
    table = shlex.quote(f"{folder}/ingested")
    commands = {
        PLAIN: f"{ZSTD} {dump} > /dev/null" if ZSTD else f"{reader} zstandard {dump}",
        "json.loads, the public scripts' steps": f"{reader} json_public {dump}",
        "json.loads alone, text of 128 MiB": f"{reader} json_bare {dump}",
        "json.loads alone, bytes of 1 MiB": f"{reader} json_lines {dump}",
        "`zstd` \\| DuckDB `read_json`": f"{ZSTD} {dump} | {reader} duckdb /dev/stdin",
        DECODE: f"{reader} ours {dump}",
        "our ingest: masked, sorted parquet": f"{PYTHON} -m scripts.reddit.ingest_comments --dump {dump} {FILTERS}"
        f" --output {table}.parquet --report {table}.json --salt-file {shlex.quote(str(folder))}/salt.txt",
    }
    return {name: command for name, command in commands.items() if "None" not in command}


def make(what: str, folder: Path, comments: int, *more: str) -> None:
    """A dump or tables, by a process of its own: a child's peak memory is never told below its parent's."""
    words = ["--comments", str(comments), "--seed", str(SEED), "--folder", str(folder), *more]
    subprocess.run([sys.executable, "-m", "benchmarks.make_dump", what, *words], check=True)


def measure_dump(folder: Path, comments: int, rounds: int) -> list[str]:
    """Rows of the table for one size of dump."""
    make("dumps", folder, comments)
    write_text(folder / "salt.txt", "a salt")
    size = (folder / "comments.zst").stat().st_size
    plain, *others = programs(folder).items()
    usages: dict[str, list[Usage]] = defaultdict(list)
    ratios: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for _ in range(rounds):
        before = run(plain[1])
        turn = {name: run(command, OMP_NUM_THREADS="1") for name, command in others}
        after = run(plain[1])
        usages[plain[0]] += [before, after]
        cpu, wall = (before.cpu + after.cpu) / 2, (before.wall + after.wall) / 2
        ratios[plain[0]].append((1, 1, cpu / turn[DECODE].cpu))
        for name, usage in turn.items():
            usages[name].append(usage)
            ratios[name].append((usage.cpu / cpu, usage.wall / wall, usage.cpu / turn[DECODE].cpu))
        agreed = {usage.output for name, usage in turn.items() if not name.startswith("our ingest")}
        if len(agreed) != 1:
            raise RuntimeError(f"the readers disagree about {folder}: {agreed}")
    report = read_json(folder / "ingested.json")
    kept = f"{report['kept'] / report['lines']:.0%} kept, {(folder / 'ingested.parquet').stat().st_size / 1e6:.0f} MB"
    rows = []
    for name, used in usages.items():
        cpu, wall, decodes = (statistics.median(numbers) for numbers in zip(*ratios[name], strict=True))
        note = f"{size / 1e6:.0f} MB" if name == plain[0] else kept if name.startswith("our ingest") else ""
        rows.append(
            f"| {comments:,} | {name} | {_middle(used, 'cpu'):.1f} | {cpu:.2f} | {_middle(used, 'wall'):.1f} "
            f"| {wall:.2f} | {decodes:.1f} | {max(usage.mib for usage in used):.0f} | {note} |"
        )
        print(rows[-1], flush=True)
    return rows


def measure_threads(folder: Path, comments: int, texts: bool, rounds: int) -> tuple[float, str]:
    """CPU seconds and the table's row for thread building."""
    make("tables", folder, comments, "--texts", "yes" if texts else "no")
    names = "submissions", "comments", "threads", "utterances"
    files = " ".join(f"--{name} {shlex.quote(str(folder))}/{name}.parquet" for name in names)
    command = f"{PYTHON} -m scripts.reddit.build_threads {files} --report {shlex.quote(str(folder))}/threads.json"
    operation = json.dumps({"memory_limit": MEMORY})
    used = [run(f"{command} {THREADS}", OMP_NUM_THREADS="1", AFFIRM_OPERATION=operation) for _ in range(rounds)]
    import pyarrow.parquet as pq

    found = pq.ParquetFile(folder / "threads.parquet").metadata.num_rows
    size = sum((folder / f"{name}.parquet").stat().st_size for name in names[:2]) / 1e6
    cpu = _middle(used, "cpu")
    row = (
        f"| {comments:,} | {'yes' if texts else 'no'} | {size:.0f} | {found:,} | {cpu:.1f} "
        f"| {_middle(used, 'wall'):.1f} | {max(usage.mib for usage in used):.0f} |"
    )
    print(row, flush=True)
    return cpu, row


def _middle(used: list[Usage], what: str) -> float:
    return statistics.median(getattr(usage, what) for usage in used)


def report(dumps: list[int], tables: list[int], rounds: int, folder: Path) -> str:
    """Both tables and what they were measured on."""
    folder.mkdir(parents=True)
    load = [os.getloadavg()[0]]
    try:
        rows = [row for comments in dumps for row in measure_dump(folder, comments, rounds)]
        load.append(os.getloadavg()[0])
        threads = [measure_threads(folder, comments, False, rounds) for comments in tables]
        with_texts = measure_threads(folder, tables[-1], True, 1)
        load.append(os.getloadavg()[0])
    finally:
        shutil.rmtree(folder)
    growth = threads[-1][0] / threads[0][0]
    lines = [
        f"{datetime.date.today()}, {machine()}; {_versions()}. Load of the machine (1 min) at begin, between and at "
        f"end: {', '.join(f'{value:.1f}' for value in load)}.",
        "",
        f"Reading a dump of comments, medians of {rounds} rounds; ratios are to plain decompression in the same round, "
        "and the last column is CPU time by that of our decode.",
        "",
        "| comments | program | CPU s | CPU ratio | wall s | wall ratio | CPU, our decodes | peak MiB | |",
        "|--:|:--|--:|--:|--:|--:|--:|--:|:--|",
        *rows,
        "",
        f"Building threads from the tables, `memory_limit` {MEMORY}, one thread, medians of {rounds} (with texts: one "
        f"run). {tables[-1] / tables[0]:.1f} times the comments took {growth:.1f} times the CPU time.",
        "",
        "| comments | texts | tables, MB | threads | CPU s | wall s | peak MiB |",
        "|--:|:--|--:|--:|--:|--:|--:|",
        *(row for _, row in [*threads, with_texts]),
    ]
    return "\n".join(lines)


def _versions() -> str:
    names = "zstandard", "msgspec", "duckdb", "pyarrow"
    found = [f"Python {platform.python_version()}", *(f"{name} {importlib.metadata.version(name)}" for name in names)]
    if ZSTD:
        shown = subprocess.run(["zstd", "--version"], capture_output=True, text=True, check=True).stdout
        found.append(next(word for word in shown.split() if word.startswith("v")).strip(",").replace("v", "zstd ", 1))
    return ", ".join(found)


def put_between(text: str, table: str) -> str:
    """The text with the table between its markers. ValueError: it has none."""
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"there are no markers {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="made, and removed at the end; some 3 GB")
    parser.add_argument("--readme", type=Path, required=True, help="the table stands there between markers")
    parser.add_argument("--dumps", type=int, nargs="+", default=DUMPS, help="comments in the dumps")
    parser.add_argument("--tables", type=int, nargs="+", default=TABLES, help="comments in the tables of threads")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args(argv)
    table = report(options.dumps, options.tables, options.rounds, options.folder)
    write_text(options.readme, put_between(options.readme.read_text(encoding="utf-8"), table))


if __name__ == "__main__":
    main()
