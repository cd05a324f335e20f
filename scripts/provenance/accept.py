"""Accepts edits of code that cannot move a number: `make accept TARGET=results/table3.csv REASON="…" [RUN=demo]`.

    python -m scripts.provenance.accept --run demo|laptop|paper --reason WORDS [--data-dir DIR] TARGET …

Every finished job on the way to the targets that is stale by its code alone gets a row in resources/accepted.csv (one
for all of its rule where one pattern serves) and counts as up to date; any further edit makes it stale again. What is
stale for another reason is named, and then nothing is accepted.
"""

import argparse
import csv
import datetime
import getpass
import glob
import io
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatchcase
from pathlib import Path

from scripts.config.overlays import RUNS, leaves, read_run
from scripts.provenance.accepted import COLUMNS, FILE, Row, read_accepted
from scripts.provenance.causes import CODE, Edit, Records, edits_of, read_record
from scripts.provenance.errors import Problem
from scripts.provenance.plan import Planned, configfiles_of, plan
from scripts.provenance.why import by_edit, edit_lines, planned, report
from scripts.text.files import write_text

UNBUILT = ("never", "missing", "unfinished")  # work that is due anyway: accepting neither needs nor spares it


def split_edits(jobs: list[Planned], records: Records) -> tuple[list[Planned], dict[Edit, list[Planned]]]:
    """The finished jobs that are stale by their code alone, and the edits that nobody may accept with their jobs."""
    accepted = []
    for job in jobs:
        edits = edits_of(job, records)
        if edits and all(edit.kind in CODE for edit in edits):
            accepted.append(job)
    known = (*CODE, *UNBUILT)  # and the report reads what was accepted before
    others = {edit: of for edit, of in by_edit(jobs, records).items() if edit.kind not in known and edit.name != FILE}
    for job in accepted:
        environment = job.code.partition("@")[2]
        if _old(job, records)[1] != environment:
            others.setdefault(Edit("pins", environment, "are in place of another environment's"), []).append(job)
    return accepted, others


def _old(job: Planned, records: Records) -> tuple[str, str]:
    """The signature that the job's last run was planned with, and its environment file."""
    code, _, environment = records.of(job)["code"].partition("@")
    return code, environment


def new_rows(accepted: list[Planned], records: Records, reason: str, who: str, when: str) -> list[Row]:
    """One row for all jobs of a rule where a pattern fits no artifact built otherwise; else one for each job."""
    by_rule: dict[str, list[Planned]] = {}
    for job in accepted:
        by_rule.setdefault(job.rule, []).append(job)
    rows = []
    for rule, jobs in sorted(by_rule.items()):
        pairs = {job.outputs[0]: (_old(job, records)[0], job.code.partition("@")[0]) for job in jobs}
        pattern = common_pattern(list(pairs))
        olds = set(pairs.values())
        if pattern and len(olds) == 1 and not _built_otherwise(rule, jobs[0], pattern, min(olds)[0]):
            pairs = {pattern: min(olds)}
        else:
            pairs = {glob.escape(name): pair for name, pair in pairs.items()}
        rows += [Row(artifact, *pair, reason, who, when) for artifact, pair in sorted(pairs.items())]
    return rows


def common_pattern(names: list[str]) -> str | None:
    """The pattern with `*` for every folder or stem in which the paths differ; None for paths of different depth."""
    columns = list(zip(*(name.split("/") for name in names), strict=False))
    if any(name.count("/") + 1 != len(columns) for name in names):
        return None
    pieces = []
    for column in columns:
        endings = {part.partition(".")[1] + part.partition(".")[2] for part in column}
        ending = glob.escape(endings.pop()) if len(endings) == 1 else ""
        pieces.append(glob.escape(column[0]) if len(set(column)) == 1 else f"*{ending}")
    return "/".join(pieces)


def _built_otherwise(rule: str, job: Planned, pattern: str, old: str) -> bool:
    """Whether an artifact of the rule that the pattern fits was built by other code than `old`, in or off the plan."""
    found = [read_record(str(path)) or {} for path in Path(job.sidecar).parent.glob("*.json")]
    return any(
        fnmatchcase(name, pattern)
        for record in found
        if record.get("rule") == rule and record["code"].partition("@")[0] != old
        for name in record.get("outputs", ())
    )


def append_rows(path: Path, rows: list[Row]) -> None:
    """Adds the rows in one go; a malformed file is a Problem and stays as it is."""
    read_accepted(path)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    if not path.exists():
        writer.writerow(COLUMNS)
    writer.writerows([getattr(row, name) for name in COLUMNS] for row in rows)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    write_text(path, before + "\n" * (before[-1:] not in ("", "\n")) + text.getvalue())


def fresh_plan(*words) -> list[Planned]:
    """The plan of a new process, which has read nothing before."""
    os.environ.pop("AFFIRM_PLAN", None)  # set by a plan of this process; would hold the new one to its signatures
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(plan, *words).result()


def name_of_user() -> str:
    done = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or os.environ.get("USER") or getpass.getuser()


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", choices=sorted(RUNS), required=True)
    parser.add_argument("--reason", required=True, help="why the edit cannot move a number")
    parser.add_argument("--data-dir", help="folder of real corpora and dumps, where it is not the config's")
    parser.add_argument("targets", nargs="+", help="files or rules")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    reason = " ".join(args.reason.split())
    if not reason:
        sys.exit('accept: say why the edit cannot move a number, as REASON="…". It is kept and shown in the report.')
    jobs = planned(args)
    records, known = Records(jobs), leaves(read_run(args.run, Path()))
    accepted, others = split_edits(jobs, records)
    if others:
        told = "\n".join(edit_lines(jobs, others, known))
        sys.exit(f"accept: nothing was accepted, for not only code changed:\n{told}\nRebuild or revert that first.")
    if not accepted:
        sys.exit("accept: no finished job on the way to these targets is stale by its code alone.")
    rows = new_rows(accepted, records, reason, name_of_user(), datetime.date.today().isoformat())
    try:
        append_rows(Path(FILE), rows)
    except Problem as problem:
        sys.exit(f"accept: {problem}")
    print("\n".join(["Accepted:", *edit_lines(jobs, by_edit(accepted, records), known), "", f"New rows of {FILE}:"]))
    print("\n".join(f"    {row.artifact}  {row.old} -> {row.new}" for row in rows))
    after = fresh_plan(configfiles_of(args.run), args.targets, args.data_dir)
    fewer = sum(job.stale for job in jobs if job.command) - sum(job.stale for job in after if job.command)
    print(f"\n{fewer} jobs are no longer stale. Any further edit of this code makes them stale again.\n")
    print("\n".join(report(args.run, after)))


if __name__ == "__main__":
    main()
