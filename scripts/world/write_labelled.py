"""Writes sentences of the offline world with the sentiment strength a reader would give them.

Output: JSONL `id, text, valence` (0 to 1): situations, seeker turns in every state, posts (situation and state
sentence), supporter replies and references, in every frame that dumps and dialogues use. The valence is that of the
state shown, or of a situation or a supporter's sentence where no state is. Trains the tiny sentiment scorer.

python -m scripts.world.write_labelled --world resources/world.yaml --rows 2000 --seed 1 --output labelled.jsonl
"""

import argparse
import logging
import random
from collections import Counter

from scripts.text.draws import seeded
from scripts.text.files import write_jsonl
from scripts.text.lexicon import Lexicon, load_lexicon

log = logging.getLogger(__name__)

SITUATION, SUPPORT = 0.2, 0.55  # valence of a situation told without a state; of what a supporter says


def labelled_text(world: Lexicon, rng: random.Random) -> tuple[str, str, float]:
    """(shape, text, valence) of one draw."""
    raw = world.raw
    emotion, topic = rng.choice(list(raw["emotions"])), rng.choice(list(raw["topics"].values()))
    act = rng.choice(raw["acts"])
    values = rng.sample(world.values, rng.choice((0, 1, 1, 2, 2, 3, 4)))
    state = rng.choice(list(raw["states"]))
    valence = raw["states"][state]["valence"]
    shape = rng.choice(("situation", "turn", "turn", "turn", "post", "reply", "reference"))
    if shape == "situation":
        return shape, world.situation(rng, emotion, topic, values or [rng.choice(world.values)]), SITUATION
    if shape == "turn":
        return shape, world.seeker_turn(rng, state, values), valence
    if shape == "post":
        told = world.situation(rng, emotion, topic, values or [rng.choice(world.values)])
        said = world.seeker_turn(rng, state, values[:1] if rng.random() < 0.3 else [])
        return shape, f"{told} {said}", valence
    if shape == "reply":
        strategy = rng.choice(list(raw["strategies"]))
        reply = world.reply(rng, strategy, topic, emotion, act if rng.random() < 0.5 else None, values)
        return shape, reply, SUPPORT
    return shape, world.reference(rng, act, values), SUPPORT


def labelled_rows(world: Lexicon, rows: int, seed: int) -> list[dict]:
    """`rows` records; a record is drawn from its own number, so more rows only append."""
    drawn = [labelled_text(world, seeded(seed, "labelled", number)) for number in range(rows)]
    log.info("shapes: %s", dict(sorted(Counter(shape for shape, _, _ in drawn).items())))
    return [
        {"id": f"labelled-{number:05d}", "text": text, "valence": valence}
        for number, (_, text, valence) in enumerate(drawn)
    ]


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", required=True, help="words and frames (YAML)")
    parser.add_argument("--rows", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--output", required=True, help="JSONL")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    rows = labelled_rows(load_lexicon(args.world), args.rows, args.seed)
    write_jsonl(args.output, rows)
    log.info("%d rows written", len(rows))


if __name__ == "__main__":
    main()
