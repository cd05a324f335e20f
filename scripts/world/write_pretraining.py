"""Writes the documents on which the tiny base model is pre-trained, and the held-out prompts of its gate.

Output: JSON lines {"stage": 1 | 2 | 0, "prompt": [messages], "completion": text}; stage 1 is read first, stage 0 is
held out (four-step prompts only) and never trained on. Not part of any paper: the demo's models have to be able to
answer in the asked formats before adapters can teach them how (docs/tiny_base.md).

python -m scripts world.write_pretraining --world resources/world.yaml --prompts resources/prompts/compact \
  --strategies resources/taxonomy/strategies.yaml --values resources/taxonomy/values.yaml \
  --documents 6400 --held-out 64 --seed 42 --output results/demo/world/pretraining.jsonl
"""

import argparse
import logging
from collections.abc import Iterator
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.text.draws import seeded
from scripts.text.files import write_jsonl
from scripts.text.lexicon import Lexicon, load_lexicon
from scripts.text.taxonomy import labels, load_taxonomy
from scripts.world.cases import draw_case
from scripts.world.documents import document
from scripts.world.task_documents import Writer, four_steps, four_steps_without_targets, open_writer

log = logging.getLogger(__name__)
FIRST_STAGE = 0.44  # share of the documents that belong to stage 1


def rows(writer: Writer, documents: int, held_out: int, seed: int) -> Iterator[dict]:
    """Documents of stage 1, then of stage 2, then held-out four-step prompts; each drawn by its own number."""
    first = round(FIRST_STAGE * documents)
    for number in range(documents):
        stage = 1 if number < first else 2
        prompt, completion = document(seeded(seed, "document", number), writer, stage)
        yield {"stage": stage, "prompt": prompt, "completion": completion}
    for number in range(held_out):
        rng = seeded(seed, "held out", number)
        write = four_steps if number % 2 == 0 else four_steps_without_targets
        prompt, completion = write(rng, writer, draw_case(rng, writer.lexicon))
        yield {"stage": 0, "prompt": prompt, "completion": completion}


def check_labels(lexicon: Lexicon, strategies: list[str], values: list[str]) -> None:
    """A Problem when the world's words do not belong to the labels of the taxonomies."""
    for name, world, listed in (
        ("strategies", list(lexicon.raw["strategies"]), strategies),
        ("values", lexicon.values, values),
    ):
        if set(world) != set(listed):
            differ = sorted(set(world) ^ set(listed))
            raise Problem(f"{name} of the world and of the taxonomy differ: {differ}. Give both the same labels.")


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", type=Path, required=True, help="words and frames (resources/world.yaml)")
    parser.add_argument("--prompts", type=Path, required=True, help="folder of the compact prompts")
    parser.add_argument("--strategies", type=Path, required=True, help="taxonomy of strategies")
    parser.add_argument("--values", type=Path, required=True, help="taxonomy of values")
    parser.add_argument("--documents", type=int, required=True, help="documents to train on, both stages")
    parser.add_argument("--held-out", type=int, required=True, help="four-step prompts kept for the gate")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    lexicon = load_lexicon(args.world)
    strategies, values = load_taxonomy(args.strategies), load_taxonomy(args.values)
    check_labels(lexicon, labels(strategies), labels(values))
    writer = open_writer(lexicon, args.prompts, strategies, values)
    write_jsonl(args.output, rows(writer, args.documents, args.held_out, args.seed))
    log.info("%d documents, %d held-out prompts", args.documents, args.held_out)


if __name__ == "__main__":
    main()
