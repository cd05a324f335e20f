"""Keys that stand twice in a config file: YAML takes the last one silently, and the first entry is gone."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from scripts.provenance.errors import Problem


def refuse_doubled_keys(files: Iterable[str | Path]) -> None:
    """Nothing, or a Problem that names each key that stands twice with its file and lines."""
    found = [line for file in files for line in _doubled(Path(file))]
    if found:
        raise Problem("\n".join(["Keys stand twice in the config; nothing was started.", *found]))


def _doubled(file: Path) -> Iterator[str]:
    root = yaml.compose(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    todo = [((), root)]
    while todo:
        path, node = todo.pop()
        first: dict[str, int] = {}
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            line = key.start_mark.line + 1
            if key.value in first:
                name = ".".join((*path, key.value))
                yield f"  {file}: {name} in lines {first[key.value]} and {line}. Take one away, or rename it."
            first.setdefault(key.value, line)
            todo.append(((*path, key.value), value))
