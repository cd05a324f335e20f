"""Options that the classifiers' trainings share, and what a report says of predictions on held-out rows."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import fields

from scripts.classifiers.grading import GradeRecipe
from scripts.provenance.errors import Problem


def recipe_of(text: str) -> GradeRecipe:
    """The recipe of a JSON object with exactly its keys; a Problem names what is missing or unknown."""
    given, known = json.loads(text), {field.name for field in fields(GradeRecipe)}
    if odd := set(given) ^ known:
        raise Problem(f"--recipe lacks or does not know {', '.join(sorted(odd))}. Give {', '.join(sorted(known))}.")
    return GradeRecipe(**given)


def training_parser(description: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=description, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", help="folder of the pretrained encoder (none: a tiny one from scratch)")
    parser.add_argument("--recipe", required=True, type=recipe_of, help="JSON; scripts/classifiers/grading.py")
    parser.add_argument("--seed", required=True, type=int)
    return parser


def class_scores(truth: Sequence[int], found: Sequence[int], classes: int) -> dict:
    """Macro F1 over all classes, that weighted by their size, accuracy, and F1 by class; one that is neither there nor
    found counts 0."""
    f1 = []
    for one in range(classes):
        hits = sum(t == f == one for t, f in zip(truth, found, strict=True))
        both = sum(t == one for t in truth) + sum(f == one for f in found)
        f1.append(2 * hits / both if both else 0.0)
    sizes = [sum(t == one for t in truth) for one in range(classes)]
    return {
        "macro_f1": sum(f1) / classes,
        "weighted_f1": sum(size * one for size, one in zip(sizes, f1, strict=True)) / len(truth),
        "accuracy": sum(t == f for t, f in zip(truth, found, strict=True)) / len(truth),
        "f1": f1,
    }
