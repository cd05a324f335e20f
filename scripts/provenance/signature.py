"""Code signature of a rule: what its script and every project module it imports say, and its environment's pins.

Comments, docstrings, blank lines and wrapping leave it alone; so does Python's version (3.10-3.13), because the
normal form is the token stream with f-strings taken as source text.
"""

import ast
import functools
import hashlib
import io
import json
import os
import tokenize
from pathlib import Path

ROOT = Path(os.environ.get("AFFIRM_ROOT") or Path.cwd())
CACHE = Path(".cache") / "signatures.json"

# Cannot change an artifact's bytes: the door, progress, transport, provenance.
OPERATIONAL = frozenset(
    {
        "scripts/__main__.py",
        "scripts/provenance/accept.py",
        "scripts/provenance/accepted.py",
        "scripts/provenance/blast.py",
        "scripts/provenance/causes.py",
        "scripts/provenance/counts.py",
        "scripts/provenance/drafts.py",
        "scripts/provenance/errors.py",
        "scripts/provenance/estimate.py",
        "scripts/provenance/follow.py",
        "scripts/provenance/job.py",
        "scripts/provenance/keep.py",
        "scripts/provenance/parent.py",
        "scripts/provenance/plan.py",
        "scripts/provenance/price.py",
        "scripts/provenance/reads.py",
        "scripts/provenance/sandbox.py",
        "scripts/provenance/sidecar.py",
        "scripts/provenance/signature.py",
        "scripts/provenance/vouch.py",
        "scripts/provenance/warm.py",
        "scripts/provenance/why.py",
        "scripts/llm/appending.py",
        "scripts/llm/background.py",
        "scripts/llm/batch.py",
        "scripts/llm/batch_collect.py",
        "scripts/llm/batch_service.py",
        "scripts/llm/batch_state.py",
        "scripts/llm/batch_submit.py",
        "scripts/llm/below.py",
        "scripts/llm/budget.py",
        "scripts/llm/faults.py",
        "scripts/llm/gate.py",
        "scripts/llm/journal.py",
        "scripts/llm/ledger.py",
        "scripts/llm/limits.py",
        "scripts/llm/lines.py",
        "scripts/llm/operation.py",
        "scripts/llm/progress.py",
        "scripts/llm/purse.py",
        "scripts/llm/server.py",
        "scripts/llm/siblings.py",
        "scripts/llm/transport.py",
        "scripts/llm/watch.py",
        "scripts/training/launch.py",
        "scripts/training/progress.py",
    }
)
# Enter through `backend_code` of the rules whose model entry names them, not through every rule that can ask.
BACKENDS = {"offline": "scripts/llm/offline.py"}

_SKIPPED = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING}
_F_START = {getattr(tokenize, name, -1) for name in ("FSTRING_START", "TSTRING_START")} - {-1}
_F_END = {getattr(tokenize, name, -1) for name in ("FSTRING_END", "TSTRING_END")} - {-1}


def signature(rule: str, environment: str | None = None) -> str:
    """Sixteen hex digits for `<stage>.<rule>`; `environment` is the path of its environment file."""
    return code_signature(f"scripts/{rule.replace('.', '/')}.py", environment)


def backend_code(backend: str) -> str:
    """The signature of a model backend that is code of ours (offline), or '' for any other."""
    return code_signature(BACKENDS[backend], None) if backend in BACKENDS else ""


@functools.lru_cache(None)
def code_signature(module: str, environment: str | None) -> str:
    text = "".join(f"{path}={digest};" for path, digest in sorted(parts(module, environment).items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def parts(module: str, environment: str | None) -> dict[str, str]:
    """What the signature of a module is made of: digest by path, the environment file's pins included."""
    seen: dict[str, str] = {}
    todo = [module]
    while todo:
        path = todo.pop()
        if path not in seen:
            seen[path], imports = _describe(path)
            todo += [name for name in imports if name not in OPERATIONAL and name not in BACKENDS.values()]
    if environment:
        seen[environment] = hashlib.sha256(_pins(environment).encode()).hexdigest()
    return seen


def closure(module: str) -> set[str]:
    """Every project file (path from the root) that running `module` can execute, OPERATIONAL ones included."""
    seen: set[str] = set()
    todo = [module]
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            todo += _describe(path)[1]
    return seen


def normal_form(source: str) -> str:
    """The source without comments, docstrings, blank lines and line wrapping."""
    lines = io.StringIO(source).readlines()
    docs = _docstring_places(ast.parse(source))
    out: list[str] = []
    in_doc, depth, start = False, 0, (0, 0)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in _F_START:
            start, depth = (start if depth else token.start), depth + 1
        elif token.type in _F_END:
            depth -= 1
            if not depth:
                out.append(_span(lines, start, token.end))
        elif depth or token.type in _SKIPPED:
            continue
        elif token.type == tokenize.INDENT:
            out.append(">")
        elif token.type == tokenize.DEDENT:
            out.append("<")
        elif token.type == tokenize.NEWLINE:
            if not in_doc:
                out.append("\n")
            in_doc = False
        elif token.type == tokenize.STRING and _place(lines, token.start) in docs:
            in_doc = True
        elif not (in_doc and token.type == tokenize.STRING) and token.type != tokenize.ENDMARKER:
            in_doc = False
            out.append(token.string)
    return "\0".join(out)


def forget() -> None:
    """Makes the next signature look at the files again; what is kept by content stays known."""
    code_signature.cache_clear()
    _describe.cache_clear()
    _is_file.cache_clear()


def save_cache() -> None:
    """Keeps what was computed for the next start; losing the file costs time only."""
    if _cache_is_new:
        CACHE.parent.mkdir(exist_ok=True)
        draft = CACHE.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(json.dumps({"form": _form(), "files": _cache()}))
        os.replace(draft, CACHE)


_cache_is_new: list[bool] = []


@functools.lru_cache(None)
def _cache() -> dict:
    try:
        saved = json.loads(CACHE.read_text())
        return saved["files"] if saved["form"] == _form() else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


@functools.lru_cache(None)
def _form() -> str:
    """Which normal form the cache holds: the hash of this file, so that a change here forgets what was computed."""
    return hashlib.sha256(Path(__spec__.origin).read_bytes()).hexdigest()


@functools.lru_cache(None)
def _describe(path: str) -> tuple[str, tuple[str, ...]]:
    """Hash of the file's normal form and the project files it imports (packages' `__init__` included)."""
    raw = (ROOT / path).read_bytes()
    key = hashlib.sha256(raw).hexdigest()
    known = _cache().get(key)
    if not known:
        source = raw.decode("utf-8")
        known = [hashlib.sha256(normal_form(source).encode()).hexdigest(), sorted(_imported(ast.parse(source)))]
        _cache()[key] = known
        _cache_is_new.append(True)
    files: set[str] = set()
    for name in (path.removesuffix(".py").replace("/", "."), *known[1]):  # a module's own packages run before it
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            base = "/".join(parts[:end])
            files |= {file for file in (base + ".py", base + "/__init__.py") if _is_file(file)}
    return known[0], tuple(sorted(files))


@functools.lru_cache(None)
def _is_file(path: str) -> bool:
    return os.path.isfile(os.path.join(ROOT, path))


def _imported(tree: ast.Module) -> set[str]:
    """Dotted names of `scripts` that the module imports, at any depth of the code."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] == "scripts"}


def _docstring_places(tree: ast.Module) -> set[tuple[int, int]]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    firsts = [node.body[0] for node in ast.walk(tree) if isinstance(node, owners) and node.body]
    return {
        (first.lineno, first.col_offset)
        for first in firsts
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    }


def _place(lines: list[str], start: tuple[int, int]) -> tuple[int, int]:
    """A token's place as the parser counts it (columns in bytes)."""
    return start[0], len(lines[start[0] - 1][: start[1]].encode())


def _span(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    middle = "".join(lines[start[0] : end[0] - 1])
    return lines[start[0] - 1][start[1] :] + middle + lines[end[0] - 1][: end[1]]


def _pins(environment: str) -> str:
    """The environment file's lines without comments and blank lines."""
    lines = (ROOT / environment).read_text(encoding="utf-8").splitlines()
    return "\n".join(kept for line in lines if (kept := line.split(" #")[0].rstrip()) and not kept.startswith("#"))
