"""What people judge of paper B exists, and their studies do not get in each other's way."""

from scripts.config.findings import Finding, Found, named

SYSTEMS_OF = {"pairwise": 2, "validity": 1}  # how many systems people judge at once


def rater_numbers(config: dict) -> Found:
    """People's studies have enough raters, groups and files of their own, and as many systems as they compare."""
    studies = config["eva_human"]
    groups: dict[str, str] = {}
    files: dict[str, str] = {}
    for name in ("comfort", "pairwise", "validity", "levels"):
        study, path = studies[name], ("eva_human", name)
        if study.get("per_item", 0) > study.get("people", 0):
            few = f"expected at most people = {study['people']}"
            yield (*path, "per_item"), Finding(repr(study["per_item"]), few, "Lower it, or give more people.")
        if (count := SYSTEMS_OF.get(name)) and len(study["systems"]) != count:
            yield (*path, "systems"), Finding(repr(study["systems"]), f"expected {count}", "Name as many systems.")
        if study["group"].startswith("evad") or study["group"] in groups:
            other = groups.get(study["group"], "EVAD's raters")
            finding = Finding(repr(study["group"]), f"also the group of {other}", "Give each study a group of its own.")
            yield (*path, "group"), finding
        groups[study["group"]] = f"eva_human.{name}"
        if other := files.get(study.get("file", "")):
            finding = Finding(repr(study["file"]), f"also the file of {other}", "Give each study a file of its own.")
            yield (*path, "file"), finding
        files |= {study["file"]: f"eva_human.{name}"} if "file" in study else {}


def judged_systems(config: dict) -> Found:
    """Systems that people judge are paper B's; those that benchmarks score have weights here; each stands once."""
    eva, models = config["eva"]["systems"], config["models"]
    local = [name for name, system in eva.items() if "source" in models.get(system["model"], {})]
    listed = [
        (("eva_human", study), config["eva_human"][study]["systems"], list(eva), "eva.systems")
        for study in ("comfort", "pairwise", "validity")
    ]
    where = "those of eva.systems that have weights here"
    listed.append((("eva_benchmarks",), config["eva_benchmarks"]["systems"], local, where))
    for part, rows, known, where in listed:
        for place, name in enumerate(rows):
            path = (*part, "systems", place)
            yield from named(path, name, known, where)
            if name in rows[:place]:
                yield path, Finding(repr(name), "expected a system that stands once", "Take one of the two away.")
