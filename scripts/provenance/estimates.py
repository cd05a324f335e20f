"""How often a job asks a model and how many tokens that takes, by `resources/estimates.csv`.

One row a rule, pattern of artifacts and option that names a model asked (or none: its GPU-hours); the first fitting row
holds. `per` counts the row's units in a job, the other columns are for one unit (calls, gpu_hours) or for one call
(tokens_in, tokens_out). A cell is a sum of products of numbers and names: config leaves ({split} is the artifact's),
numeric options of the command, lengths of `resources/lengths.csv`, `pairs` (of problem category and value), and prompt
ids, which stand for the characters of the template in use with the taxonomies filled in, divided by four.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from math import prod
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from scripts.provenance.errors import Problem
from scripts.provenance.steps import Step
from scripts.text.files import read_csv
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import load_taxonomy

CHARACTERS = 4  # a token, in English


class Asked(NamedTuple):
    """Calls of a model and the tokens of all of them."""

    calls: float = 0.0
    tokens_in: float = 0.0
    tokens_out: float = 0.0

    def plus(self, other: "Asked") -> "Asked":
        return Asked(*(one + more for one, more in zip(self, other, strict=True)))


@dataclass(frozen=True)
class Estimates:
    """Rows of estimates.csv, the config's leaves by dotted name, and sizes by name; without rows nothing is known."""

    rows: tuple[dict[str, str], ...] = ()
    leaves: Mapping[str, object] = field(default_factory=dict)
    sizes: Mapping[str, float] = field(default_factory=dict)

    def row(self, rule: str, artifact: str, option: str) -> dict[str, str] | None:
        for row in self.rows:
            if (row["rule"], row["option"]) == (rule, option) and fnmatchcase(artifact, row["artifact"]):
                return row
        return None

    def asked(self, rule: str, artifact: str, option: str, given: Mapping[str, object]) -> Asked | None:
        """What the job asks of the model that the option names; None where no row fits."""
        row = self.row(rule, artifact, option)
        if row is None:
            return None
        units, calls, tokens_in, tokens_out = (
            self.amount(row, column, artifact, given) for column in ("per", "calls", "tokens_in", "tokens_out")
        )
        return Asked(units * calls, units * calls * tokens_in, units * calls * tokens_out)

    def of(self, step: Step) -> Asked:
        """What a step of the build asks; a Problem when no row is about it."""
        found = self.asked(step.rule, step.artifact, step.option, step.given)
        if found is None:
            raise Problem(f"resources/estimates.csv has no row for {step.rule} {step.option}. Add one.")
        return found

    def amount(self, row: dict[str, str], column: str, artifact: str, given: Mapping[str, object]) -> float:
        """The value of a cell; a Problem when it names what is not there."""
        split = Path(artifact).stem.split("_")[0]

        def value(word: str) -> float:
            name = word.strip().replace("{split}", split)
            found = next((place[name] for place in (given, self.leaves, self.sizes) if name in place), name)
            try:
                return float(found[0] if isinstance(found, list) else found)  # type: ignore[arg-type]
            except (TypeError, ValueError):
                raise Problem(
                    f"resources/estimates.csv: {column} {row[column]!r} of {row['rule']} has no number for {name}. "
                    "Mend it."
                ) from None

        return sum(prod(map(value, term.split("*"))) for term in row[column].split("+"))


@dataclass(frozen=True)
class Taxonomies:
    """What templates are filled with whatever the build: slot by name."""

    values: list[dict]
    problems: list[dict]
    strategies: list[dict]
    criteria: list[dict]
    emotions: list[str]


def read_taxonomies(paths: Mapping[str, str | Path]) -> Taxonomies:
    return Taxonomies(**{name: load_taxonomy(path) for name, path in paths.items()})


def read_sizes(
    lengths: str | Path, column: str, prompts: Sequence[str | Path], taxonomies: Taxonomies, cells: int
) -> dict[str, float]:
    """Lengths in the column (published or offline), tokens of each prompt by its id, and `pairs` (0 cells: all)."""
    pairs = len(taxonomies.problems) * len(taxonomies.values)
    found = {row["name"]: float(row[column]) for row in read_csv(lengths)}
    found |= {Path(path).stem: prompt_tokens(path, taxonomies) for path in prompts}
    return found | {"pairs": float(min(cells or pairs, pairs))}


def prompt_tokens(path: str | Path, taxonomies: Taxonomies) -> float:
    """Tokens of the template with the taxonomies in their slots and nothing in the others; of a prompt about one
    value or problem category, the mean over all of them."""
    prompt = load_prompt(path)
    fixed = {slot: getattr(taxonomies, slot, "") for slot in prompt.slots}
    fillings = [fixed]
    if "definition" in prompt.slots:
        about = [
            {
                "category": problem["label"],
                "subcategories": problem["subcategories"],
                "value": value["label"],
                "definition": value["definition"],
                "contained": value["contained"],
            }
            for problem in taxonomies.problems
            for value in taxonomies.values
        ]
        fillings = [fixed | {slot: one[slot] for slot in one if slot in prompt.slots} for one in about]
    return fmean(
        sum(len(message["content"]) for message in prompt.messages(**filling)) / CHARACTERS for filling in fillings
    )
