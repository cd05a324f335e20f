"""What no single key of paper B's systems and scores can say."""

import re

from scripts.config.eva import TRAINED
from scripts.config.findings import Finding, Found, named

NAME = re.compile(r"[a-z][a-z0-9_]*")
SEEDED = re.compile(r"_s\d+$")  # what a seed adds to the name of a system that is trained here
ONCE = "Take one of the two away."


def eva_systems(config: dict) -> Found:
    """Paper B's systems speak by a model that can, those with weights of ours by a local one; tables list systems."""
    eva, models = config["eva"], config["models"]
    speaking = [name for name, entry in models.items() if "backend" in entry]
    local = [name for name in speaking if "source" in models[name]]
    for name, system in eva["systems"].items():
        known, where = (local, "the local models") if system["variant"] in TRAINED else (speaking, "models that speak")
        yield from named(("eva", "systems", name, "model"), system["model"], known, where)
    for table, rows in eva["tables"].items():
        for place, name in enumerate(rows):
            yield from named(("eva", "tables", table, place), name, list(eva["systems"]), "eva.systems")


def eva_names(config: dict) -> Found:
    """A system's id can be a folder, and is no other responder's."""
    for name in config["eva"]["systems"]:
        if not NAME.fullmatch(name) or SEEDED.search(name) or name == "human":
            what = "is part of a path: small letters, digits and _; neither human nor with a seed (_s42) at its end"
            yield ("eva", "systems", name), Finding(None, f"expected another name, for it {what}", "Rename it.")


def eva_rows(config: dict) -> Found:
    """A table has each system once, and no two of one printed name."""
    systems = config["eva"]["systems"]
    for table, names in config["eva"]["tables"].items():
        rows: dict[tuple[str, ...], str] = {}
        for place, name in enumerate(names):
            entry = systems.get(name)
            row = (entry["label"], entry["variant"]) if entry else (name,)
            if row in rows:
                what = "stands twice" if rows[row] == name else f"has label and variant of {rows[row]}"
                yield ("eva", "tables", table, place), Finding(repr(name), what, ONCE)
            rows[row] = name


def listed_once(config: dict) -> Found:
    """Seeds, thresholds and lengths of phrases stand once; the classifier keeps utterances to learn from."""
    phrases, levels = config["scoring"]["phrases"], config["scoring"]["levels"]
    for path, values in (
        (("select", "eva_seeds"), config["select"]["eva_seeds"]),
        (("scoring", "phrases", "thresholds"), phrases["thresholds"]),
        (("scoring", "phrases", "orders"), phrases["orders"]),
    ):
        for place, value in enumerate(values):
            if value in values[:place]:
                yield (*path, place), Finding(repr(value), "expected a value that stands once", ONCE)
    if levels["dev_share"] + levels["test_share"] >= 1:
        left = f"expected less than {1 - levels['dev_share']:g}: dev_share and this leave nothing to learn from"
        yield ("scoring", "levels", "test_share"), Finding(repr(levels["test_share"]), left, "Lower one of them.")
    if phrases["repeated"] > phrases["top"]:
        most = f"expected at most top = {phrases['top']}"
        yield ("scoring", "phrases", "repeated"), Finding(repr(phrases["repeated"]), most, "Lower it, or raise top.")
