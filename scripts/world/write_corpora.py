"""Writes the offline world's corpora in their published forms, at the paths of resources/datasets.csv.

Outputs under --output: esconv/{train,valid,test}.jsonl, extes/ExTES.json, psych8k/psych8k.json and
valueeval/{arguments,labels}-{training,validation}.tsv. See docs/world.md for what is planted.

    python -m scripts -- world.write_corpora --world resources/world.yaml --seed 1 --output world/data \
        --counts '{"esconv_train": 60, "esconv_valid": 20, "esconv_test": 20, "extes": 60, "psych8k": 80, \
                   "valueeval_train": 600, "valueeval_validation": 150}'
"""

import argparse
import json
import logging
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.text.draws import seeded
from scripts.text.files import write_jsonl, write_text
from scripts.text.lexicon import Lexicon, load_lexicon
from scripts.world.forms import esconv_record, extes_record, psych8k_record, valueeval_premise

log = logging.getLogger(__name__)
COUNTS = (
    "esconv_train",
    "esconv_valid",
    "esconv_test",
    "extes",
    "psych8k",
    "valueeval_train",
    "valueeval_validation",
)
VALUEEVAL_NAMES = {"valueeval_train": "training", "valueeval_validation": "validation"}


def write_dialogues(folder: Path, world: Lexicon, counts: dict[str, int], seed: int) -> None:
    for split in ("train", "valid", "test"):
        rows = [
            esconv_record(seeded(seed, "esconv", split, row), world, example=split == "train" and row == 0)
            for row in range(counts[f"esconv_{split}"])
        ]
        write_jsonl(folder / "esconv" / f"{split}.jsonl", rows)
    extes = [extes_record(seeded(seed, "extes", row), world) for row in range(counts["extes"])]
    write_text(folder / "extes" / "ExTES.json", json.dumps(extes, indent=1, ensure_ascii=False))
    psych8k = [psych8k_record(seeded(seed, "psych8k", row), world) for row in range(counts["psych8k"])]
    write_text(folder / "psych8k" / "psych8k.json", json.dumps(psych8k, indent=1, ensure_ascii=False))


def write_valueeval(folder: Path, world: Lexicon, count: int, name: str, seed: int) -> None:
    """The two TSV files of one split; fields hold no tab, quotes mean nothing."""
    arguments = [("Argument ID", "Conclusion", "Stance", "Premise")]
    labels = [("Argument ID", *world.values)]
    for row in range(count):
        rng = seeded(seed, "valueeval", name, row)
        text, present = valueeval_premise(rng, world)
        key = f"W{name[0].upper()}{row:05d}"
        arguments.append((key, "Talking about it helps", rng.choice(("in favor of", "against")), text))
        labels.append((key, *(str(int(value in present)) for value in world.values)))
    for kind, rows in (("arguments", arguments), ("labels", labels)):
        write_text(folder / "valueeval" / f"{kind}-{name}.tsv", "".join("\t".join(row) + "\n" for row in rows))


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--world", required=True, help="words and effects of the world (YAML)")
    parser.add_argument("--counts", type=json.loads, required=True, help=f"records of {', '.join(COUNTS)} (JSON)")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True, help="folder that stands for data_dir")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    options = parse_args(argv)
    if set(options.counts) != set(COUNTS):
        raise Problem(f"--counts names {sorted(options.counts)}, expected {sorted(COUNTS)}. Correct world.corpora.")
    world = load_lexicon(options.world)
    write_dialogues(options.output, world, options.counts, options.seed)
    for split, name in VALUEEVAL_NAMES.items():
        write_valueeval(options.output, world, options.counts[split], name, options.seed)
    log.info("written: %s", options.counts)


if __name__ == "__main__":
    main()
