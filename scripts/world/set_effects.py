"""The world's file with its planted effects scaled: 1 as written, 0 the null world (no system effect is left).

Run: python -m scripts.world.set_effects --world resources/world.yaml --scale 0 --output world.yaml
"""

import argparse
import logging

import yaml

from scripts.text.files import write_text

log = logging.getLogger(__name__)


def scaled(world: dict, scale: float) -> dict:
    """The world with `effects.scale` multiplied (scripts/text/lexicon.py says what a scale moves)."""
    return {**world, "effects": {**world["effects"], "scale": scale * world["effects"]["scale"]}}


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", required=True)
    parser.add_argument("--scale", type=float, required=True, help="0 to 1")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with open(args.world, encoding="utf-8") as stream:
        world = yaml.safe_load(stream)
    write_text(args.output, yaml.safe_dump(scaled(world, args.scale), sort_keys=False, allow_unicode=True))
    log.info("effects of %s times %g", args.world, args.scale)


if __name__ == "__main__":
    main()
