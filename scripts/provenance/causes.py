"""Why a job is stale by itself: what differs between its last run's sidecar and now.

Snakemake decides which jobs are stale; of those below another stale job it does not look for reasons of their own, the
sidecars know them all.
"""

import functools
import json
import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from scripts.__main__ import without_secrets
from scripts.config.overlays import leaves
from scripts.provenance.accepted import FILE as ACCEPTED
from scripts.provenance.plan import Planned, read_profile
from scripts.provenance.sidecar import content, tree_sha256
from scripts.provenance.signature import BACKENDS, parts

CODE = ("code", "pins")  # kinds of edits that a person may accept


@dataclass(frozen=True)
class Edit:
    """`kind`: file, built, code, pins, backend, option, missing, never, unfinished or other. Equal edits are one."""

    kind: str
    name: str  # the file or option, or what else tells it from others of its kind
    what: str  # changed, is new, 10 -> 12, …


class Records:
    """The sidecars of a plan's jobs, and who makes what."""

    def __init__(self, jobs: list[Planned]):
        self.by_sidecar = {job.sidecar: read_record(job.sidecar) for job in jobs if job.sidecar}
        self.makers = {name: job for job in jobs for name in job.outputs}

    def of(self, job: Planned) -> dict | None:
        """What the job's last run wrote, {} when it wrote nothing to the end, None when there was none."""
        return self.by_sidecar.get(job.sidecar)


def read_record(path: str) -> dict | None:
    """The sidecar at `path`; {} when it is empty or torn (its job was killed); None when there is none."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError:
        return {}
    except OSError:
        return None


def edits_of(job: Planned, records: Records) -> list[Edit]:
    """What makes the job stale by itself; empty for an up-to-date job, or one that only follows from others."""
    if not (job.stale and job.command):
        return []
    record = records.of(job)
    missing = [name for name in job.outputs if not os.path.exists(name)]
    if record is None:
        found = [Edit("never", "", "")] if missing else []
    elif record.get("status") != "ok":
        found = [Edit("unfinished", record.get("status") or "killed", "")]
    else:
        found = [Edit("missing", "", "")] if missing else []
        found += _inputs(job, record, records) + _code(job, record) + _options(job, record)
    return found or ([Edit("other", job.reasons, "")] if job.own else [])


def _inputs(job: Planned, record: dict, records: Records) -> list[Edit]:
    before = record["inputs"]
    found = [Edit("file", name, "is no longer read") for name in sorted(before.keys() - set(job.inputs))]
    for name in job.inputs:
        maker = records.makers.get(name)
        if name not in before:
            found.append(Edit("file", name, "is newly read"))
        elif name in job.updated and _same_folder(name, before[name]):
            found.append(Edit("file", name, "has another time, the same content: of folders Snakemake sees the time"))
        elif name in job.updated or (maker is None and _differs(name, before[name])):
            found.append(Edit("file", name, "changed"))
        elif maker and not maker.stale:
            made = (records.of(maker) or {}).get("outputs", {}).get(name)
            if made is not None and content(made) != content(before[name]):
                found.append(Edit("built", name, "was built anew with other content"))
    return found


@functools.lru_cache(None)
def _now(name: str) -> str | dict[str, str] | None:
    """The digest of a file or folder that is lying there; None where Snakemake does not look at the bytes either."""
    limit = int(read_profile("profiles/default")["max-checksum-file-size"].removesuffix("MB")) * 1_000_000
    return None if os.path.isfile(name) and os.path.getsize(name) > limit else tree_sha256(name)


def _differs(name: str, recorded: str | dict[str, str]) -> bool:
    now = _now(name)
    return now is not None and now != recorded


def _same_folder(name: str, recorded: str | dict[str, str]) -> bool:
    return isinstance(recorded, dict) and content(tree_sha256(name)) == content(recorded)


def _code(job: Planned, record: dict) -> list[Edit]:
    """Changed modules and pins, where the signature differs; and modules of a model backend, which are not in it."""
    own = _parts(f"scripts/{job.rule.replace('.', '/')}.py", job.code.partition("@")[2])
    before = record.get("parts") or {}
    behind: dict[str, str] = {}
    for path in BACKENDS.values():
        if path in before:
            behind |= {name: digest for name, digest in _parts(path, "").items() if name not in own}
    found = [Edit("backend", name, "changed") for name in sorted(behind) if before.get(name) != behind[name]]
    if job.code == record["code"]:  # perhaps because a person accepted what changed
        return found
    if not before:
        return [Edit("code", "code", "changed, the last build did not record where")]
    recorded = {name: digest for name, digest in before.items() if name not in behind}
    gone = Edit("other", f"{ACCEPTED} no longer holds what it accepted for them.", "")
    return found + (_parts_edits(recorded, own) or [gone])


@functools.lru_cache(None)
def _parts(module: str, environment: str) -> dict[str, str]:
    return parts(module, environment or None)


def _parts_edits(before: dict[str, str], now: dict[str, str]) -> list[Edit]:
    """Changed modules and pins; where there are none, modules that came or went."""

    def edit(path: str, what: str) -> Edit:
        return Edit("code" if path.endswith(".py") else "pins", path, what)

    changed = [edit(path, "changed") for path in sorted(before.keys() & now.keys()) if before[path] != now[path]]
    came = [edit(path, "is newly imported") for path in sorted(now.keys() - before.keys())]
    gone = [edit(path, "is no longer imported") for path in sorted(before.keys() - now.keys())]
    return changed or came + gone


def _options(job: Planned, record: dict) -> list[Edit]:
    """Options whose values differ; paths that stand among the inputs are told as files."""
    before, now = by_option(record["command"]), by_option(words_of(job))
    files = {*job.inputs, *record["inputs"], *job.outputs}
    found = []
    for option in sorted(before.keys() | now.keys()):
        old, new = before.get(option), now.get(option)
        changed = set(old or ()) ^ set(new or ())
        if old != new and not (changed and changed <= files):
            found += _option_edits(option, old, new)
    return found


def words_of(job: Planned) -> list[str]:
    """The words of the job's command after the rule's name, as a sidecar records them."""
    words = shlex.split(job.command)
    return without_secrets(words[words.index("--") + 2 :])


def by_option(words: list[str]) -> dict[str, list[str]]:
    """The values of each option; of one given twice, those of both."""
    found: dict[str, list[str]] = {}
    values: list[str] = []
    for word in words:
        if word.startswith("--"):
            values = found.setdefault(word, [])
        else:
            values.append(word)
    return found


def _option_edits(option: str, old: list[str] | None, new: list[str] | None) -> list[Edit]:
    before, now = _mapping(old), _mapping(new)
    if before is None or now is None:
        was, became = ("not given" if values is None else " ".join(values) or "given" for values in (old, new))
        return [Edit("option", option, f"{was} -> {became}")]
    before, now = leaves(before), leaves(now)
    return [
        Edit("option", f"{option} {'.'.join(path)}", f"{json.dumps(before.get(path))} -> {json.dumps(now.get(path))}")
        for path in sorted(before.keys() | now.keys())
        if before.get(path) != now.get(path)
    ]


def _mapping(values: list[str] | None) -> dict | None:
    """The mapping that an option's one value spells in JSON; None for anything else."""
    try:
        found = json.loads(values[0]) if values and len(values) == 1 else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
