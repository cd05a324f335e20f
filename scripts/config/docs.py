"""Writes docs/config.md, config.yaml's comments and the table in docs/training.md, or checks all three.

    python -m scripts.config.docs --write | --check

A key's comment is the schema's description and, in brackets, the source that stands in config.yaml by hand.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from scripts.config.describe import accepts, meaning
from scripts.config.jobs import table
from scripts.config.overlays import BASE, OVERLAY_KEYS, RUNS, KeyPath, leaves, read_run
from scripts.provenance.pages import keep_current

PAGE, TRAINING = "docs/config.md", "docs/training.md"
COLUMN = 44  # comments begin here where the key leaves room
_SOURCE = re.compile(r"\s+#[^#]*?\[([^\]\[]*)\]$")

_HEAD = [
    "| key | meaning | accepts | paper | demo | laptop | source |",
    "|---|---|---|---|---|---|---|",
]
_ABSENT = object()

_PREFACE = """# Config reference

Made by `python -m scripts.config.docs --write` from the schema (`scripts/config/schema.py`), `config.yaml`
and the overlays; edit those. A blank cell of demo or laptop: as to its left; –: not there. Source: a place in
paper A where it states the value; A-nnn or I-Ann, our catalogue's default, where it does not (of paper B: B-nnn
and I-Bnn for both); ours, this project's choice.

Overlays may change nothing but:
"""


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line of every key by path; keys merged in (<<) have the line of their origin."""
    found: dict[KeyPath, int] = {}

    def visit(node: yaml.Node, path: KeyPath, merged: bool) -> None:
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            if key.value == "<<":
                visit(value, path, True)
                continue
            if not merged or (*path, key.value) not in found:
                found[(*path, key.value)] = key.start_mark.line
            visit(value, (*path, key.value), merged)

    visit(yaml.compose(text, yaml.SafeLoader), (), False)
    return found


def sources(text: str) -> dict[KeyPath, str]:
    """The bracketed source of every key; keys on a line without one are left out."""
    lines = text.splitlines()
    tags = {path: _SOURCE.search(lines[line]) for path, line in key_lines(text).items()}
    return {path: tag[1] for path, tag in tags.items() if tag}


def with_comments(text: str) -> str:
    """config.yaml's text with the schema's descriptions before the sources."""
    lines = text.splitlines()
    own: dict[int, KeyPath] = {}
    for path, line in key_lines(text).items():
        if lines[line].lstrip().startswith(f"{path[-1]}:"):
            own[line] = min(own.get(line, path), path, key=len)
    mapping = yaml.safe_load(text)
    for line, path in own.items():
        tag = _SOURCE.search(lines[line])
        if tag:
            node = meaning(path, _keys_beside(mapping, path))
            words = f"{node['description']} [{tag[1]}]" if node and "description" in node else f"[{tag[1]}]"
            code = lines[line][: tag.start()]
            lines[line] = f"{code:<{COLUMN}}# {words}" if len(code) < COLUMN - 1 else f"{code}  # {words}"
    return "\n".join(lines) + "\n"


def _keys_beside(mapping: dict, path: KeyPath) -> frozenset[str]:
    for part in path[:-1]:
        mapping = mapping[part]
    return frozenset(mapping)


def page(root: Path) -> str:
    """docs/config.md: every leaf of the three runs with its meaning, what it accepts and its source."""
    tags = sources((root / BASE).read_text(encoding="utf-8"))
    runs = [read_run(run, root) for run in RUNS]
    values = [leaves(mapping) for mapping in runs]
    out = [_PREFACE, *(f"- `{pattern}`" for pattern in OVERLAY_KEYS)]
    head = None
    for path in dict.fromkeys(path for known in values for path in known):
        section = path[0] if len(path) > 1 else "run"
        if section != head:
            head = section
            out += ["", f"## {head}", "", _introduction(head), "", *_HEAD]
        holder = next(mapping for mapping, known in zip(runs, values, strict=True) if path in known)
        node = meaning(path, _keys_beside(holder, path)) or {}
        out.append(_row(path, node, [known.get(path, _ABSENT) for known in values], tags.get(path, "")))
    return "\n".join(out) + "\n"


def _introduction(section: str) -> str:
    words = (meaning((section,)) or {}).get("description", "")
    return "What the run is and where it reads." if section == "run" else f"{words[:1].upper()}{words[1:]}."


def _row(path: KeyPath, node: dict, values: list[object], source: str) -> str:
    """A table row: the leaf and its value in each run, blank where it is as to its left."""
    cells = ["" if place and value == values[place - 1] else _shown(value) for place, value in enumerate(values)]
    words = [f"`{'.'.join(path[1:] or path)}`", node.get("description", ""), accepts(node), *cells, source]
    return f"| {' | '.join(words)} |"


def _shown(value: object) -> str:
    if value is _ABSENT:
        return "–"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"`{text}`"


def with_needs(text: str, operation: dict) -> str:
    """docs/training.md's text with the table of what jobs ask for between its two marks."""
    begin, rest = text.split(" -->\n", 1)
    return "\n".join([f"{begin} -->", *table(operation), rest[rest.index("<!-- end -->") :]])


def made() -> Iterator[tuple[str, str]]:
    """The files' paths and texts; the pages are made from what config.yaml says by then."""
    yield BASE, with_comments(Path(BASE).read_text(encoding="utf-8"))
    yield PAGE, page(Path())
    operation = read_run("paper", Path())["operation"]
    yield TRAINING, with_needs(Path(TRAINING).read_text(encoding="utf-8"), operation)


def main(argv: list[str] | None = None) -> None:
    keep_current(argv, "scripts.config.docs", __doc__, "schema", made)


if __name__ == "__main__":
    main()
