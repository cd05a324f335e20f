"""What systems, their adapters and the rows of tables refer to exists and fits."""

import re

from scripts.config.findings import Finding, Found, named
from scripts.text.systems import TABLES, dpo_point


def system_models(config: dict) -> Found:
    """A system's model exists, its adapter fits a local model, and plain systems take no reference."""
    hosted_or_base = [name for name, entry in config["models"].items() if "backend" in entry and "source" not in entry]
    speakers = ["llama", *hosted_or_base]  # the one local base that supporters speak from
    corpora = ["esconv", "extes", "psych8k"]
    for name, system in config["systems"].items():
        here = ("systems", name)
        if not re.fullmatch(r"[\w.]+", name):
            yield here, Finding(None, "expected a name of letters, digits, _ and .: it stands in paths", "Rename it.")
        if "of" in system:
            continue  # as the system it is made of
        where = "models that supporters speak from (all local ones share the base llama)"
        yield from named((*here, "supporter"), system["supporter"], speakers, where)
        if system["adapter"].startswith("baseline/"):
            yield from named((*here, "adapter"), system["adapter"].split("/")[1], corpora, "dialogue corpora")
        hosted = "source" not in config["models"].get(system["supporter"], {"source": ""})
        if hosted and system["adapter"] != "none":
            fix = "Set adapter: none, or let a local model be the supporter."
            yield (
                (*here, "adapter"),
                Finding(repr(system["adapter"]), "expected none for a hosted model", fix),
            )
        if system["form"] == "plain" and system["reference"] != "none":
            fix = "Set reference: none or form: four_step."
            yield (
                (*here, "reference"),
                Finding(repr(system["reference"]), "expected none for the plain form", fix),
            )


def systems_of_others(config: dict) -> Found:
    """A system made of another is made of a local model's four steps, which alone can be given another strategy."""
    systems = config["systems"]
    whole = [name for name, entry in systems.items() if "of" not in entry]
    for name, entry in systems.items():
        if "of" not in entry:
            continue
        here = ("systems", name, "of")
        yield from named(here, entry["of"], whole, "systems that are made of no other")
        base = systems.get(entry["of"], entry)
        if "of" not in base and base["form"] != "four_step":
            yield here, Finding(repr(entry["of"]), "expected a system in four steps", "Name one that tells a strategy.")
        hosted = "of" not in base and "source" not in config["models"].get(base["supporter"], {"source": ""})
        if hosted and entry["self_disclosure"] == "next_strategy":
            fix = "Name a system of ours, or set self_disclosure: others_experience."
            yield here, Finding(repr(entry["of"]), "expected a local model: an address ranks no strategies", fix)


def grid_adapters(config: dict) -> Found:
    """An adapter that names a grid point names whose rollouts; a row's point is among those whose pairs are made."""
    rows = _rows(config["select"])
    for name, entry in config["systems"].items():
        found = dpo_point(entry.get("adapter", ""))
        if found:
            here, variant = ("systems", name, "adapter"), entry["adapter"].split("/")[0]
            known, where = config["points"], "points"
            if name in rows:
                known, where = config["select"]["points"][variant], f"select.points.{variant}"
            yield from named(here, found[0], list(config["systems"]), "systems")
            yield from named(here, found[1], list(known), where)


def _rows(select: dict) -> list[str]:
    """The systems that are rows of a table."""
    return list(dict.fromkeys(name for part in TABLES for name in select[part]))


def doubled_rows(config: dict) -> Found:
    """A table has each system once, and no two of one printed name at one grid point."""
    for part in TABLES:
        rows: dict[tuple, str] = {}
        for place, name in enumerate(config["select"][part]):
            entry = config["systems"].get(name, {})
            row = (name,) if "label" not in entry else (entry["category"], entry["label"], _point(entry))
            if row in rows:
                what = "stands twice" if rows[row] == name else f"has category, label and grid point of {rows[row]}"
                fix = "Take one of the two away, or give one another label."
                yield ("select", part, place), Finding(repr(name), what, fix)
            rows[row] = name


def _point(entry: dict) -> tuple[str, str] | None:
    return dpo_point(entry.get("adapter", ""))


def system_names(config: dict) -> Found:
    """Systems named elsewhere exist, and those that are rows say what they are called."""
    systems, select, judging = config["systems"], config["select"], config["judging"]
    known = list(systems)
    for part in TABLES:
        for place, name in enumerate(select[part]):
            yield from named(("select", part, place), name, known, "systems")
            if part not in ("components", "disclosure") and name in known and "label" not in systems[name]:
                fix = f"Give it category and label, or take it out of select.{part}."
                yield ("systems", name), Finding(None, f"expected a name to print: select.{part} makes it a row", fix)
            if part == "disclosure" and name in known and "of" not in systems[name]:
                fix = "Name systems with `of` and `self_disclosure`."
                yield ("select", part, place), Finding(repr(name), "expected a system made of another", fix)
    for variant, sources in config["supporter"]["sources"].items():
        for stage, name in sources.items():
            yield from named(("supporter", "sources", variant, stage), name, known, "systems")
        built = select["rollouts"][variant]
        for place, name in enumerate(built):
            yield from named(("select", "rollouts", variant, place), name, known, "systems")
        yield from named(
            ("supporter", "sources", variant, "rollouts"), sources["rollouts"], built, f"select.rollouts.{variant}"
        )
    yield from named(("judging", "reference"), judging["reference"], select["systems"], "select.systems")
    for part in ("components", "grid"):
        yield from named(
            ("judging", "tested_against", part), judging["tested_against"][part], select[part], f"select.{part}"
        )
    for place, name in enumerate(judging["tested_against"]["compared"]):
        yield from named(("judging", "tested_against", "compared", place), name, _rows(select), "rows of select")
    yield from named(("judging", "low_values", "system"), judging["low_values"]["system"], known, "systems")
