"""Checks a whole config at once: every problem with its path, value, what was expected and how to mend it."""

import re
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from scripts.config.blocks import PATTERN_WORDS
from scripts.config.describe import known_keys
from scripts.config.findings import Finding, alternatives, nearest
from scripts.config.references import CHECKS
from scripts.config.schema import Config
from scripts.provenance.errors import Problem

_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+")
_TYPES = {
    "invalid_key": "a key that is text (put it in quotes)",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "string_too_short": "text that is not empty",
    "too_short": "a list that is not empty",
}
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
    "multiple_of": ("multiple_of", "a multiple of"),
}


@dataclass(frozen=True)
class _Fault:
    path: tuple[str | int, ...]
    finding: Finding


def load_config(mapping: dict) -> Config:
    """The validated config; a Problem lists everything that is wrong with it, one line each."""
    config, faults = None, []
    try:
        config = Config.model_validate(mapping)
    except ValidationError as error:
        faults = _merged([_fault(detail, mapping) for detail in error.errors(include_url=False)])
    broken = {fault.path[0] for fault in faults if fault.path}
    lines = [_line(fault.path, fault.finding) for fault in faults]
    for sections, check in CHECKS:
        if isinstance(mapping, dict) and broken.isdisjoint(sections):
            lines += [_line(path, finding) for path, finding in check(mapping)]
    if lines or config is None:
        noun = "problem" if len(lines) == 1 else "problems"
        raise Problem("\n".join([f"The config has {len(lines)} {noun}; nothing was started.", *lines]))
    return config


def _line(path: tuple[str | int, ...], finding: Finding) -> str:
    shown = "" if finding.value is None else f" = {finding.value}"
    return f"  {dotted(path)}{shown}: {finding.expected}. {finding.fix}"


def dotted(path: tuple[str | int, ...]) -> str:
    """`a.b[0].c` for a path of keys and places."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".") or "config"


def _fault(detail: ErrorDetails, mapping: dict) -> _Fault:
    kind, path = detail["type"], _real_path(detail["loc"], mapping, detail["type"])
    if kind == "extra_forbidden":
        return _Fault(path, Finding(None, "unknown key", nearest(str(path[-1]), known_keys(path[:-1]))))
    if kind == "missing":
        return _Fault(path, Finding(None, "missing", "Every key must stand: take it over from config.yaml."))
    context = detail.get("ctx", {})
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        expected, fix = f"{words} {context[name]:g}", "Change it to a value in that range."
    elif kind == "string_pattern_mismatch":
        expected, fix = (
            PATTERN_WORDS.get(context["pattern"], f"text like {context['pattern']}"),
            "Write it in that form.",
        )
    elif kind in ("literal_error", "enum"):
        choices = re.findall(r"'([^']*)'", context["expected"]) or [context["expected"].lower()]
        expected, fix = alternatives(choices), nearest(str(detail["input"]), choices)
    else:
        expected, fix = _TYPES.get(kind, detail["msg"]), _mended(detail["input"], kind)
    shown = "…" if path[-1:] in (("key_env",), ("base_url",)) else _short(detail["input"])
    return _Fault(path, Finding(shown, f"expected {expected}", fix))


def _real_path(place: tuple[str | int, ...], mapping: dict, kind: str) -> tuple[str | int, ...]:
    """The error's place without the names of alternatives that pydantic puts between keys."""
    path: list[str | int] = []
    here: object = mapping
    for index, part in enumerate(place):
        last = index == len(place) - 1
        if isinstance(here, dict) and (part in here or (last and kind == "missing")):
            path.append(part)
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            path.append(part)
            here = here[part]
    return tuple(path)


def _merged(faults: list[_Fault]) -> list[_Fault]:
    """One fault a path: what each alternative type expected, joined by `or`."""
    by_path: dict[tuple, list[Finding]] = {}
    for fault in faults:
        by_path.setdefault(fault.path, []).append(fault.finding)
    merged = []
    for path, found in by_path.items():
        wanted = list(dict.fromkeys(finding.expected.removeprefix("expected ") for finding in found))
        expected = found[0].expected if len(wanted) == 1 else f"expected {' or '.join(wanted)}"
        merged.append(_Fault(path, Finding(found[0].value, expected, found[0].fix)))
    return merged


def _mended(value: object, kind: str) -> str:
    """How to write a value of the wrong type."""
    if kind == "float_type" and isinstance(value, str) and _NUMBER.fullmatch(value):
        mantissa, exponent = value.lower().split("e")
        number = f"{mantissa}{'' if '.' in mantissa else '.0'}e{exponent}"
        return f"Write {number} (without the point YAML takes it for text)."
    if kind == "string_type":
        return f'Put it in quotes: "{value}".' if not isinstance(value, (dict, list)) else "Give one value."
    return "Give a value of that type, without quotes."


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
