"""Dumps in data_dir: what is missing is told and never downloaded, what the registry knows is checked, and the salt of
their authors is drawn once and kept, whatever is forced, deleted or touched.
"""

import csv
import hashlib
import os
import shutil
from pathlib import Path

import pytest

from scripts.provenance.signature import closure
from scripts.reddit.salt import LOCAL, read_salt
from tests.graph.planned import planned
from tests.graph.tree import ROOT, copy_tree, imports, snakemake
from tests.unit.test_salt import write_dumps

DUMPS = ("offmychest_submissions.zst", "offmychest_comments.zst")
TABLES = [f"results/reddit/offmychest/{kind}.parquet" for kind in ("submissions", "comments")]


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """The project with two small dumps, its tables built once."""
    tree = copy_tree(tmp_path_factory.mktemp("salted") / "affirm")
    folder = tree / "resources" / "external" / "reddit"
    folder.mkdir(parents=True, exist_ok=True)
    write_dumps(folder)
    for name, dump in zip(("posts", "comments"), DUMPS, strict=True):
        (folder / f"{name}.ndjson").rename(folder / dump)
    assert "draw_salt" in said(tree, "-n", *TABLES)
    assert not (tree / LOCAL).exists()
    (tree / "said.txt").write_text(said(tree, *TABLES))
    return tree


def said(tree: Path, *words: str) -> str:
    done = snakemake(tree, "--cores", "1", "-p", *words)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def rows() -> list[dict[str, str]]:
    with open(ROOT / "resources" / "datasets.csv", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def register(tree: Path, **known: str) -> None:
    """Puts what is known of the comments' dump into the tree's registry."""
    changed = [row | (known if row["name"] == "reddit_comments" else {}) for row in rows()]
    with open(tree / "resources" / "datasets.csv", "w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(changed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(changed)


def test_missing_dumps_are_told_with_their_names_folder_source_and_licence(tmp_path):
    tree = copy_tree(tmp_path / "affirm")
    done = snakemake(tree, "-n", "--config", "data_dir=/lab/corpora", "--", "results/table4.csv")
    assert done.returncode == 1
    (row,) = [row for row in rows() if row["name"] == "reddit_comments"]
    for words in (*(f"/lab/corpora/reddit/{name}" for name in DUMPS), row["source"], row["licence"], "data_dir=DIR"):
        assert words in done.stdout + done.stderr, words
    assert "academictorrents.com" in row["source"] and "nothing downloads them" in done.stdout + done.stderr


NETWORK = {
    "urllib",
    "http",
    "socket",
    "ssl",
    "requests",
    "httpx",
    "httpx2",
    "aiohttp",
    "openai",
    "huggingface_hub",
    "ftplib",
}


def test_no_rule_of_the_stage_can_open_a_connection(tree, planned_jobs):
    """By what its scripts import, and by what the graph would run for the tables of the dumps."""
    scripts = sorted({f"scripts/{job.rule.replace('.', '/')}.py" for job in planned_jobs})
    assert "scripts/reddit/ingest_comments.py" in scripts and all(
        name.startswith("scripts/reddit/") for name in scripts
    )
    for script in (*scripts, *(str(path.relative_to(ROOT)) for path in (ROOT / "scripts" / "reddit").glob("*.py"))):
        found = {module.split(".")[0] for file in closure(script) for module, _, _ in imports(ROOT / file)}
        assert found.isdisjoint(NETWORK), script
    assert all(not row["url"] for row in rows() if row["dataset"] == "reddit")


@pytest.fixture
def planned_jobs(tree):
    return planned(tree, "--forceall", "--", "results/reddit/threads.parquet")[0]


def test_known_size_and_sum_are_checked_before_the_dump_is_read(tree):
    dump = tree / "resources" / "external" / "reddit" / DUMPS[1]
    content, before = dump.read_bytes(), [(tree / name).stat().st_mtime_ns for name in TABLES]
    digest = hashlib.sha256(content).hexdigest()
    for known in ({"bytes": str(len(content) + 1)}, {"sha256": "0" * 64}):
        register(tree, **known)
        done = snakemake(tree, "--cores", "1", "--keep-going", *TABLES)
        assert done.returncode == 1
        assert f"{DUMPS[1]} has " in done.stderr and "Fetch the file again" in done.stderr
        assert "ingest_comments" in done.stderr and "reddit: comments" not in done.stderr  # planned, not run
    assert [(tree / name).stat().st_mtime_ns for name in TABLES] == before
    register(tree, bytes=str(len(content)), sha256=digest)
    said(tree, *TABLES)
    dump.write_bytes(content.replace(b"kindness", b"patience"))
    done = snakemake(tree, "--cores", "1", "--keep-going", *TABLES)
    assert done.returncode == 1 and f"has sha256 {hashlib.sha256(dump.read_bytes()).hexdigest()[:12]}" in done.stderr
    assert "reddit: comments" not in done.stderr
    dump.write_bytes(content)
    register(tree)
    said(tree, *TABLES)
    assert "Nothing to be done" in said(tree, "-n", *TABLES)


def test_salt_stands_in_no_output_log_sidecar_or_record_of_the_build(tree):
    secret, key = (tree / LOCAL).read_text().strip(), read_salt(tree / LOCAL).hex()
    assert len(secret) == 64 and (tree / LOCAL).stat().st_mode & 0o777 == 0o600
    files = [path for path in tree.rglob("*") if path.is_file() and ".venv" not in path.parts]
    assert tree / "results" / "logs" / "reddit" / "draw_salt.json" in files and tree / "said.txt" in files
    tellers = [path for path in files if secret.encode() in path.read_bytes() or key.encode() in path.read_bytes()]
    assert tellers == [tree / LOCAL]


def test_salt_stays_when_everything_is_forced_deleted_or_lost(tree):
    before = (tree / LOCAL).read_bytes(), (tree / LOCAL).stat().st_mtime_ns
    said(tree, "--forceall", *TABLES)
    said(tree, "--delete-all-output", *TABLES)
    assert not (tree / TABLES[0]).exists()
    shutil.rmtree(tree / ".snakemake")
    said(tree, *TABLES)
    assert ((tree / LOCAL).read_bytes(), (tree / LOCAL).stat().st_mtime_ns) == before


def test_a_touched_salt_makes_nothing_stale_and_another_one_both_tables(tree):
    said(tree, *TABLES)
    os.utime(tree / LOCAL)
    assert "Nothing to be done" in said(tree, "-n", *TABLES)
    (tree / LOCAL).write_text("another one\n")
    text = said(tree, "-n", *TABLES)
    assert "ingest_comments" in text and "ingest_submissions" in text and "draw_salt" not in text
