"""Personas as the seeker simulator is told of them (paper A, section 5.4)."""

from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl

FIELDS = ("id", "category", "value", "situation", "emotion", "age_range", "gender", "occupation")


def read_personas(path: str) -> list[dict]:
    """The personas' fields; one that is missing or empty is a Problem, for the seeker would be told nothing of it."""
    personas = []
    for row in read_jsonl(path):
        if lacking := [field for field in FIELDS if not row.get(field)]:
            raise Problem(f"{path}: the persona {row.get('id')!r} has no {', '.join(lacking)}. Build the file again.")
        personas.append({field: row[field] for field in FIELDS})
    return personas
