"""The command line of every rule that trains an adapter by SFT."""

import argparse
import json
from pathlib import Path

from scripts.training.sft import train_sft


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="checkpoint folder")
    parser.add_argument("--train", type=Path, required=True, help="rows {prompt, completion}")
    parser.add_argument("--dev", type=Path, required=True, help="rows that choose the epoch")
    parser.add_argument("--lora", type=json.loads, required=True, help="{rank, alpha, dropout, target_modules}")
    parser.add_argument("--train-settings", type=json.loads, required=True, help="leaves of a train block")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True, help="adapter folder")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    train_sft(args.base, args.train, args.dev, args.lora, args.train_settings, args.seed, args.output)
