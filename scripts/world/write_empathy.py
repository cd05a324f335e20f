"""Writes EPITOME and EmpatheticDialogues as the offline world has them, in their published forms.

EPITOME: a reply is one or two of the world's sentences; its degree of a mechanism is the greatest of theirs
(`DEGREES`). EmpatheticDialogues: a situation and one or two exchanges; commas are written `_comma_` and some utterances
hold an unpaired quote, as in the release.

    python -m scripts -- world.write_empathy --world resources/world.yaml --seed 1 --output world/data \
        --counts '{"epitome": 300, "train": 60, "valid": 20, "test": 20}'
"""

import argparse
import csv
import json
import logging
import random
from pathlib import Path

from scripts.provenance.drafts import publishing
from scripts.text.draws import seeded
from scripts.text.files import write_text
from scripts.text.lexicon import Lexicon, load_lexicon
from scripts.world.talks import draw_talk, draw_theme

log = logging.getLogger(__name__)
MECHANISMS = {"er": "emotional-reactions", "ex": "explorations", "ip": "interpretations"}
# Degree of a mechanism by how a sentence of the world begins (world.yaml, strategies); all others show none.
DEGREES = {
    "er": {"You are doing": 1, "It takes courage": 1, "I am glad": 2, "Thank you": 2},
    "ex": {"What part": 1, "Could you tell": 2},
    "ip": {"So ": 1, "You say": 1, "It sounds like": 2, "I sense": 2, "I once": 2, "I remember": 2},
}
HEADER = "conv_id,utterance_idx,context,prompt,speaker_idx,utterance,selfeval,tags"


def epitome_pair(rng: random.Random, world: Lexicon) -> tuple[str, str, dict[str, tuple[int, str]]]:
    """A seeker's post, a reply, and by mechanism its degree with the sentence that shows it ('' for 0)."""
    emotion, topic, values = draw_theme(rng, world)
    post = world.situation(rng, emotion, topic, values) + " " + world.seeker_turn(rng, "start", [])
    chosen = rng.sample(list(world.raw["strategies"]), rng.choice((1, 1, 2)))
    said = [world.reply(rng, name, topic, emotion, None, []) for name in chosen]
    degrees = {}
    for mechanism, known in DEGREES.items():
        shown = [(degree, text) for text in said for start, degree in known.items() if text.startswith(start)]
        degrees[mechanism] = max(shown, key=lambda one: one[0], default=(0, ""))
    return post, " ".join(said), degrees


def write_epitome(folder: Path, world: Lexicon, rows: int, seed: int) -> None:
    drawn = [epitome_pair(seeded(seed, "epitome", row), world) for row in range(rows)]
    for mechanism, name in MECHANISMS.items():
        with publishing(folder / "epitome" / f"{name}-reddit.csv") as draft, open(draft, "w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["sp_id", "rp_id", "seeker_post", "response_post", "level", "rationales"])
            for row, (post, reply, degrees) in enumerate(drawn):
                strength, shown = degrees[mechanism]
                writer.writerow([f"w{row:04d}", f"r{row:04d}", post, reply, strength, f"{shown}|" if shown else ""])


def empathetic_lines(rng: random.Random, world: Lexicon, name: str, tail: str) -> list[str]:
    """The lines of a conversation; `tail` follows the eight fields in some files."""
    talk = draw_talk(rng, world, rng.choice((1, 1, 2)), 3, 0.3, cue_share=0.0)
    lines = []
    spoken = talk.turns[: 2 * rng.choice((1, 1, 2))]
    for number, (role, text, _) in enumerate(spoken, 1):
        text = f'"{text}' if rng.random() < 0.05 else text
        words = (
            name,
            str(number),
            talk.emotion.lower(),
            talk.turns[0][1],
            "1" if role == "seeker" else "2",
            text,
            "5|5|5_5|5|5",
            "",
        )
        lines.append(",".join(word.replace(",", "_comma_") for word in words) + tail)
    return lines


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--world", required=True, help="words and effects of the world (YAML)")
    parser.add_argument(
        "--counts", type=json.loads, required=True, help="rows of EPITOME, conversations by file (JSON)"
    )
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True, help="folder that stands for data_dir")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    world = load_lexicon(args.world)
    write_epitome(args.output, world, args.counts["epitome"], args.seed)
    for split in ("train", "valid", "test"):
        lines = [HEADER]
        for row in range(args.counts[split]):
            name = f"hit:{row}_conv:{row}"
            rng = seeded(args.seed, "empathetic", split, row)
            lines += empathetic_lines(rng, world, name, "" if split == "train" else ",a_pipe_b|c")
        write_text(args.output / "empathetic" / f"{split}.csv", "\n".join(lines) + "\n")
    log.info("written: %s", args.counts)


if __name__ == "__main__":
    main()
