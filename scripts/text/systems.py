"""Supporter systems as the config names them, those made of another filled in."""

from collections.abc import Mapping

TABLES = ("systems", "components", "grid", "compared", "disclosure")  # lists of rows in select
EVA_SETS = {  # tables of paper B's systems -> the set whose turns they answer
    "table2": "esconv",
    "table8": "empathetic",
    "table10": "esconv",
    "table11": "empathetic",
    "table12": "esconv",
}
ORIGINAL = "none"  # what replaces self-disclosures in a system as it is


def resolved(systems: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Each system with all its leaves: one made `of` another has that one's, and says what replaces self-disclosure."""
    whole = {}
    for name, entry in systems.items():
        base = systems[entry["of"]] if "of" in entry else {}
        whole[name] = {"self_disclosure": ORIGINAL, **base, **entry}
    return whole


def dpo_point(adapter: str) -> tuple[str, str] | None:
    """(whose rollouts, point) that an adapter names, or None for one that names no grid point of its own."""
    parts = adapter.split("/")
    return (parts[2], parts[3]) if len(parts) == 4 else None
