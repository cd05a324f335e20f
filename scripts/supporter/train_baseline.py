"""Trains a baseline supporter on the supporter turns of a public corpus (paper A, section 6.3).

Run: python -m scripts.supporter.train_baseline --help
"""

from scripts.training.sft_command import main, parse_args

__all__ = ["main", "parse_args"]

if __name__ == "__main__":
    main()
