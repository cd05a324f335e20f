"""One edit of each thing that a build stands on, with the jobs that it must make stale by itself.

What is expected follows from declared inputs, an import walk of its own and the rules' environments; Snakemake's
decision is only compared with it.
"""

import ast
import csv
import functools
import io
import re
import subprocess
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass, field

from scripts.config.overlays import KeyPath
from scripts.provenance.signature import BACKENDS, OPERATIONAL
from tests.graph.leaves import other, science
from tests.graph.planner import Files, Job, Plan
from tests.graph.roots import rules_told
from tests.graph.tree import NO_STAGE, ROOT, imports, stage_of

Keys = frozenset[frozenset[str]]  # jobs, by their outputs


NUMBER = re.compile(r"-?[\d.]+(e-\d)?")
ACCEPTED = ["results/none", "1" * 16, "2" * 16, "tried", "someone", "2026-01-01"]  # a row of resources/accepted.csv


@dataclass(frozen=True, eq=False)
class Edit:
    """A change of files, the jobs that are stale by themselves after it, and why they are."""

    name: str
    roots: Keys
    own: str  # "inputs", "params" or "code"
    files: Files = field(default_factory=dict)
    leaves: dict[KeyPath, object] = field(default_factory=dict)  # of the run's config


def tracked(*under: str) -> list[str]:
    """Files that a commit of the working tree would hold."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z", "--", *under]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file())


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def file_edits(base: Plan, names: Iterable[str]) -> list[Edit]:
    """Another content of each file, which makes its readers stale."""
    return [
        Edit(name, keys(job for job in base.values() if name in job.inputs), "inputs", {name: _other_content(name)})
        for name in names
    ]


def _other_content(name: str) -> str:
    """The file with a line more, or a table with another number in its first row; what reads it can still read it.

    A table of words gets an empty line more.
    """
    text = text_of(name)
    if not name.endswith(".csv"):
        return f"{text}\n# 1\n"
    header, *rows = csv.reader(io.StringIO(text))
    if rows:
        places = [place for place, cell in enumerate(rows[0]) if NUMBER.fullmatch(cell)]
        if not places:
            return f"{text}\n"
        rows[0][places[-1]] += "1"
    else:
        rows = [ACCEPTED]
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return stream.getvalue()


def module_edits(base: Plan) -> list[Edit]:
    """A statement more at the end of each module, which makes the jobs stale that can run it."""
    return [
        Edit(
            name,
            keys(job for job in base.values() if can_run(job, name)),
            "params",
            {name: text_of(name) + "\nEXTRA = 1\n"},
        )
        for name in tracked("scripts/*.py")
    ]


def pin_edits(base: Plan) -> list[Edit]:
    """Another version of each environment's last pin, which makes the jobs in that environment stale."""
    found = []
    for name in tracked("envs/*.yaml"):
        text = re.sub(r"==(\S+)(?=[^=]*$)", r"==9.\1", text_of(name))
        assert text != text_of(name)
        found.append(
            Edit(name, keys(job for job in base.values() if job.code.endswith(f"@{name}")), "params", {name: text})
        )
    return found


def rule_edits(base: Plan) -> list[Edit]:
    """A word more in the command of each rule, which makes the rule's jobs stale."""
    found = []
    for name in (name for name in tracked("rules/*.smk") if stage_of(name) not in NO_STAGE):
        for rule in re.findall(r"^ *rule (\w+):", text_of(name), re.MULTILINE):
            rule = f"{stage_of(name)}.{rule}"
            text = re.sub(rf'(door\(\s*"{re.escape(rule)})(?=[ "])', r"\1 --extra 1", text_of(name))
            assert text != text_of(name), f"{rule} has no command of its own name"
            found.append(Edit(rule, keys(job for job in base.values() if job.rule == rule), "code", {name: text}))
    return found


def leaf_edits(run: str, base: Plan, names: Iterable[str]) -> list[Edit]:
    """The named leaves' first other values, with the jobs that ROOTS expects to be stale."""
    found = []
    for name in names:
        about = [(*rule.split(" "), "")[:2] for rule in rules_told(name)]
        jobs = keys(job for job in base.values() for rule, word in about if job.rule == rule and word in job.told)
        values = other(run, science(run)[name])
        if jobs and values:
            found.append(Edit(name, jobs, "params", leaves=values))
    return found


def keys(jobs: Iterable[Job]) -> Keys:
    return frozenset(job.outputs for job in jobs)


def can_run(job: Job, module: str) -> bool:
    """Whether the module's code can move what the job makes: by its script's imports, or as the backend it asks."""
    scripts = [f"scripts/{job.rule.replace('.', '/')}.py"]
    scripts += [script for name, script in BACKENDS.items() if f'"backend": "{name}"' in job.told]
    return any(module in reached(script) for script in scripts)


@functools.cache
def reached(script: str) -> frozenset[str]:
    """Project files that the script's imports lead to, but for operational and backend modules."""
    seen: set[str] = set()
    todo = [script]
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            todo += [name for name in _direct(path) if name not in OPERATIONAL and name not in BACKENDS.values()]
    return frozenset(seen)


@functools.cache
def _direct(path: str) -> tuple[str, ...]:
    """Files that Python runs for the file's imports and before the file itself: packages on the way included."""
    dotted = [path.removesuffix(".py").replace("/", ".")]
    for module, _, names in imports(ROOT / path):
        dotted += [module, *(f"{module}.{name}" for name in names)]
    files: list[str] = []
    for parts in (name.split(".") for name in dotted if name.startswith("scripts.")):
        files += [
            "/".join(parts) + ".py",
            *("/".join(parts[:end]) + "/__init__.py" for end in range(1, len(parts) + 1)),
        ]
    return tuple(name for name in dict.fromkeys(files) if (ROOT / name).is_file())


def silent_edit(source: str) -> str:
    """A Python source with more comments, other docstrings and more line breaks inside brackets."""
    added = [(*place, "Or: ") for place in _docstrings(source)]
    depth = inside = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        name = tokenize.tok_name[token.type]
        inside += name.endswith("STRING_START") - name.endswith("STRING_END")  # f-strings since Python 3.12
        if token.type == tokenize.OP and not inside:
            depth += (token.string in "([{") - (token.string in ")]}")
            if token.string == "," and depth:
                added.append((*token.end, "  # why\n"))
    lines = io.StringIO(source).readlines()
    for row, column, text in sorted(added, reverse=True):
        lines[row - 1] = lines[row - 1][:column] + text + lines[row - 1][column:]
    return "".join(lines) + "\n\n# a note\n"


def _docstrings(source: str) -> list[tuple[int, int]]:
    """Row and column where the words of each docstring begin."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef)
    firsts = [node.body[0] for node in ast.walk(ast.parse(source)) if isinstance(node, owners) and node.body]
    docs = [first for first in firsts if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)]
    lines = io.StringIO(source).readlines()
    return [
        (doc.lineno, doc.col_offset + 3) for doc in docs if lines[doc.lineno - 1][doc.col_offset :].startswith('"""')
    ]
