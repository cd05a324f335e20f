"""Looks things up in the config's schema: what a key means, what it accepts, which keys stand beside it."""

import functools
from collections.abc import Iterator

from scripts.config.blocks import PATTERN_WORDS
from scripts.config.schema import Config

Path = tuple[str | int, ...]


@functools.cache
def schema() -> dict:
    return Config.model_json_schema(by_alias=True)


def known_keys(path: Path) -> list[str]:
    """The keys that may stand at `path`, of every alternative."""
    return list(dict.fromkeys(key for node in _nodes(path) for key in node.get("properties", {})))


def meaning(path: Path, keys: frozenset[str] = frozenset()) -> dict | None:
    """The schema of the key at `path`; `keys`, all beside it, pick an alternative.

    A free name that holds one value means what its section means; one that holds keys means nothing (None).
    """
    found = [node for node in _nodes(path[:-1]) if path[-1] in node.get("properties", {})]
    best = [node for node in found if set(node["properties"]) == keys] or found
    if best:
        return best[0]["properties"][path[-1]]
    values = [node for node in _nodes(path) if node.get("type") in ("number", "integer", "string")]
    return {**(meaning(path[:-1]) or {}), **values[0]} if values and "description" not in values[0] else None


def accepts(node: dict) -> str:
    """What a leaf may hold, in words."""
    node = {**node, **_resolve(node)}
    if "anyOf" in node:
        return " or ".join(accepts(option) for option in node["anyOf"])
    if "enum" in node or "const" in node:
        return ", ".join(map(str, node.get("enum", [node.get("const")])))
    if node.get("type") == "array":
        return f"list of {accepts(node['items'])}"
    if "pattern" in node:
        return PATTERN_WORDS.get(node["pattern"], f"text like `{node['pattern']}`")
    words = {
        "integer": "whole number",
        "number": "number",
        "string": "text",
        "boolean": "true, false",
        "null": "null",
    }
    return " ".join([words.get(node.get("type", ""), "names with sections"), *_bounds(node)])


def _bounds(node: dict) -> Iterator[str]:
    for key, sign in (
        ("minimum", "≥"),
        ("exclusiveMinimum", ">"),
        ("maximum", "≤"),
        ("exclusiveMaximum", "<"),
    ):
        if key in node:
            yield f"{sign} {node[key]:g}"
    if "multipleOf" in node:
        yield f"multiple of {node['multipleOf']:g}"


def _nodes(path: Path) -> list[dict]:
    """The schemas of what stands at `path`, one an alternative."""
    here = [schema()]
    for part in path:
        here = [child for node in here for child in _children(node, part)]
    return here


def _children(node: dict, part: str | int) -> Iterator[dict]:
    child = node.get("properties", {}).get(part, node.get("additionalProperties", node.get("items")))
    if isinstance(child, dict):
        for option in child.get("anyOf", child.get("oneOf", [child])):
            yield _resolve(option)


def _resolve(node: dict) -> dict:
    return schema()["$defs"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node
