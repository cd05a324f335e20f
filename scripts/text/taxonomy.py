"""The hand-made vocabularies of paper A (resources/taxonomy/*.yaml)."""

from pathlib import Path

import yaml


def load_taxonomy(path: str | Path) -> list:
    """The list in the file: values {label, definition, contained}, strategies {label, definition, aliases},
    problems {label, subcategories}, emotions (labels), criteria {name, label, definition}."""
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))


def labels(taxonomy: list[dict]) -> list[str]:
    return [entry["label"] for entry in taxonomy]
