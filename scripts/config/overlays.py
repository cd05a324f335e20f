"""The runs as files: config.yaml, the overlays on top of it, and what an overlay may change."""

import copy
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

KeyPath = tuple[str, ...]

BASE = "config.yaml"
RUNS = {
    "paper": (),
    "demo": ("resources/demo.yaml",),
    "laptop": ("resources/demo.yaml", "resources/laptop.yaml"),
}
# Counts, lengths, repeats, steps, places, model ids (with how such a model is opened), and the learning rates
# and adapter sizes that tiny models need; never which code runs.
OVERLAY_KEYS = (
    "run",
    "evidence",
    "pathvars.*",
    "prompts_dir",
    "datasets.*.from",
    "ingest_only.*",
    "models.*",
    "sampling.*.temperature",
    "sampling.*.max_tokens",
    "measures.*.sampling.temperature",
    "measures.*.sampling.max_tokens",
    "measures.*.select",
    "measures.experts.raters",
    "measures.experts.dialogues",
    "*.history.*_words",
    "*.train.learning_rate",
    "*.train.epochs",
    "*.train.effective_batch",
    "*.train.max_length",
    "*.train.precision",
    "*.train.gradient_checkpointing",
    "*.train.loss_types",
    "*.train.loss_weights",
    "*.lora.*",
    "reddit.salt",
    "reddit.splits.*",
    "personas.cells",
    "personas.least",
    "personas.most",
    "personas.train",
    "personas.dev",
    "personas.test",
    "*.max_failed",
    "dialogues.max_exchanges",
    "supporter.rollouts.train_share",
    "supporter.reward.reliability_share",
    "supporter.emotion.samples",
    "judging.repeats",
    "judging.low_values.dialogues",
    "evad.items",
    "evad.rating.raters",
    "evad.rating.groups",
    "evad.pairs.*",
    "eva.*.max_tokens",
    "scoring.*.train.*",
    "scoring.empathy.folds",
    "eva_human.raters",
    "eva_human.*.dialogues",
    "eva_human.*.people",
    "eva_human.*.per_item",
    "eva_human.levels.utterances",
    "eva_benchmarks.from",
    "eva_benchmarks.max_new_tokens",
    "select.grid",
    "select.compared",
    "select.points.*",
    "select.eva_seeds",
    "world.*",
    "tiny.*",
    "llm.*",
    "operation.*",
)


def merge(base: dict, overlay: dict) -> dict:
    """A copy of `base` with the leaves of `overlay` put in, as Snakemake merges config files."""
    merged = dict(base)
    for key, value in overlay.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both else copy.deepcopy(value)
    return merged


def read_run(run: str, root: Path) -> dict:
    """The merged mapping of a run, not yet validated."""
    mapping: dict = {}
    for name in (BASE, *RUNS[run]):
        mapping = merge(mapping, yaml.safe_load((root / name).read_text(encoding="utf-8")))
    return mapping


def leaves(mapping: dict, path: KeyPath = ()) -> dict[KeyPath, object]:
    """Every leaf by its path; lists and empty mappings are leaves."""
    found: dict[KeyPath, object] = {}
    for key, value in mapping.items():
        here = (*path, key)
        found |= leaves(value, here) if isinstance(value, dict) and value else {here: value}
    return found


def forbidden(overlay: dict) -> list[str]:
    """The leaves of an overlay that no pattern of OVERLAY_KEYS allows."""
    names = [".".join(path) for path in leaves(overlay)]
    return [name for name in names if not any(fnmatchcase(name, pattern) for pattern in OVERLAY_KEYS)]
