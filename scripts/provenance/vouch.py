"""What Snakemake keeps without being able to say why: artifacts that it has no record of.

It compares code, options and inputs with its records in `.snakemake/metadata`; of an artifact without one (a copied
`results/`, a deleted `.snakemake`) it looks at the file times only. Then the sidecars have to tell.
"""

import functools
import hashlib
import json
import os
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from scripts.provenance.accepted import standing_in
from scripts.provenance.sidecar import content

PREFIX = "vouch: "  # of every line of the warning
MOST_LINES = 10
MOST_BYTES = 1_000_000  # of a file that is hashed on start
UNFINISHED = ("running", "nothing")


def warning(logs: Path, planned: Callable[[str, str], str], metadata: Path) -> str:
    """What a build says on start of artifacts that it keeps without a record; '' when there are none."""
    late = overlooked(logs)
    kept = unrecorded(logs, metadata)
    if not kept:
        return "\n".join(PREFIX + line for line in late)
    lines = _unfit(kept, planned)
    others = len(kept) - len(lines)
    text = [
        *late,
        f"Snakemake has no record of {len(kept)} artifacts in {logs.parent} (a copy?): it looks at their time only.",
    ]
    if lines:
        text += [f"{len(lines)} of them cannot be vouched for:", *("  " + line for line in lines[:MOST_LINES])]
        text += [f"  … and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
        text += ["Build these again: the same command with --forcerun and their paths, or delete the whole folder."]
    if others:
        text += [f"{others} fit this code and these inputs; an edit of the config will go unnoticed for them."]
    return "\n".join(PREFIX + line for line in text)


def unvouched(logs: Path, planned: Callable[[str, str], str], metadata: Path) -> list[str]:
    """A line for each artifact that has no record and does not fit its sidecar: its path and why.

    `planned` gives the code hash of `<stage>.<rule>` with an environment file. Options are not compared: a changed
    config value stays unnoticed for every artifact in `unrecorded`, whether it is listed here or not.
    """
    return _unfit(unrecorded(logs, metadata), planned)


def unrecorded(logs: Path, metadata: Path) -> list[tuple[str, dict]]:
    """(artifact, sidecar's record) for every artifact that a sidecar below `logs` names and Snakemake has no record of.

    A record of an earlier job of other code is none. Of a job with several outputs all are meant when one is, because
    Snakemake compares none of them then. What stands in `incomplete` beside `metadata` is not meant: it is made again
    anyway. A sidecar that names no outputs (of a killed job) stands for them where Snakemake has no records at all;
    elsewhere it knows what was killed.
    """
    known = _records(metadata) | _records(metadata.with_name("incomplete"))
    longest = os.pathconf(metadata, "PC_NAME_MAX") if known else 255
    found = []
    for path in sorted(_below(logs, ".json")):
        record = _read(path)
        outputs = record.get("outputs", {})
        if record["status"] in UNFINISHED and not outputs and not known:
            found.append((path, record))
            continue
        names = {name: record_name(name, longest) for name in outputs}
        lost = any(name not in known or _is_of_another(metadata / name, path, record) for name in names.values())
        if lost or _no_longer_accepted(record):
            found += [(name, record) for name in outputs if os.path.exists(name)]
    return found


def overlooked(logs: Path) -> list[str]:
    """A line for each small source file that was edited and whose time is older than what was made from it.

    Snakemake looks at the content of newer files only (`cp -p`, `tar` and `rsync -a` bring old times along).
    """
    digest = functools.lru_cache(None)(_digest)
    records = [record for record in map(_read, sorted(_below(logs, ".json"))) if record["status"] == "ok"]
    made = {name for record in records for name in record["outputs"]}
    older: Counter = Counter()
    for record in records:
        times = [os.path.getmtime(name) for name in record["outputs"] if os.path.exists(name)]
        for source, known in record["inputs"].items() if times else ():
            if source not in made and _differs(source, known, digest) and os.path.getmtime(source) <= min(times):
                older[source] += 1
    return [f"{name} was edited but is older than {count} artifacts: touch it" for name, count in older.items()]


def _no_longer_accepted(record: dict) -> bool:
    """Whether the job ran code under a signature that resources/accepted.csv let stand in, and does no more."""
    code, ran = (record.get("code") or "").partition("@")[0], record.get("ran")
    return bool(ran) and ran != code and standing_in(ran, record.get("outputs", {})) != code


def _is_of_another(kept: Path, sidecar: str, record: dict) -> bool:
    """Whether Snakemake's record is older than the sidecar and knows another code.

    On a cluster a job runs on when its Snakemake was killed: it publishes what nobody records.
    """
    try:
        return os.path.getmtime(kept) < os.path.getmtime(sidecar) and str(record["code"]) not in kept.read_text()
    except OSError:
        return False  # in `incomplete`: it is made again


def record_name(output: str, longest: int = 255) -> str:
    """Where Snakemake 9 keeps the record of an output, below `.snakemake/metadata`.

    The URL-safe base64 of the path as the rule names it; what is longer than a file name may be is cut into pieces of
    `longest` - 1 characters, all but the last of them folders with an `@` in front (its persistence/file.py).
    """
    text, size = urlsafe_b64encode(output.encode()).decode(), longest - 1
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return "/".join([*("@" + piece for piece in pieces[:-1]), pieces[-1]])


def _unfit(kept: list[tuple[str, dict]], planned: Callable[[str, str], str]) -> list[str]:
    digest = functools.lru_cache(None)(_digest)
    whys = ((name, _why(name, record, planned, digest)) for name, record in kept)
    return sorted(f"{name}: {why}" for name, why in whys if why)


def _why(name: str, record: dict, planned: Callable[[str, str], str], digest: Callable) -> str:
    """Why the artifact is not what a build would make now, or ''."""
    if record["status"] != "ok":
        return f"the record of its job says {record['status']}"
    code, _, environment = (record["code"] or "").partition("@")
    code = record.get("ran") or code  # what an accepted signature stood in for
    try:
        now = planned(record["rule"], environment)
    except OSError:
        return f"made by {record['rule']}, which is no rule any more"
    if code not in (now, standing_in(now, record["outputs"])):
        return f"made by other code of {record['rule']} than this"
    if _differs(name, record["outputs"][name], digest):
        return "not the bytes that its job wrote"
    other = [source for source, known in record["inputs"].items() if _differs(source, known, digest)]
    return f"made from another {other[0]} than this" if other else ""


def _differs(name: str, known: str | dict[str, str], digest: Callable) -> bool:
    """Whether a small file (any small file of a folder) has another sha256 than the recorded one."""
    if isinstance(known, dict):
        return any(_differs(f"{name}/{inner}", value, digest) for inner, value in content(known).items())
    return bool(known) and digest(name) not in (known, None)


def _digest(name: str) -> str | None:
    """The sha256 of a small file; None for a large or missing one."""
    try:
        if os.path.getsize(name) >= MOST_BYTES:
            return None
        with open(name, "rb", buffering=0) as stream:
            return hashlib.sha256(stream.read()).hexdigest()
    except OSError:
        return None


def _read(path: str) -> dict:
    """A sidecar; of a killed job it can be empty, and says nothing."""
    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except ValueError:
        return {"status": "nothing"}


def _records(folder: Path) -> set[str]:
    """Names below the folder of records that hold something: Snakemake takes an empty one (of a full disk) for none."""
    start = len(str(folder)) + 1
    return {path[start:] for path in _below(folder, "") if os.path.getsize(path)}


def _below(folder: Path, ending: str) -> Iterator[str]:
    for parent, _, names in os.walk(folder):
        yield from (f"{parent}/{name}" for name in names if name.endswith(ending))
