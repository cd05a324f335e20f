"""Trains an intensity model: LoRA on a base, best epoch on dev (paper A, section F.2; A-068).

Run: python -m scripts.judging.train_intensity --help
"""

from scripts.training.sft_command import main, parse_args

__all__ = ["main", "parse_args"]

if __name__ == "__main__":
    main()
