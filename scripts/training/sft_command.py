"""The command line of every rule that trains by SFT."""

import argparse
import json
import sys
from pathlib import Path

from scripts.training.launch import launch, processes, run_launched
from scripts.training.sft import train_sft


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="checkpoint folder")
    parser.add_argument("--train", type=Path, required=True, help="rows {prompt, completion}, or dialogues {messages}")
    parser.add_argument("--dev", type=Path, required=True, help="rows that choose the epoch")
    parser.add_argument("--lora", type=json.loads, required=True, help="{rank, alpha, …}; null: all weights")
    parser.add_argument("--train-settings", type=json.loads, required=True, help="leaves of a train block")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True, help="adapter folder, or checkpoint folder")
    parser.add_argument("--launch", type=Path, required=True, help="how several GPUs share the work (resources/launch)")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    if count := processes():
        launch("scripts.training.sft_command", sys.argv[1:] if argv is None else argv, args.launch, count)
        return
    train_sft(args.base, args.train, args.dev, args.lora, args.train_settings, args.seed, args.output)


if __name__ == "__main__":
    run_launched(main)
