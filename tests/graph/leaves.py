"""Other valid values of every leaf of a run's config."""

import functools
import re
from collections.abc import Iterator
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import Any

import yaml

from scripts.config.load import load_config
from scripts.config.overlays import BASE, RUNS, KeyPath, leaves, merge, read_run
from scripts.config.schema import Config
from scripts.provenance.errors import Problem
from tests.graph.tree import ROOT

# Where a value must name something that exists, or keep a form that no general change keeps.
GIVEN: dict[str, list] = {
    "prompts_dir": ["resources/prompts", "resources/prompts/compact"],
    "data_dir": ["resources/elsewhere"],
    "world.file": ["resources/elsewhere/world.yaml"],
    "pathvars.results": ["results/other"],
    "pathvars.logs": ["results/other_logs"],
    "pathvars.benchmarks": ["results/other_benchmarks"],
    "reddit.from": ["2018-12-31"],  # another year: the prose quotes the years
    "ingest_only": [
        {"more": {"kind": "comments", "file": "reddit/RC_2005-12.zst", "from": "2005-12-01", "to": "2005-12-31"}}
    ],
    "ingest_only.*.file": ["reddit/offmychest_comments.zst"],
    "*.target_modules": [["q_proj"]],
    **{f"eva_human.{study}.file": [f"ratings/other_{study}.csv"] for study in ("comfort", "pairwise", "validity")},
    **{f"eva_human.{study}.group": [f"other{study}"] for study in ("comfort", "pairwise", "validity", "levels")},
    "scoring.phrases.orders": [[2, 4, 7]],  # the prose quotes the least and the greatest
    "eva.acq.train.effective_batch": [16],  # a whole number of rows for each of its eight GPUs
    "operation.training.acq.gpus": [4],
    "models.*.template": ["chatglm", "emollms"],
    "measures.experts.notes": ["ratings/other.csv"],
    "eva_human.validity.systems": [["mistral"]],
    "select.rollouts.emotion": [["emotion_gpt", "gpt"]],
    "llm.budget_usd": [25.0],
    "operation.endpoints.openai.base_url": ["http://localhost:8000/v1"],
    "operation.endpoints.openai.key_env": ["OTHER_KEY"],
    "operation.endpoints.openai.*_per_minute": [5000],
    "operation.batch_api.steps": [["judge_intensity"]],
    "operation.memory_limit": ["700MB"],
    "operation.vllm.arguments": [["--enforce-eager"]],
}
QUIET = ("llm", "operation")  # sections that move cost, speed, memory and addresses alone
PLACES = {"pathvars.logs", "pathvars.benchmarks"}  # of records, which are no artifacts
DATE = re.compile(r"\d{4}-\d\d-\d\d")
HEX = re.compile(r"[0-9a-f]{40,64}")


@functools.cache
def config_of(run: str) -> dict:
    return read_run(run, ROOT)


def science(run: str) -> dict[str, KeyPath]:
    """The run's leaves by name, but for those that move cost, speed, memory, addresses or places of records."""
    named = {".".join(path): path for path in leaves(config_of(run))}
    return {name: path for name, path in named.items() if path[0] not in QUIET and name not in PLACES}


def changed(run: str, values: dict[KeyPath, object]) -> dict[str, str]:
    """The run's uppermost config file with these leaves put in."""
    name = (BASE, *RUNS[run])[-1]
    mapping = _put(_read(name), values)
    return {name: yaml.dump(mapping, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))}


def _put(mapping: dict, values: dict[KeyPath, object]) -> dict:
    """A copy of the mapping with these leaves put in."""
    for path, value in values.items():
        nested: object = value
        for key in reversed(path):
            nested = {key: nested}
        mapping = merge(mapping, nested)
    return mapping


@functools.cache
def _read(name: str) -> dict:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def others(run: str, path: KeyPath) -> Iterator[dict[KeyPath, object]]:
    """Other values that the config's check accepts, with what must agree with them; the most telling one first."""
    config = config_of(run)
    value = leaves(config)[path]
    for other in _candidates(config, path, value):
        values = {path: other, **_agreeing(config, path, other)}
        if other != value and accepted(config, values):
            yield values


@functools.cache
def other(run: str, path: KeyPath) -> dict[KeyPath, object]:
    """The first of the other values, with what must agree with it; nothing for a leaf that takes no other."""
    return next(others(run, path), {})


def _agreeing(config: dict, path: KeyPath, other: Any) -> dict[KeyPath, object]:
    """What else must change when this leaf does."""
    if path[-1] == "form" and other == "plain":
        return {(*path[:-1], "reference"): "none"}
    if path[-1] == "loss_types":
        return {(*path[:-1], "loss_weights"): [1.0] * len(other)}
    if path[0] == "selected":
        return {("select", "points", path[1]): [*config["select"]["points"][path[1]], other]}
    return {}


def accepted(config: dict, values: dict[KeyPath, object]) -> bool:
    try:
        load_config(_put(config, values))
    except Problem:
        return False
    return True


def _candidates(config: dict, path: KeyPath, value: object) -> Iterator[object]:
    dotted = ".".join(path)
    for pattern, given in GIVEN.items():
        if fnmatchcase(dotted, pattern):
            yield from given
            return
    yield from _choices(path)
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value + 2, value - 1, value - 2)
    elif isinstance(value, float):
        yield from (round(value * 0.9, 9), value + 0.125)
    elif isinstance(value, str):
        if DATE.fullmatch(value):
            yield str(date.fromisoformat(value) + timedelta(days=1))
        elif HEX.fullmatch(value):
            yield value[1:] + ("1" if value[0] == "0" else "0")
        yield f"{value}-other"
        same = [entry for other, entry in leaves(config).items() if len(other) == len(path) and other[-1] == path[-1]]
        yield from dict.fromkeys([*same, *config["models"], *config["systems"], *reversed(config["points"])])
    elif isinstance(value, list):
        if value:
            numbers = all(isinstance(entry, float) for entry in value)
            yield [*value[:-1], value[-1] + 0.5] if numbers else value[::-1]
            yield value[:-1]
        yield from ([*value, entry] for entry in [*config["points"], *_choices(path)] if entry not in value)
    elif value is None:
        yield "0" * 40


@functools.cache
def _schema() -> dict:
    return Config.model_json_schema()


def _choices(path: KeyPath) -> list:
    """The values that the schema lists for a leaf, or for the entries of a list."""
    schema = _schema()
    found = [schema]
    for key in path:
        parts = [part for place in found for part in _parts(place, schema)]
        found = [part["properties"][key] for part in parts if key in part.get("properties", {})]
        found += [part["additionalProperties"] for part in parts if isinstance(part.get("additionalProperties"), dict)]
    parts = [part for place in found for part in _parts(place, schema)]
    parts += [entry for part in parts if "items" in part for entry in _parts(part["items"], schema)]
    return [value for part in parts for value in part.get("enum", [part["const"]] if "const" in part else [])]


def _parts(place: dict, schema: dict) -> list[dict]:
    """The alternatives of a piece of schema, references followed."""
    if "$ref" in place:
        return _parts(schema["$defs"][place["$ref"].rpartition("/")[2]], schema)
    inner = place.get("anyOf") or place.get("oneOf") or place.get("allOf")
    return [part for each in inner for part in _parts(each, schema)] if inner else [place]
