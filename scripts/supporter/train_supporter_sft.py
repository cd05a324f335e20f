"""Trains the supporter on filtered four-step outputs (paper A, sections 5.3 and D.3; G.2 without values).

Run: python -m scripts.supporter.train_supporter_sft --help
"""

from scripts.training.sft_command import main, parse_args

__all__ = ["main", "parse_args"]

if __name__ == "__main__":
    main()
