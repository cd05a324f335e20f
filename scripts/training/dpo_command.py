"""The command line of every rule that trains by DPO."""

import argparse
import json
import sys
from pathlib import Path

from scripts.training.dpo import train_dpo
from scripts.training.launch import launch, processes, run_launched


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="checkpoint folder")
    parser.add_argument("--sft-adapter", type=Path, help="starting point and reference policy; none: the base is")
    parser.add_argument("--train", type=Path, required=True, help="rows {prompt, chosen, rejected}")
    parser.add_argument("--dev", type=Path, required=True, help="pairs that choose the epoch")
    parser.add_argument("--lora", type=json.loads, required=True, help="{rank, alpha, …}; null: all weights")
    parser.add_argument(
        "--train-settings", type=json.loads, required=True, help="train block, beta, loss types and weights"
    )
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument(
        "--output", type=Path, required=True, help="adapter folder, on the original base; or checkpoint"
    )
    parser.add_argument("--launch", type=Path, required=True, help="how several GPUs share the work (resources/launch)")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    if count := processes():
        launch("scripts.training.dpo_command", sys.argv[1:] if argv is None else argv, args.launch, count)
        return
    settings = args.train_settings
    train_dpo(args.base, args.sft_adapter, args.train, args.dev, args.lora, settings, args.seed, args.output)


if __name__ == "__main__":
    run_launched(main)
